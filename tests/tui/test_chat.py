"""The chat screen without a model: its states, its prompt and its parameters. The answers are in test_main_path."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Markdown, Select, Static

from mactuner_tui.core import manifest, paths
from mactuner_tui.core.job import Status
from mactuner_tui.core.specs.chat import GenerationSpec
from mactuner_tui.core.specs.fields import fields_of
from mactuner_tui.runtime import sessions
from mactuner_tui.screens.chat.head import speakers
from mactuner_tui.screens.chat.prompt import Prompt
from mactuner_tui.screens.chat.screen import ChatScreen
from mactuner_tui.screens.chat.transcript import MAX_TURNS, Transcript
from mactuner_tui.screens.chat.turn import Answer, Turn
from mactuner_tui.widgets.notice import Notice
from mactuner_tui.widgets.spec_form import SpecForm
from tests.tui.pilots import NARROW, WIDE, curve, host, running_app, wait_for, write_run

SESSION = """
import json, pathlib, queue, sys, threading, time

gates, requests, cancelled = pathlib.Path(sys.argv[1]), queue.Queue(), set()

def read():
    for line in sys.stdin:
        message = json.loads(line)
        cancelled.add(message["cancel"]) if "cancel" in message else requests.put(message)
    requests.put(None)

def tell(number, event, **values):
    print(json.dumps({"id": number, "event": {"event": event, **values}}), flush=True)

threading.Thread(target=read, daemon=True).start()
for message in iter(requests.get, None):
    number, doing, spec = message["id"], message["do"], message["spec"]
    tell(number, "stage_started", stage="loading")
    if doing == "answer":
        tell(number, "text_generated", text=spec["messages"][-1]["content"] + "!")
    while not (gates / doing).exists() and number not in cancelled:
        time.sleep(0.01)
    if number in cancelled:
        tell(number, "request_cancelled")
        continue
    if doing == "load":
        tell(number, "model_loaded", model=spec["model"], base=spec["model"], adapter=None, device="cpu", seconds=1)
    else:
        figures = dict(prompt_tokens=1, reused_tokens=0, tokens=1, first_token_seconds=1, tokens_per_second=1)
        tell(number, "answer_finished", ended=True, **figures)
    tell(number, "request_finished")
"""
"""A chat process without a model: it loads and answers, by echo, once the gate of that name is open."""

Open = Callable[..., None]


@pytest.fixture
def open_gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Lets the scripted chat process load or answer, from now on."""
    gates = tmp_path / "gates"
    gates.mkdir()
    monkeypatch.setattr(sessions, "worker_command", lambda *_: [sys.executable, "-c", SESSION, str(gates)])

    def open_them(*names: str) -> None:
        for name in names:
            (gates / name).touch()

    return open_them


async def ask(pilot: Pilot[None], question: str) -> None:
    """Type a question and send it."""
    prompt = pilot.app.screen.query_one(Prompt)
    prompt.focus()
    prompt.text = question
    await pilot.press("enter")
    await pilot.pause()


def damaged_adapter(name: str) -> None:
    """A tuned model of the library that has lost its files."""
    folder = paths.models() / name
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text("{}")
    manifest.write(folder, kind="adapter", name=name, job=None, inputs={})


def busy_machine() -> None:
    """A run that this very process seems to work on: while it trains, the chat loads nothing by itself."""
    write_run(1, Status.RUNNING, curve(8, 24), pid=os.getpid())


async def chat_screen(pilot: Pilot[None]) -> ChatScreen:
    """The chat screen, once it is shown."""
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, ChatScreen), "the chat is shown")
    assert isinstance(pilot.app.screen, ChatScreen)
    return pilot.app.screen


def notice_text(screen: ChatScreen) -> str:
    """What stands in place of a conversation."""
    return " ".join(str(part.content) for part in screen.query_one("#chat-notice", Notice).query(Static))


async def test_while_a_run_trains_the_model_is_not_loaded_and_the_screen_says_so() -> None:
    busy_machine()
    async with running_app(screen="chat") as pilot:
        screen = await chat_screen(pilot)
        await wait_for(pilot, lambda: "A run is training" in notice_text(screen), "the reason is shown")
        assert screen.phase == "asleep"


async def test_the_newest_tuned_model_is_loaded_and_a_damaged_one_is_explained() -> None:
    damaged_adapter("mine")
    async with running_app(NARROW, screen="chat") as pilot:
        screen = await chat_screen(pilot)
        assert screen.query_one("#chat-choice", Select).value == "mine"
        await wait_for(pilot, lambda: screen.phase == "failed", "it failed", seconds=60)
        assert "adapter_model.safetensors is missing" in notice_text(screen)
        assert "try again" in notice_text(screen)


async def test_the_parameters_are_those_of_the_spec() -> None:
    busy_machine()
    async with running_app(screen="chat") as pilot:
        screen = await chat_screen(pilot)
        form = screen.query_one(SpecForm)
        assert [one.field.path for one in form.fields] == [one.path for one in fields_of(GenerationSpec)]
        assert form.read() == GenerationSpec()


async def test_a_wrong_parameter_keeps_the_question_in_the_prompt() -> None:
    busy_machine()
    async with running_app(NARROW, screen="chat") as pilot:
        screen = await chat_screen(pilot)
        temperature = screen.query_one(SpecForm).field("temperature")
        temperature.query_one(Input).value = "3"
        screen.query_one(Prompt).text = "Hello?"
        screen.query_one(Prompt).focus()
        await pilot.press("enter")
        await wait_for(pilot, lambda: screen.side_open and temperature.problem, "the panel opens at the field")
        assert screen.query_one(Prompt).text == "Hello?"
        assert not screen.query(Turn)


async def test_enter_sends_and_ctrl_j_begins_a_new_line() -> None:
    busy_machine()
    async with running_app(screen="chat") as pilot:
        screen = await chat_screen(pilot)
        prompt = screen.query_one(Prompt)
        await wait_for(pilot, lambda: screen.focused is prompt, "the prompt has the focus")
        await pilot.press("a", "ctrl+j", "b", "4")
        assert prompt.text == "a\nb4"
        assert isinstance(pilot.app.screen, ChatScreen)
        await pilot.press("ctrl+j", "enter")
        await wait_for(pilot, lambda: screen.query(Turn), "the question is in the conversation")
        assert screen.query_one(Turn).question == "a\nb4"
        assert prompt.text == ""


@pytest.mark.parametrize(("size", "side_by_side"), [(WIDE, True), (NARROW, False)], ids=["wide", "narrow"])
async def test_two_answers_stand_side_by_side_where_there_is_room(size: tuple[int, int], side_by_side: bool) -> None:
    busy_machine()
    async with running_app(size, screen="chat") as pilot:
        screen = await chat_screen(pilot)
        screen.remove_class("-new")
        turn = await screen.query_one(Transcript).add("What is [/x]?")
        tuned, base = [await turn.open_answer(speaker) for speaker in speakers("both")]
        for answer in (tuned, base):
            await answer.write("Some **words** and [/x].")
            await answer.close()
        await wait_for(pilot, lambda: base.region.width and tuned.region.width, "both are laid out")
        assert (tuned.region.y == base.region.y) is side_by_side
        assert not tuned.region.overlaps(base.region)


async def test_old_turns_leave_the_screen() -> None:
    busy_machine()
    async with running_app(screen="chat") as pilot:
        screen = await chat_screen(pilot)
        for number in range(MAX_TURNS + 3):
            await screen.query_one(Transcript).add(str(number))
        assert len(screen.query(Turn)) == MAX_TURNS
        assert screen.query(Turn).first().question == "3"


async def test_clearing_while_a_question_waits_for_the_model_gives_the_question_up(open_gate: Open) -> None:
    async with running_app(screen="chat") as pilot:
        screen = await chat_screen(pilot)
        await wait_for(pilot, lambda: screen.phase == "loading", "it loads")
        await ask(pilot, "First?")
        await pilot.press("ctrl+l")
        await wait_for(pilot, lambda: not screen.query(Turn), "the conversation is empty")
        open_gate("load", "answer")
        await wait_for(pilot, lambda: screen.phase == "ready", "the model is loaded")
        await ask(pilot, "Second?")
        await wait_for(pilot, lambda: screen.phase == "ready" and screen.query(Answer), "it answers")
        assert [turn.question for turn in screen.query(Turn)] == ["Second?"]
        assert not pilot.app.screen.query("Toast")


async def test_another_model_during_an_answer_is_loaded_and_shown_as_loading(open_gate: Open) -> None:
    open_gate("load")
    async with running_app(screen="chat") as pilot:
        screen = await chat_screen(pilot)
        await wait_for(pilot, lambda: screen.phase == "ready", "the model is loaded")
        await ask(pilot, "Why?")
        await wait_for(pilot, lambda: screen.phase == "answering" and screen.query(Answer), "it answers")
        phases: list[str] = []
        screen.watch(screen, "phase", lambda phase: phases.append(phase), init=False)
        screen.use_model("other")
        await wait_for(pilot, lambda: host(pilot).desk.chat.model == "other", "the other model is loaded")
        await wait_for(pilot, lambda: screen.phase == "ready", "it says so")
        assert phases == ["ready", "loading", "ready"]
        assert not screen.query(Turn)


async def test_a_second_question_waits_in_the_prompt(open_gate: Open) -> None:
    async with running_app(screen="chat") as pilot:
        screen = await chat_screen(pilot)
        await wait_for(pilot, lambda: screen.phase == "loading", "it loads")
        await ask(pilot, "First?")
        await ask(pilot, "Second?")
        await wait_for(pilot, lambda: screen.query("Toast"), "it is told to wait")
        assert screen.query_one(Prompt).text == "Second?"
        open_gate("load", "answer")
        await wait_for(pilot, lambda: screen.phase == "ready" and screen.query(Answer), "the first is answered")
        await pilot.press("enter")
        await wait_for(pilot, lambda: len(screen.query(Answer)) == 2 and screen.phase == "ready", "then the second")
        assert [answer.query_one(Markdown).source for answer in screen.query(Answer)] == ["First?!", "Second?!"]


async def test_the_last_question_is_asked_again_in_its_place(open_gate: Open) -> None:
    open_gate("load", "answer")
    async with running_app(screen="chat") as pilot:
        screen = await chat_screen(pilot)
        await ask(pilot, "Why?")
        await wait_for(pilot, lambda: screen.phase == "ready" and screen.query(Answer), "it answers")
        before = screen.query_one(Answer)
        await pilot.press("ctrl+r")
        await wait_for(pilot, lambda: before not in screen.query(Answer) and screen.query(Answer), "it answers again")
        await wait_for(pilot, lambda: screen.phase == "ready", "the answer is there")
        assert screen.query_one(Answer).query_one(Markdown).source == "Why?!"
        assert len(screen.query(Turn)) == 1


async def test_a_job_that_someone_else_starts_takes_the_model_s_memory(open_gate: Open) -> None:
    open_gate("load")
    async with running_app(screen="chat") as pilot:
        screen = await chat_screen(pilot)
        await wait_for(pilot, lambda: screen.phase == "ready", "the model is loaded")
        busy_machine()
        await wait_for(pilot, lambda: screen.phase == "asleep", "the model is given up")
        assert "A run is training" in notice_text(screen)
        assert host(pilot).desk.chat.model is None


async def test_a_chat_process_that_died_is_replaced_by_the_next_question(open_gate: Open) -> None:
    open_gate("load", "answer")
    async with running_app(screen="chat") as pilot:
        screen = await chat_screen(pilot)
        await wait_for(pilot, lambda: screen.phase == "ready", "the model is loaded")
        (process,) = psutil.Process().children()
        process.kill()
        await wait_for(pilot, lambda: host(pilot).desk.chat.model is None, "its end is noticed")
        await ask(pilot, "Why?")
        await wait_for(pilot, lambda: screen.phase == "ready" and screen.query(Answer), "it answers")
        assert screen.query_one(Answer).query_one(Markdown).source == "Why?!"


async def test_leaving_while_the_model_loads(open_gate: Open) -> None:
    async with running_app(screen="chat") as pilot:
        screen = await chat_screen(pilot)
        await wait_for(pilot, lambda: screen.phase == "loading", "it loads")
        await ask(pilot, "First?")
        await pilot.press("ctrl+q")
        await wait_for(pilot, lambda: pilot.app.return_code == 0, "it leaves")
