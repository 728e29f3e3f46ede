"""The main path by keys alone, with the real engines: tune the starter, see its curve, talk to the result."""

import pytest
from textual.widgets import Input, Markdown, Static

from mactuner_tui.core import library
from mactuner_tui.core.job import Status
from mactuner_tui.screens.chat.screen import ChatScreen
from mactuner_tui.screens.chat.turn import Answer
from mactuner_tui.screens.training.screen import TrainingScreen
from mactuner_tui.widgets.loss_chart import LossPlot
from mactuner_tui.widgets.spec_form import SpecForm
from tests.tui.pilots import host, running_app, wait_for

SHORT = {"max_steps": "3", "eval_rows": "4", "save_steps": "2", "per_device_train_batch_size": "2", "max_length": "128"}
TRAINING_SECONDS, CHAT_SECONDS = 240, 120


@pytest.mark.timeout(500)
async def test_a_model_is_tuned_and_answers() -> None:
    async with running_app() as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TrainingScreen)
        for path, text in SHORT.items():
            screen.query_one(SpecForm).field(path).query_one(Input).value = text
        await pilot.press("s")
        await wait_for(pilot, lambda: screen.run, "the run is listed")
        await wait_for(
            pilot, lambda: screen.state and screen.state.is_over, "the run is over", seconds=TRAINING_SECONDS
        )
        assert screen.run is not None
        assert screen.state is Status.FINISHED, screen.run.history.log[-1].text
        assert screen.query_one(LossPlot).drawn_steps == 3
        adapter = library.newest_tuned()
        assert adapter is not None

        await pilot.press("c")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ChatScreen), "the chat is shown")
        chat = pilot.app.screen
        assert isinstance(chat, ChatScreen)
        await wait_for(pilot, lambda: chat.phase == "ready", "the model is loaded", seconds=CHAT_SECONDS)
        assert host(pilot).desk.chat.model == adapter.name
        for path, text in {"max_new_tokens": "12", "temperature": "0"}.items():
            chat.query_one(SpecForm).field(path).query_one(Input).value = text
        await pilot.press("ctrl+t", "ctrl+t", *"Hi", "enter")
        await wait_for(pilot, lambda: chat.voice == "both" and len(chat.query(Answer)) == 2, "both answer", seconds=60)
        await wait_for(pilot, lambda: chat.phase == "ready", "both have answered", seconds=CHAT_SECONDS)
        for answer in chat.query(Answer):
            assert answer.query_one(Markdown).source.strip()
            figures = str(answer.query_one(".figures", Static).content)
            assert figures.startswith(f"{answer.speaker} · ")
            assert "tok/s" in figures

        chat.query_one(SpecForm).field("max_new_tokens").query_one(Input).value = "2000"
        await pilot.press(*"Tell me a long story", "enter")
        await wait_for(pilot, lambda: chat.phase == "answering", "it answers", seconds=60)
        await pilot.press("escape")
        await wait_for(pilot, lambda: chat.phase == "ready", "escape stops it", seconds=30)
        stopped = chat.query(Answer).last()
        assert "■ stopped" in str(stopped.query_one(".figures", Static).content)
