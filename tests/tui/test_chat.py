"""The chat screen without a model: its states, its prompt and its parameters. The answers are in test_main_path."""

import os

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select, Static

from mactuner_tui.core import manifest, paths
from mactuner_tui.core.job import Status
from mactuner_tui.core.specs.chat import GenerationSpec
from mactuner_tui.core.specs.fields import fields_of
from mactuner_tui.screens.chat.head import speakers
from mactuner_tui.screens.chat.prompt import Prompt
from mactuner_tui.screens.chat.screen import ChatScreen
from mactuner_tui.screens.chat.transcript import MAX_TURNS, Transcript
from mactuner_tui.screens.chat.turn import Turn
from mactuner_tui.widgets.notice import Notice
from mactuner_tui.widgets.spec_form import SpecForm
from tests.tui.pilots import NARROW, WIDE, curve, running_app, wait_for, write_run


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
