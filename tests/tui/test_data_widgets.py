"""The pieces of the data screen by themselves: the table of any size, the picker of sources, tokens, forms."""

import re
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import Input, OptionList, TextArea

from mactuner_tui.core.events.data import RowView
from mactuner_tui.core.profile import Column, TokenView
from mactuner_tui.core.specs.data import MapSpec
from mactuner_tui.widgets.row_grid import HELD_ROWS, RowGrid
from mactuner_tui.widgets.source_picker import Offer, SourcePicker
from mactuner_tui.widgets.spec_form import Group, SpecForm
from mactuner_tui.widgets.themes import meanings
from mactuner_tui.widgets.token_text import TokenText
from tests.tui.pilots import wait_for

MILLION = 1_000_000
LACKING = re.compile(r"\d  …")
"""A row of the table that is not there yet: its number, and dots."""


class Stage(App[None]):
    """An app with the colours of ours, for one widget."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return meanings(self.current_theme)


class GridStage(Stage):
    """Answers a table's wishes with made-up rows."""

    def __init__(self) -> None:
        super().__init__()
        self.wishes: list[RowGrid.RowsWanted] = []
        self.chosen: list[RowGrid.CellChosen] = []

    def compose(self) -> ComposeResult:
        yield RowGrid()

    def on_row_grid_rows_wanted(self, event: RowGrid.RowsWanted) -> None:
        self.wishes.append(event)
        rows = range(event.start, min(event.start + event.count, MILLION))
        self.query_one(RowGrid).take([row(number) for number in rows], MILLION)

    def on_row_grid_cell_chosen(self, event: RowGrid.CellChosen) -> None:
        self.chosen.append(event)


def row(number: int) -> RowView:
    """A row with foreign text in it."""
    return RowView(number=number, where="f", cells={"a": f"[/x] {number}\nsecond", "b": "단어 " * 30})


def columns() -> tuple[Column, ...]:
    """Three columns, the last of which is empty in every row."""
    return tuple(Column(name=name, type="text", missing=0, example="") for name in ("a", "b", "[red]c"))


async def test_a_table_of_a_million_rows_asks_only_for_those_in_sight() -> None:
    app = GridStage()
    async with app.run_test(size=(80, 24)) as pilot:
        grid = app.query_one(RowGrid)
        grid.focus()
        grid.begin(columns(), ["text", "text", "text"])
        grid.take([row(number) for number in range(10)], 10)
        await pilot.pause()
        assert not app.wishes
        grid.take((), MILLION)
        await wait_for(pilot, lambda: app.wishes, "the rest of the page is asked for")
        await pilot.press("pagedown", "pagedown", "end")
        await wait_for(pilot, lambda: grid.row and grid.row.number == MILLION - 1, "the last row is there")
        assert "999,999" in shown(grid)
        assert "[/x] 999998⏎" in shown(grid)
        for step in range(40):
            grid.go_to(step * 25_000)
            await pilot.pause()
        assert len(app.wishes) < 60
        assert grid.held <= HELD_ROWS
        await pilot.press("home", "right", "enter")
        await wait_for(pilot, lambda: app.chosen, "a cell is chosen")
        assert (app.chosen[0].row, app.chosen[0].column) == (0, "b")


def shown(grid: RowGrid) -> str:
    """The table as text."""
    return "\n".join(grid.render_line(y).text for y in range(grid.size.height))


class PickerStage(Stage):
    """Remembers what was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield SourcePicker()

    def on_source_picker_chosen(self, event: SourcePicker.Chosen) -> None:
        self.chosen.append(event.source)


async def test_a_source_is_found_by_walking_through_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "qa [red].csv").write_text("a,b\n")
    (tmp_path / "in" / ".hidden.csv").write_text("a,b\n")
    (tmp_path / "in" / "tool.exe").write_text("")
    app = PickerStage()
    async with app.run_test(size=(80, 24)) as pilot:
        picker, listed = app.query_one(SourcePicker), app.query_one(OptionList)
        picker.show([Offer("source", "stdlib", "stdlib"), Offer("folder", "./", "./")])
        picker.focus()
        await wait_for(pilot, lambda: listed.option_count == 2, "the offers are listed")
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: "in/" in titles(listed), "the folder is listed")
        await pilot.press("enter")
        await wait_for(pilot, lambda: any("qa" in title for title in titles(listed)), "and the folder in it")
        assert titles(listed) == ["this folder as one source", "qa [red].csv"]
        await pilot.press("h")
        await wait_for(pilot, lambda: len(titles(listed)) == 4, "hidden and other files too")
        await pilot.press("h", "left")
        await wait_for(pilot, lambda: "in/" in titles(listed), "up again")
        await pilot.press("slash", "ctrl+u", "full_stop", "slash", "i", "n", "slash", "q")
        await wait_for(pilot, lambda: titles(listed) == ["qa [red].csv"], "what was typed narrows the list")
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: app.chosen, "a file is chosen")
        assert app.chosen == ["./in/qa [red].csv"]
        app.query_one(Input).value = "someone/some-data"
        await wait_for(pilot, lambda: titles(listed) == ["someone/some-data"], "an id of the Hub is understood")


def titles(listed: OptionList) -> list[str]:
    """The titles of a list of offers."""
    return [str(option.prompt)[2:].split("  ")[0].strip() for option in listed.options]


class TokenStage(Stage):
    """A row of tokens."""

    def compose(self) -> ComposeResult:
        yield TokenText()


async def test_tokens_are_told_apart_without_colour() -> None:
    def token(text: str, **what: bool) -> TokenView:
        return TokenView(text=text, ids=(1,), **{"trained": False, "special": False, "cut": False, **what})

    app = TokenStage()
    async with app.run_test() as pilot:
        tokens = app.query_one(TokenText)
        tokens.show([token("<s>", special=True), token("ask[/]"), token("say\n", trained=True), token("x", cut=True)])
        await pilot.pause()
        drawn = tokens.content
        assert isinstance(drawn, Content)
        styles = {span.start: str(span.style) for span in drawn.spans}
        assert drawn.plain == "<s>ask[/]say⏎\nx"
        assert "reverse" in styles[0]
        assert "underline" not in styles[3]
        assert "underline" in styles[9]
        assert "strike" in styles[14]


class FormStage(Stage):
    """A form with templates of several lines."""

    def __init__(self) -> None:
        super().__init__()
        self.edits: list[SpecForm.Edited] = []

    def compose(self) -> ComposeResult:
        yield SpecForm(MapSpec, (Group("", ("prompt", "answer")),), rest=False, long=("prompt",))

    def on_spec_form_edited(self, event: SpecForm.Edited) -> None:
        self.edits.append(event)


async def test_a_form_tells_each_edit_and_keeps_lines_and_blanks() -> None:
    app = FormStage()
    async with app.run_test() as pilot:
        form = app.query_one(SpecForm)
        given = MapSpec(prompt="{a}\n\n{b}", answer=" {c} ")
        form.fill(given)
        await pilot.pause()
        assert form.spec == given
        assert not app.edits, "filling is no edit"
        assert {field.field.path for field in form.fields} == {"prompt", "answer"}
        form.query_one(TextArea).focus()
        await pilot.press("x", "enter")
        await wait_for(pilot, lambda: len(app.edits) == 2, "both keys are told")
        assert app.edits[-1].path == "prompt"
        assert app.edits[-1].spec == MapSpec(prompt="x\n{a}\n\n{b}", answer=" {c} ")


class ShortStage(GridStage):
    """Brings few rows at a time, as a session does of long ones; and of some rows nothing."""

    FEW = 3

    def on_row_grid_rows_wanted(self, event: RowGrid.RowsWanted) -> None:
        self.wishes.append(event)
        rows = range(event.start, event.start + self.FEW)
        self.query_one(RowGrid).take([row(number) for number in rows if number < 500], MILLION)


async def test_a_table_asks_on_where_fewer_rows_come_and_stops_where_none_do() -> None:
    app = ShortStage()
    async with app.run_test(size=(80, 24)) as pilot:
        grid = app.query_one(RowGrid)
        grid.focus()
        grid.begin(columns(), ["text", "text", "text"])
        grid.take((), MILLION)
        for target in (0, 300, 290, 100):
            grid.go_to(target)
            await wait_for(pilot, lambda: grid.row and not LACKING.search(shown(grid)), f"{target} is there")
        assert len(app.wishes) < 60
        grid.go_to(700_000)
        await pilot.pause(0.2)
        wished = len(app.wishes)
        await pilot.pause(0.2)
        assert len(app.wishes) == wished
        assert wished < 70
        grid.go_to(200)
        await wait_for(pilot, lambda: grid.row, "rows come again")
