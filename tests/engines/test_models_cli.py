"""`mactuner models` as a person calls it, against a Hub on this machine."""

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mactuner_tui.core import shelf
from mactuner_tui.core.job import Status
from mactuner_tui.runtime import jobs
from tests.engines.hub_server import COMMIT, Hub, Model
from tests.engines.tiny_models import save_llama
from tests.terminal import Terminal
from tests.unit.helpers import COMMAND

TOKEN = "hf_aSecretOfMine"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole small model."""
    return save_llama(tmp_path_factory.mktemp("llama") / "tiny")


@pytest.fixture
def tiny(hub: Hub, folder: Path) -> Model:
    """The model `owner/tiny` of the Hub."""
    hub.users[TOKEN] = "ada"
    hub.models["owner/tiny"] = Model.of_folder(folder)
    return hub.models["owner/tiny"]


def run(*arguments: str, said: str = "", status: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with this on stdin."""
    done = subprocess.run(
        [COMMAND, "models", *arguments], input=said, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done


def told(*arguments: str) -> Any:
    """What a command tells as JSON, and as nothing else."""
    return json.loads(run(*arguments, "--json").stdout)


def test_a_model_is_found_judged_downloaded_and_looked_after(tiny: Model, tmp_path: Path) -> None:
    assert told("whoami")["source"] == "none"
    said = [run("login", said=f"{TOKEN}\n")]
    assert said[-1].stdout == "Logged in as ada\n"
    assert told("whoami") == {"name": "ada", "source": "stored", "problem": ""}

    (found,) = told("search", "tiny")
    assert (found["id"], found["facts"]["layers"], found["fits"]) == ("owner/tiny", 4, ["full", "lora", "qlora"])
    said.append(run("search", "tiny"))
    assert said[-1].stdout.split()[-3:] == ["F", "L", "Q"]
    said.append(run("show", "https://huggingface.co/owner/tiny/tree/main"))
    assert all(word in said[-1].stdout for word in (COMMIT, "train, chat, export", "activations", "needed"))

    said.append(run("get", "owner/tiny", "--name", "mine", "--json"))
    made = json.loads(said[-1].stdout)
    assert (made["status"], made["artefact"]) == ("finished", str(tmp_path / "home" / "models" / "mine"))
    assert "to download" in said[-1].stderr.splitlines()[0]
    assert "✓ weight headers" in said[-1].stderr
    (listed,) = told("list")
    assert (listed["name"], listed["origin"], listed["inputs"]["revision"]) == ("mine", "hub", COMMIT)
    assert Path(listed["content"]).is_relative_to(tmp_path / "hf")
    # By the Hub's id it is the one of the library now.
    assert told("show", "owner/tiny")["name"] == "mine"

    cached = told("cache", "list")
    assert [(one["repo"], one["library"]) for one in cached["revisions"]] == [("owner/tiny", ["mine"])]
    assert "0 revisions" in run("cache", "free", "ffff", status=1).stderr
    refused = run("cache", "free", COMMIT[:6], status=1)
    assert "These are the files of mine in the library" in refused.stderr
    assert "Delete 1 revision?" in refused.stderr
    assert shelf.models()[0].is_there
    assert "freed" in run("cache", "free", COMMIT[:6], "--yes").stdout
    assert "files gone" in run("list").stdout
    assert run("remove", "mine", "--yes").stdout.endswith(" B freed\n")
    assert shelf.models() == []

    said.append(run("logout"))
    assert said[-1].stdout == "No one is logged in\n"
    assert not any(TOKEN in done.stdout + done.stderr for done in said)
    written = [path for path in tmp_path.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    assert written == []


def test_a_token_that_the_hub_does_not_know_is_refused_and_not_repeated(tiny: Model, tmp_path: Path) -> None:
    refused = run("login", said="hf_wrong\n", status=1)
    assert "does not accept this token" in refused.stderr
    assert "hf_wrong" not in refused.stdout + refused.stderr
    assert not (tmp_path / "hf" / "token").exists()


def test_a_typed_token_is_not_seen(tiny: Model) -> None:
    terminal = Terminal([COMMAND, "models", "login"])
    try:
        terminal.wait_for("Token (not shown)")
        terminal.type(f"{TOKEN}\n")
        with pytest.raises((TimeoutError, OSError)):  # Nothing more comes, or the program has ended.
            terminal.wait_for(TOKEN, seconds=0.5)
    finally:
        terminal.close()


def test_a_download_tells_how_far_it_is_and_is_stopped_by_ctrl_c(hub: Hub, tiny: Model) -> None:
    hub.speed = 300_000
    terminal = Terminal([COMMAND, "models", "get", "owner/tiny", "--name", "mine"])
    try:
        terminal.wait_for("/s · ≈")
        terminal.wait_for("left · model.safetensors")
        os.kill(terminal.pid, signal.SIGINT)
        terminal.wait_for("Go on with: mactuner jobs resume")
    finally:
        terminal.close()
    (stopped,) = jobs.list_all()
    assert stopped.status is Status.STOPPED
    assert 0 < hub.sent("model.safetensors") < Path(str(tiny.files["model.safetensors"])).stat().st_size


def test_what_does_not_fit_is_refused_before_a_byte_is_fetched(
    hub: Hub, tiny: Model, small_disk: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(small_disk(1000) / "hf"))
    refused = run("get", "owner/tiny", status=1)
    assert "owner/tiny does not fit: 4" in refused.stderr
    assert "HF_HOME" in refused.stderr
    assert hub.sent("model.safetensors") == 0
    assert jobs.list_all() == []


def test_a_model_of_this_machine_is_checked_and_added(folder: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "config.json").write_text("{")
    checks = json.loads(run("check", str(damaged), "--json", status=1).stdout)
    assert {(made["name"], made["passed"]) for made in checks} >= {("source", True), ("config.json", False)}
    assert "! config.json" in run("check", str(damaged), status=1).stdout
    assert "config.json" in run("add", str(damaged), status=1).stderr

    done = run("add", str(folder), "--name", "mine", "--copy", "--json")
    assert "✓ tensor shapes" in done.stderr
    (listed,) = told("list")
    assert (listed["origin"], listed["content"]) == ("folder", json.loads(done.stdout)["artefact"])
    assert "✓ tensor shapes" in run("check", "mine").stdout
    assert "✓ vocabulary" in run("check", listed["content"]).stdout
    run("rename", "mine", "ours")
    assert told("show", "ours")["facts"]["layers"] == 4
