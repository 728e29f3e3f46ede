"""Attached sessions, with their real hosts. Where those want torch they find a small one of the test's own."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from mactuner_tui.core.errors import MacTunerError, SessionError
from mactuner_tui.core.events import CheckMade, Event, RequestCancelled, RequestFinished
from mactuner_tui.core.specs import AnswerRequest, LoadRequest
from mactuner_tui.core.specs.chat import Message
from mactuner_tui.core.specs.doctor import ExamineRequest
from mactuner_tui.runtime import sessions
from mactuner_tui.runtime.processes import worker_command
from mactuner_tui.runtime.sessions import Request, open_session
from mactuner_tui.runtime.warm_chat import WarmChat
from tests.unit.helpers import wait_until, write_model

WriteTorch = Callable[[str], None]
NOWHERE = LoadRequest(model="/nowhere")
QUESTION = AnswerRequest(messages=(Message(role="user", content="Why?"),))
OWNER = """
import asyncio, contextlib
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.specs.doctor import ExamineRequest
from mactuner_tui.runtime.sessions import open_session

async def own():
    session = await open_session("doctor")
    with contextlib.suppress(MacTunerError):
        async for event in session.request(ExamineRequest()):
            print("busy", session.pid, flush=True)
    print("idle", session.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(own())
"""

LOADER = """
import json, sys
for line in sys.stdin:
    loaded = dict(event="model_loaded", model="mine", base="mine", adapter=None, device="cpu", seconds=1)
    for event in (loaded, dict(event="request_finished")):
        print(json.dumps(dict(id=json.loads(line)["id"], event=event)), flush=True)
"""
"""A chat process that loads any model at once."""


@pytest.fixture
def write_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WriteTorch:
    """Makes the given program what a session imports as torch."""

    def write(program: str) -> None:
        (tmp_path / "libraries").mkdir()
        (tmp_path / "libraries" / "torch.py").write_text(program)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "libraries"), prepend=os.pathsep)

    return write


async def _events(request: Request) -> list[Event]:
    return [event async for event in request]


def _gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if not _gone(child.pid)]


async def test_a_failed_request_says_why_and_the_session_lives_on() -> None:
    async with await open_session("chat") as session:
        for _ in range(2):
            with pytest.raises(MacTunerError, match="No model '/nowhere'") as caught:
                await _events(session.request(NOWHERE))
            assert "mactuner models list" in caught.value.hint
        with pytest.raises(MacTunerError, match="No model is loaded"):
            await _events(session.request(QUESTION))
        assert session.is_open
        pid = session.pid
    assert not session.is_open
    assert _gone(pid)


async def test_each_request_gets_its_own_events() -> None:
    async with await open_session("chat") as session:
        first, second = session.request(NOWHERE), session.request(QUESTION)
        with pytest.raises(MacTunerError, match="No model is loaded"):
            await _events(second)
        with pytest.raises(MacTunerError, match="No model '/nowhere'"):
            await _events(first)


async def test_a_damaged_model_is_refused_before_any_library_is_loaded(tmp_path: Path, write_torch: WriteTorch) -> None:
    write_torch("import os\nos._exit(3)")
    model = write_model(tmp_path / "model")
    whole = LoadRequest(model=str(model))
    async with await open_session("chat") as session:
        (model / "config.json").rename(model / "elsewhere")
        with pytest.raises(MacTunerError, match=r"has no config\.json"):
            await _events(session.request(whole))
        (model / "elsewhere").rename(model / "config.json")
        with pytest.raises(SessionError, match="has ended unexpectedly"):
            await _events(session.request(whole))


async def test_a_request_the_session_does_not_know_is_refused() -> None:
    async with await open_session("doctor") as session:
        with pytest.raises(MacTunerError, match="A doctor session cannot 'load'"):
            await _events(session.request(NOWHERE))


async def test_what_a_library_prints_cannot_break_the_protocol(write_torch: WriteTorch) -> None:
    write_torch(
        "import os, subprocess, sys\n"
        "print('a library prints', flush=True)\n"
        'os.write(1, b\'{"id": 1, "event": {"event": "request_finished"}}\\n\')\n'
        "subprocess.run([sys.executable, '-c', 'print(\"so does its child\")'])\n"
        "raise RuntimeError('and gives up')\n"
    )
    async with await open_session("doctor") as session:
        seen: list[Event] = []

        async def examine() -> None:
            async for event in session.request(ExamineRequest()):
                seen.append(event)

        with pytest.raises(MacTunerError, match="and gives up"):
            await examine()
        assert all(isinstance(event, CheckMade) for event in seen)
        assert len(seen) > 3


async def test_a_library_may_print_more_than_any_pipe_holds(write_torch: WriteTorch) -> None:
    write_torch("import sys\nsys.stderr.write('x' * 1_000_000)\nprint('y' * 1_000_000)\nraise RuntimeError('done')")
    async with await open_session("doctor") as session:
        with pytest.raises(MacTunerError, match="done"):
            await _events(session.request(ExamineRequest()))


async def test_a_process_that_dies_is_told_with_its_last_words(write_torch: WriteTorch) -> None:
    write_torch("import os, sys\nsys.stderr.write('first\\n' * 20 + 'the GPU is on fire')\nos._exit(3)")
    async with await open_session("doctor") as session:
        with pytest.raises(SessionError, match="The doctor process has ended unexpectedly") as caught:
            await _events(session.request(ExamineRequest()))
        assert caught.value.hint.startswith("Its last words:\nfirst\n")
        assert caught.value.hint.endswith("the GPU is on fire")
        assert caught.value.hint.count("\n") == 8
        assert not session.is_open
        with pytest.raises(SessionError):
            session.request(ExamineRequest())


async def test_last_words_that_come_late_are_waited_for(write_torch: WriteTorch) -> None:
    write_torch(
        "import os, sys, threading\n"
        "os.closerange(3, 64)\n"  # The way on which it answers: it is as good as dead from here.
        "threading.Event().wait(0.3)\n"
        "sys.stderr.write('too hot')\n"
        "os._exit(3)\n"
    )
    async with await open_session("doctor") as session:
        with pytest.raises(SessionError) as caught:
            await _events(session.request(ExamineRequest()))
        assert caught.value.hint == "Its last words:\ntoo hot"


async def test_all_who_wait_are_told_when_the_process_dies(write_torch: WriteTorch) -> None:
    write_torch("import threading\nthreading.Event().wait()")
    async with await open_session("doctor") as session:
        requests = [session.request(ExamineRequest()) for _ in range(3)]
        os.kill(session.pid, signal.SIGKILL)
        ended = await asyncio.gather(*[_events(request) for request in requests], return_exceptions=True)
        assert [type(one) for one in ended] == [SessionError] * 3


async def test_a_request_cancelled_before_its_turn_is_never_begun(tmp_path: Path, write_torch: WriteTorch) -> None:
    os.mkfifo(tmp_path / "pipe")
    write_torch(f"open({str(tmp_path / 'pipe')!r}).read()\nraise RuntimeError('first is over')")
    async with await open_session("doctor") as session:
        first, second = session.request(ExamineRequest()), session.request(ExamineRequest())
        second.cancel()
        # The first goes on only after the cancellation has arrived: its line is behind those of both requests.
        await asyncio.to_thread((tmp_path / "pipe").write_text, "go on")
        with pytest.raises(MacTunerError, match="first is over"):
            await _events(first)
        assert [type(event) for event in await _events(second)] == [RequestCancelled]


async def test_closing_ends_a_process_in_the_middle_of_its_work(write_torch: WriteTorch) -> None:
    write_torch("import threading\nthreading.Event().wait()")
    session = await open_session("doctor")
    request = session.request(ExamineRequest())
    async for _ in request:
        break
    pid = session.pid
    await session.close()
    assert _gone(pid)


@pytest.mark.parametrize(
    ("doing", "torch"), [("busy", "import threading\nthreading.Event().wait()"), ("idle", "raise RuntimeError")]
)
def test_a_session_ends_with_its_killed_owner(write_torch: WriteTorch, doing: str, torch: str) -> None:
    write_torch(torch)
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pid = next(int(line.split()[1]) for line in owner.stdout if line.startswith(doing))
        assert not _gone(pid)
        owner.kill()
    wait_until(lambda: _gone(pid), "the session has ended")


@pytest.mark.parametrize("line", [b"no json\n", b"{}\n", b"[]\n", b"\xff\n"])
def test_a_session_that_cannot_understand_its_owner_ends(line: bytes) -> None:
    with subprocess.Popen(
        worker_command("session", "doctor"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(line)
        process.stdin.flush()
        wait_until(lambda: process.poll() is not None, "the session has ended")
        assert b"Error" in process.stderr.read()


async def test_a_warm_chat_whose_process_died_has_no_model_and_opens_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "worker_command", lambda *_: [sys.executable, "-c", LOADER])
    chat = WarmChat()

    async def load() -> None:
        assert [event.event async for event in chat.load("mine")] == ["model_loaded", "request_finished"]
        assert chat.model == "mine"
        assert chat.loaded is not None

    await load()
    (worker,) = _children()
    worker.kill()
    await asyncio.to_thread(wait_until, lambda: chat.model is None, "the end of the process is noticed")
    assert chat.loaded is None
    await load()
    await chat.release()
    assert (chat.model, chat.loaded, _children()) == (None, None, [])


async def test_releasing_a_warm_chat_ends_the_request_under_way(tmp_path: Path, write_torch: WriteTorch) -> None:
    write_torch("import threading\nthreading.Event().wait()")
    model = write_model(tmp_path / "model")
    chat = WarmChat()
    seen: list[Event] = []
    began = asyncio.Event()

    async def load() -> None:
        async for event in chat.load(str(model)):
            seen.append(event)
            began.set()

    loading = asyncio.create_task(load())
    await began.wait()
    await chat.release()
    await loading
    assert isinstance(seen[-1], RequestCancelled)
    assert not any(isinstance(event, RequestFinished) for event in seen)


@pytest.mark.parametrize(
    ("reply", "said"),
    [('print("x" * (17 << 20), flush=True)', "limit"), ('print("hello", flush=True)', "Expecting value")],
)
async def test_a_reply_that_cannot_be_read_is_told_and_ends_the_process(
    monkeypatch: pytest.MonkeyPatch, reply: str, said: str
) -> None:
    program = f"import sys\nfor line in sys.stdin:\n    {reply}\n"
    monkeypatch.setattr(sessions, "worker_command", lambda *_: [sys.executable, "-c", program])
    async with await open_session("data") as session:
        with pytest.raises(SessionError, match=f"The data process sent what cannot be read: .*{said}"):
            await _events(session.request(QUESTION))
        assert not session.is_open
        with pytest.raises(SessionError, match="sent what cannot be read"):
            session.request(QUESTION)
        pid = session.pid
    assert _gone(pid)
