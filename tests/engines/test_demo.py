"""`mactuner demo`: the whole loop, as the README promises it."""

import json
import subprocess
import sys
from pathlib import Path

from mactuner_tui.core import demo
from mactuner_tui.runtime import jobs


def test_the_demo_tunes_and_tells(starter: Path, home: Path) -> None:
    command = [sys.executable, "-c", "from mactuner_tui.cli.main import main; main()", "demo", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)

    assert told["model"] == "starter"
    assert told["dataset"] == "stdlib"
    assert Path(told["base_model"]) == starter
    assert Path(told["valid_file"]) == home / "datasets" / "stdlib" / "valid.jsonl"
    assert (Path(told["adapter"]) / "adapter_model.safetensors").is_file()
    assert told["valid_loss_tuned"] < 0.88 * told["valid_loss_base"]
    assert told["tokens_per_second"] > 0
    assert told["seconds"] > 0

    history = jobs.Watcher().history(jobs.get(told["job"]))
    assert 15_000 < sum(history.step_tokens) < 30_000
    assert [answer["question"] for answer in told["answers"]] == list(demo.QUESTIONS)
    for answer in told["answers"]:
        assert answer["base"].strip()
        assert answer["tuned"].strip()
        assert answer["base"] != answer["tuned"]
