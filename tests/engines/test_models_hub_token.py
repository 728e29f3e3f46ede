"""An access token is used, and shows nowhere: not in a log, an event, a job's folder, an error or the cache."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.model_requests import (
    AccountRequest,
    DescribeRequest,
    LoginRequest,
    LogoutRequest,
    PlanRequest,
    SearchRequest,
)
from mactuner_tui.core.specs.models import DownloadSpec
from mactuner_tui.runtime import jobs
from mactuner_tui.runtime.environment import worker_environment
from mactuner_tui.runtime.processes import worker_command
from tests.engines.hub_server import Fault, Hub, Model

GOOD, WRONG = "hf_goodSecretOfAda", "hf_wrongSecretOfNoOne"
OWN_FILES = ("token", "stored_tokens")
"""Where huggingface_hub keeps what it is given."""


def ask(*requests: RequestSpec) -> tuple[list[dict[str, Any]], str]:
    """The events of requests to one session, and all that its process wrote on stdout and stderr."""
    process = subprocess.Popen(
        worker_command("session", "models"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=worker_environment("inference"),
    )
    assert process.stdin
    assert process.stdout
    told, lines = [], ""
    with process:
        for number, request in enumerate(requests):
            message = {"id": number, "do": request.action, "spec": request.model_dump(mode="json")}
            process.stdin.write(json.dumps(message) + "\n")
            process.stdin.flush()
            kind = ""
            while kind not in ("request_finished", "request_failed"):
                line = process.stdout.readline()
                lines += line
                told.append(json.loads(line)["event"])
                kind = told[-1]["event"]
        process.stdin.close()
        assert process.stderr
        return told, lines + process.stdout.read() + process.stderr.read()


def found_in(*folders: Path) -> list[Path]:
    """Files that hold a token, or are named by one."""
    held = []
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        told = str(path).encode() + path.read_bytes()
        if path.name not in OWN_FILES and any(token.encode() in told for token in (GOOD, WRONG)):
            held.append(path)
    return held


def test_a_token_shows_nowhere(hub: Hub, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_DEBUG", "1")
    monkeypatch.setenv("HF_HUB_VERBOSITY", "debug")
    monkeypatch.setenv("HF_HUB_DOWNLOAD_TIMEOUT", "1")
    hub.users[GOOD] = "ada"
    files: dict[str, bytes | Path] = {"config.json": b"{}", "model.safetensors": bytes(1000), "tokenizer.json": b"{}"}
    hub.models = {"o/open": Model(files=files), "o/gated": Model(files=files, gated="auto", granted={"ada"})}
    told, written = ask(
        LoginRequest(token=WRONG),
        LoginRequest(token=GOOD),
        AccountRequest(),
        SearchRequest(text="o/"),
        DescribeRequest(repo="o/gated"),
        PlanRequest(repo="o/gated"),
        PlanRequest(repo="o/missing"),
    )
    assert [event["name"] for event in told if event["event"] == "account_read"] == ["", "ada", "ada"]
    assert (tmp_path / "hf" / "token").read_text() == GOOD

    hub.faults = {"GET model.safetensors": [Fault(), Fault(cut_after=10)]}
    good = jobs.start(DownloadSpec(repo="o/gated"))
    written += "".join(event.to_line() for event in jobs.follow(good.id))
    assert hub.sent("model.safetensors") == 1000  # The file came; that it is no model is not of interest here.
    assert {request.token for request in hub.requests if request.path.endswith("/resolve/main/config.json")} == {GOOD}
    assert not [request for request in hub.requests if request.path.startswith("/cdn/") and request.token]

    for token, problem in ((WRONG, "does not accept the access token"), (f"{GOOD} x", "characters that no token has")):
        monkeypatch.setenv("HF_TOKEN", token)
        failing = jobs.start(DownloadSpec(repo="o/gated"))
        events = "".join(event.to_line() for event in jobs.follow(failing.id))
        assert problem in events
        more, lines = ask(AccountRequest(), SearchRequest(text="o/"), LogoutRequest())
        assert problem in more[0]["problem"]
        written += events + lines + jobs.last_words(failing, 10_000)
    assert not (tmp_path / "hf" / "token").exists()

    assert "authenticated: True" in written  # The debug log is there, and does not hold it either.
    assert GOOD not in written
    assert WRONG not in written
    assert found_in(home, tmp_path / "hf") == []
