"""How fast a download is said to be."""

import json
import signal
from pathlib import Path

from mactuner_tui.core import job
from mactuner_tui.core.hub_models import HubFile
from mactuner_tui.engines.job_host import JobContext
from mactuner_tui.engines.models.hub.progress import Progress


def test_bytes_that_were_there_before_are_no_speed(tmp_path: Path) -> None:
    small, large = HubFile(path="config.json", size=700), HubFile(path="model.safetensors", size=10**9)
    before = signal.getsignal(signal.SIGTERM)
    try:
        progress = Progress([small, large], JobContext(tmp_path, attempt=2))
        progress.finish(small)
        progress.begin(large.size)
        progress.finish(large)
    finally:
        signal.signal(signal.SIGTERM, before)
    told = [json.loads(line) for line in (tmp_path / job.EVENTS_FILE).read_text().splitlines()]
    assert [event["speed"] for event in told if "speed" in event] == [0, 0]
