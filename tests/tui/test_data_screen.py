"""The data screen with the real session: from a file to a dataset, step by step, by keys."""

import csv
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from textual.pilot import Pilot
from textual.widgets import Footer, Input, Markdown, OptionList, Select, Static, TextArea

from mactuner_tui.core import library, paths
from mactuner_tui.core.profile import Profile
from mactuner_tui.core.specs.cleaning import ExactDuplicates, Html
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.screens.data.check_step import CheckStep
from mactuner_tui.screens.data.clean_step import CleanStep
from mactuner_tui.screens.data.explore_step import ExploreStep
from mactuner_tui.screens.data.mapped_rows import MappedRows
from mactuner_tui.screens.data.screen import DataScreen
from mactuner_tui.screens.training.screen import TrainingScreen
from mactuner_tui.widgets.help_panel import SideHelp
from mactuner_tui.widgets.part import PartNotice
from mactuner_tui.widgets.row_grid import RowGrid
from mactuner_tui.widgets.source_picker import SourcePicker
from mactuner_tui.widgets.spec_form import SpecForm
from mactuner_tui.widgets.text_page import TextPageModal
from tests.tui.pilots import NARROW, WIDE, host, running_app, wait_for

SESSION_SECONDS = 60.0
"""A session starts and answers within this, on a busy machine too."""
ROWS = 300


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A CSV whose columns no format is known by, with tags, a double row and an empty answer in it."""
    path = tmp_path / "faq [red].csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["topic", "asked", "told"])
        for number in range(ROWS - 1):
            writer.writerow(["[red]a" if number % 2 else "", f"What is {number}?", f"It is <b>{number}</b> [/x]."])
        writer.writerow(["", "What is 0?", "It is <b>0</b> [/x]."])
    return path


def data_screen(pilot: Pilot[None]) -> DataScreen:
    """The screen, with its type."""
    screen = pilot.app.screen_stack[0]
    assert isinstance(screen, DataScreen)
    return screen


async def settle(pilot: Pilot[None], condition: Callable[[], object], description: str) -> None:
    """Wait for something that the session has a part in."""
    await wait_for(pilot, condition, description, SESSION_SECONDS)


async def open_source(pilot: Pilot[None], source: str) -> DataScreen:
    """Open a source as a person does who knows its path."""
    screen = data_screen(pilot)
    await wait_for(pilot, lambda: screen.query_one("#picker-list", OptionList).option_count, "sources are offered")
    await pilot.press("slash")
    screen.query_one("#picker-path", Input).value = source
    await pilot.press("enter")
    await settle(pilot, lambda: screen.state.scanned, "all rows are read")
    return screen


async def go_on(pilot: Pilot[None], name: str) -> None:
    """Go to the next step."""
    await pilot.press("full_stop")
    await wait_for(pilot, lambda: data_screen(pilot).current == name, f"{name} is shown")


def text_of(screen: DataScreen, selector: str) -> str:
    """What a piece of the screen says."""
    return str(screen.query_one(selector, Static).content)


async def test_from_a_file_to_a_dataset_and_on_to_training(table: Path, starter: Path) -> None:
    async with running_app(WIDE, "data") as pilot:
        screen = await open_source(pilot, str(table))
        state = screen.state
        await look_at_rows(pilot, screen)
        await map_by_hand(pilot, screen)
        await clean(pilot, screen)
        await explore(pilot, screen)
        await check(pilot, screen)
        await go_on(pilot, "split")
        await settle(pilot, lambda: state.counts, "the rows are counted")
        assert state.counts
        assert (state.counts.clean, state.counts.train + state.counts.valid) == (ROWS - 1, ROWS - 1)
        assert f"{state.counts.train:,} train / {state.counts.valid:,} valid" in text_of(screen, "#data-flow")
        await pilot.press("s")
        await settle(pilot, lambda: "t" in pilot.app.screen.active_bindings, "the dataset is made")
        made = library.find_dataset("faq-red")
        rows = [json.loads(line) for line in (made / "train.jsonl").read_text(encoding="utf-8").splitlines()]
        assert len(rows) == state.counts.train
        assert not any("<b>" in str(row) for row in rows)
        await pilot.press("t")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, TrainingScreen), "training is shown")
        form = pilot.app.screen.query_one(SpecForm)
        await wait_for(pilot, lambda: isinstance(form.spec, TrainSpec) and form.spec.data == "faq-red", "with the data")


async def look_at_rows(pilot: Pilot[None], screen: DataScreen) -> None:
    """Every row can be reached, and a cell read in full."""
    grid = screen.query_one(RowGrid)
    assert f"{ROWS:,} read" in text_of(screen, "#data-flow")
    await wait_for(pilot, lambda: grid.shown == ROWS and grid.has_focus, "the rows are there")
    await pilot.press("end", "right", "right")
    await settle(pilot, lambda: grid.row and grid.row.number == ROWS - 1, "the last row is there")
    await pilot.press("enter")
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, TextPageModal), "the cell is opened")
    page = pilot.app.screen
    await settle(pilot, lambda: str(page.query_one("#page-text", Static).content) == "It is <b>0</b> [/x].", "whole")
    await pilot.press("escape")


async def map_by_hand(pilot: Pilot[None], screen: DataScreen) -> None:
    """No format is known, so templates are written, and rows are rendered while they are."""
    await go_on(pilot, "map")
    rows = screen.query_one(MappedRows)
    await settle(pilot, lambda: "do not look like any known format" in str(rows.content), "that is said")
    form = screen.query_one("#map SpecForm", SpecForm)
    await pilot.press("e")
    prompt = form.field("prompt").query_one(TextArea)
    await wait_for(pilot, lambda: prompt.has_focus, "the prompt can be written")
    await pilot.press(*"Q", "space")
    columns = screen.query_one("#map-columns", OptionList)
    columns.focus()
    columns.highlighted = 1
    await pilot.press("enter")
    await wait_for(pilot, lambda: prompt.text == "Q {asked}" and prompt.has_focus, "the column was inserted")
    form.field("answer").query_one(TextArea).text = "{told}"
    await settle(pilot, lambda: "Q What is 0?" in str(rows.content), "rows are rendered")
    assert form.field("format").value == "custom"
    await pilot.press("escape", "right")
    await settle(pilot, lambda: "row 2 of" in str(rows.content).splitlines()[0], "the next row is shown")
    assert "It is <b>1</b> [/x]." in str(rows.content)


async def clean(pilot: Pilot[None], screen: DataScreen) -> None:
    """A step is added, its effect seen, moved, switched, undone."""
    await go_on(pilot, "clean")
    state, step = screen.state, screen.query_one(CleanStep)
    await settle(pilot, lambda: state.preview and state.preview.exact, "the effect is known")
    assert state.preview
    assert state.preview.steps[0].dropped == 1
    await pilot.press("n", "down", "down", "enter")
    await wait_for(pilot, lambda: state.plan.recipe == (ExactDuplicates(), Html()), "the step is added")
    await settle(pilot, lambda: state.preview and state.preview.exact, "its effect is known")
    assert state.preview.steps[1].changed == ROWS - 1
    await wait_for(pilot, lambda: "HTML" in text_of(screen, "#clean-title"), "its examples are shown")
    examples = text_of(screen, "#clean-examples")
    assert "− What is 0?" in examples or "− It is <b>0</b>" in examples
    assert len(step.query("#clean-form SpecForm")) == 1
    await pilot.press("space")
    await wait_for(pilot, lambda: not state.plan.recipe[1].on, "it is off")
    await pilot.press("shift+up")
    await wait_for(pilot, lambda: isinstance(state.plan.recipe[0], Html), "it is first")
    await pilot.press("d")
    await wait_for(pilot, lambda: state.plan.recipe == (ExactDuplicates(),), "it is gone")
    await pilot.press("u", "u", "u")
    await wait_for(pilot, lambda: state.plan.recipe == (ExactDuplicates(), Html()), "all that is undone")
    await pilot.press("U")
    await wait_for(pilot, lambda: not state.plan.recipe[1].on, "and done again")
    await pilot.press("u")
    await wait_for(pilot, lambda: step.step == Html() and step.query("#clean-form SpecForm"), "the cursor is on it")
    await pilot.press("n", "enter")
    await wait_for(pilot, lambda: len(state.plan.recipe) == 3, "another step is added")
    await settle(pilot, lambda: state.preview and state.preview.exact, "its effect is known too")
    await pilot.press("u")
    await wait_for(
        pilot, lambda: step.step == Html() and "HTML" in text_of(screen, "#clean-step-title"), "the form is the other's"
    )
    await pilot.press("e")
    part = step.query_one("#clean-form SpecForm", SpecForm).field("part").query_one(Select)
    await wait_for(pilot, lambda: part.has_focus, "its settings can be changed")
    part.value = "answer"
    await wait_for(pilot, lambda: state.plan.recipe[1] == Html(part="answer"), "they are")
    await pilot.press("escape")


async def explore(pilot: Pilot[None], screen: DataScreen) -> None:
    """Figures come from a sample, then exactly; a shorter maximum length makes rows too long."""
    await go_on(pilot, "explore")
    step = screen.query_one(ExploreStep)
    await settle(pilot, lambda: "✓ exact" in text_of(screen, "#explore-standing"), "the figures are exact")
    assert f"{ROWS - 1:,} looked at" in text_of(screen, "#explore-figures")
    assert "none longer" in text_of(screen, "#chart-tokens .chart-note")
    step.query_one(SpecForm).field("max_length").query_one(Input).value = "16"
    await settle(pilot, lambda: "100 %" in text_of(screen, "#chart-tokens .chart-note"), "rows are too long")
    assert isinstance(step.profile, Profile)
    assert step.profile.beyond == ROWS - 1


async def check(pilot: Pilot[None], screen: DataScreen) -> None:
    """A row is shown token by token; a finding leads to its rows, and what mends it can be undone."""
    await go_on(pilot, "check")
    state, step = screen.state, screen.query_one(CheckStep)
    await settle(pilot, lambda: step.findings.option_count > 5 and step.findings.finding, "all rows are checked")
    await settle(pilot, lambda: "cut off" in text_of(screen, "#check-counts"), "a row is cut off at 16 tokens")
    await wait_for(pilot, lambda: step.findings.has_focus, "the findings have the focus")
    finding = step.findings.finding
    assert finding
    assert finding.severity == "error"
    await pilot.press("enter", "enter")
    wanted = f"row {finding.examples[1] + 1:,}"
    await settle(pilot, lambda: text_of(screen, "#check-row").startswith(wanted), "an example is shown")
    longer = next(one for one in step.found if any(repair.max_length for repair in one.repairs))
    step.findings.highlighted = [one.code for one in step.findings.listed].index(longer.code)
    await pilot.press("f")
    if len(longer.repairs) > 1:
        await wait_for(pilot, lambda: pilot.app.screen is not screen, "it asks which")
        place = next(place for place, repair in enumerate(longer.repairs) if repair.max_length)
        pilot.app.screen.query_one(OptionList).highlighted = place
        await pilot.press("enter")
    await wait_for(pilot, lambda: state.plan.max_length > 16, "the length is raised")
    await settle(pilot, lambda: "cut off" not in text_of(screen, "#check-counts"), "nothing is cut off")
    await pilot.press("u")
    await wait_for(pilot, lambda: state.plan.max_length == 16, "it is undone")


async def test_bad_rows_are_listed_and_left_out_on_request(tmp_path: Path) -> None:
    lines = [json.dumps({"prompt": f"p {n}", "completion": f"c {n}"}) if n % 5 else "{not json [/x]" for n in range(20)]
    (tmp_path / "some.jsonl").write_text("\n".join(lines), encoding="utf-8")
    async with running_app(NARROW, "data") as pilot:
        screen = await open_source(pilot, str(tmp_path / "some.jsonl"))
        assert "16 read ! 4 bad" in text_of(screen, "#data-flow")
        await wait_for(pilot, lambda: "b" in pilot.app.screen.active_bindings, "bad rows can be looked at")
        await pilot.press("b")
        await wait_for(pilot, lambda: pilot.app.screen is not screen, "the list opens")
        listed = pilot.app.screen.query_one(OptionList)
        await settle(pilot, lambda: listed.option_count == 4, "they are listed")
        assert "some.jsonl, line 1" in str(listed.get_option_at_index(0).prompt)
        await pilot.press("s", "escape")
        await wait_for(pilot, lambda: screen.state.reading.bad_rows == "skip", "they shall be left out")
        assert screen.state.scanned, "nothing was read anew"


async def test_what_is_known_of_the_reading_stands_above_the_rows_and_other_rows_can_be_chosen(tmp_path: Path) -> None:
    rows = {"train": [{"q": f"{number}?", "a": "yes"} for number in range(9)], "test": [{"q": "who?", "a": "I"}]}
    (tmp_path / "parts.json").write_text(json.dumps(rows), encoding="utf-8")
    async with running_app(NARROW, "data") as pilot:
        screen = await open_source(pilot, str(tmp_path / "parts.json"))
        await wait_for(pilot, lambda: "rows of train" in text_of(screen, "#source-places"), "the list is named")
        assert not screen.query_one("#source-notes").display, "it is said once"
        await pilot.press("k")
        await wait_for(pilot, lambda: pilot.app.screen is not screen, "the lists are offered")
        await pilot.press("down", "enter")
        await settle(pilot, lambda: screen.state.scanned and screen.state.scanned.rows == 1, "the other one is read")
        assert screen.state.reading.key == "test"
        folder = tmp_path / "parts"
        folder.mkdir()
        for name in ("train", "test"):
            (folder / f"{name}.jsonl").write_text('{"q": "who?", "a": "I"}\n', encoding="utf-8")
        await pilot.press("n")
        screen.query_one("#picker-path", Input).value = f"{folder}/"
        listed = screen.query_one("#picker-list", OptionList)
        await wait_for(
            pilot, lambda: listed.options and "this folder" in str(listed.options[0].prompt), "the folder is listed"
        )
        await pilot.press("enter")
        await settle(pilot, lambda: screen.state.scanned and screen.state.scanned.rows == 2, "the folder is read")
        assert "rows of test.jsonl" in text_of(screen, "#source-notes")
        assert screen.query_one("#source-notes").display


async def test_failures_say_what_helps_and_a_dead_session_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "good.txt").write_text("one line\ntwo lines\n")
    async with running_app(NARROW, "data") as pilot:
        screen = data_screen(pilot)
        await wait_for(pilot, lambda: screen.query_one("#picker-list", OptionList).option_count, "sources are offered")
        await pilot.press("slash")
        screen.query_one("#picker-path", Input).value = str(tmp_path / "empty.jsonl")
        await pilot.press("enter")
        notice = screen.query_one("#source PartNotice", PartNotice)
        await settle(pilot, lambda: notice.display and notice.has_class("-bad"), "it is said that the file is empty")
        assert "empty" in str(notice.query_one("#notice-title", Static).content)
        await pilot.press("n")
        await wait_for(pilot, lambda: screen.query_one(SourcePicker).has_focus_within, "another can be chosen")
        await open_source(pilot, str(tmp_path / "good.txt"))
        os.kill(sessions()[0].pid, signal.SIGKILL)
        await wait_for(pilot, lambda: not sessions(), "the session is dead")
        await go_on(pilot, "map")
        rows = screen.query_one(MappedRows)
        await settle(pilot, lambda: "two lines" in str(rows.content), "a new session has opened the source again")
    assert not sessions(), "with the app its session ends"


def sessions() -> list[psutil.Process]:
    """The session processes that this process has started and that live."""
    alive = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in alive if "session" in child.cmdline()]


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=str)
async def test_every_step_has_help_names_for_its_acts_and_six_keys_at_most(size: tuple[int, int]) -> None:
    async with running_app(size, "data") as pilot:
        screen = data_screen(pilot)
        app = host(pilot)
        seen: dict[str, str] = {}
        for name in [step.NAME for step in DataScreen.PARTS]:
            screen.action_go_step(name)
            await wait_for(pilot, lambda: screen.focused, "something has the focus")
            bindings = [one.binding for one in screen.active_bindings.values() if one.binding.id]
            assert all(binding.tooltip and binding.description for binding in bindings)
            assert len({binding.action for binding in bindings if binding.show and binding.key != "f1"}) <= 6
            for node in (*screen.actors, screen):
                for binding in vars(type(node))["BINDINGS"]:
                    assert seen.setdefault(binding.id, binding.action) == binding.action
            titles = {command.title for command in app.get_system_commands(app.screen)}
            assert {"Options", "Data", "Training"} <= titles
            assert screen.query_one(Footer).region.bottom <= size[1]
        assert paths.SAMPLE in str(screen.query_one("#picker-list", OptionList).get_option_at_index(0).prompt)
        await pilot.press("f1")
        await wait_for(pilot, lambda: screen.query(SideHelp), "help is shown")
        page = screen.query_one(SideHelp).query_one("#widget-help", Markdown)
        await wait_for(pilot, lambda: "token by token" in page.source, "it explains the steps")
