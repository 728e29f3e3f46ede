"""The list in columns by itself: what is left out when there is no room, and what stays where it is; and who keeps
the focus when a part shows its middle again."""

from textual.app import App, ComposeResult
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Input

from mactuner_tui.app import style_files
from mactuner_tui.widgets.column_list import Column, ColumnList, Line
from mactuner_tui.widgets.host import Host
from mactuner_tui.widgets.part import Part
from mactuner_tui.widgets.themes import meanings
from tests.tui.pilots import wait_for

COLUMNS = (Column("name", 10), Column("size", 7, "right"), Column("from", 6, rank=2), Column("fits", 5, rank=1))


class OneList(App[None]):
    """Nothing but the list."""

    CSS_PATH = style_files()

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return meanings(self.current_theme)

    def compose(self) -> ComposeResult:
        yield ColumnList(COLUMNS)

    def on_column_list_chosen(self, event: ColumnList.Chosen) -> None:
        self.told.append(event.key)


def line(key: str, size: str = "1 GB", note: str = "") -> Line:
    cells = (Content(f"{key} [/x] 漢字漢字漢字"), Content(size), Content("hub"), Content("F L Q"))
    return Line(key, cells, Content(note) if note else None)


def texts(pilot: Pilot[None]) -> list[str]:
    """The head and the lines, as they are drawn."""
    head = str(pilot.app.query_one(".column-head").render())
    return [head, *(str(option.prompt) for option in pilot.app.query_one(ColumnList).options.options)]


async def test_columns_stand_below_each_other_and_the_least_needed_are_left_out() -> None:
    app = OneList()
    async with app.run_test(size=(40, 10)) as pilot:
        shown = app.query_one(ColumnList)
        shown.show([line("a"), line("b", "12.5 GB"), line("c", note="↓ 41 %")])
        await wait_for(pilot, lambda: len(texts(pilot)) == 4, "all are drawn")
        head, first, second, third = (Content(text) for text in texts(pilot))
        assert {head.cell_length, first.cell_length, second.cell_length} == {38}
        size_ends = Content(head.plain.partition("from")[0].rstrip()).cell_length
        assert Content(second.plain.partition("hub")[0].rstrip()).cell_length == size_ends, (
            "numbers end below the title"
        )
        assert first.plain.endswith("F L Q")
        assert "…" in first.plain
        assert third.plain.endswith("↓ 41 %")
        await pilot.resize_terminal(32, 10)
        await wait_for(pilot, lambda: "from" not in texts(pilot)[0], "there is no room for all")
        assert "fits" in texts(pilot)[0]
        await pilot.resize_terminal(24, 10)
        await wait_for(pilot, lambda: texts(pilot)[0].split() == ["name", "size"], "nor for that")


async def test_the_cursor_stays_on_what_it_is_on_whatever_comes_and_goes() -> None:
    app = OneList()
    async with app.run_test(size=(60, 10)) as pilot:
        shown = app.query_one(ColumnList)
        shown.show([line("a"), line("b"), line("c")])
        shown.focus()
        await pilot.press("down")
        await wait_for(pilot, lambda: shown.key == "b", "the second one is highlighted")
        before = shown.options.options[2].prompt
        shown.show([line("a"), line("b", "2 GB"), line("c")])
        assert "2 GB" in texts(pilot)[2]
        assert shown.options.options[2].prompt is before, "what did not change is not drawn anew"
        shown.show([line("new"), line("a"), line("b"), line("c")])
        assert shown.key == "b"
        await pilot.resize_terminal(40, 10)
        assert shown.key == "b"
        shown.show([line("new"), line("a")])
        assert shown.key == "a", "it is gone: the cursor stays at its place, or at the end"
        shown.show([line("new"), line("a"), line("c")], wanted="c")
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.told == ["c"], "enter chooses what was wanted")
        shown.show([])
        assert shown.key is None


class Searched(Part):
    """A part with a field above its middle."""

    NAME = "searched"

    def compose_top(self) -> ComposeResult:
        yield Input()

    def compose_middle(self) -> ComposeResult:
        yield ColumnList(COLUMNS)


class OnePart(Host):
    """Nothing but the part."""

    CSS_PATH = style_files()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return meanings(self.current_theme)

    def compose(self) -> ComposeResult:
        yield Searched()


async def test_an_answer_takes_the_focus_from_no_field() -> None:
    app = OnePart()
    async with app.run_test(size=(100, 20)) as pilot:
        part, field = app.query_one(Searched), app.query_one(Input)
        part.show_notice("Nothing was found")
        part.notice.focus()
        await wait_for(pilot, lambda: part.notice.has_focus, "the notice has the focus")
        part.show_body()
        app.screen.set_focus(field)
        await pilot.press("a", "b")
        assert field.value == "ab"
