"""A table of any number of rows, of which only those in sight and around are held. Asks for what it lacks.

Knows nothing of where rows come from.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mactuner_tui.core.events.data import RowView
from mactuner_tui.core.profile import Column
from mactuner_tui.widgets.texts import one_line

HEAD_LINES = 2
NARROWEST, WIDEST = 6, 56
"""Cells of a column, unless there is room left."""
SHRUNK = 20
"""Cells that wide columns keep when not all can be in sight."""
JUDGED_ROWS = 50
"""Rows by which the widths are chosen."""
ASKED_ROWS = 200
HELD_ROWS = 2000


class RowGrid(ScrollView, can_focus=True):
    """The head tells each column's name and type, the rows follow, each with its number counted from 1."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-grid--head",
        "row-grid--kind",
        "row-grid--number",
        "row-grid--row",
        "row-grid--cell",
        "row-grid--absent",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1, 0)", "Up", show=False, id="grid.up", tooltip="The row above"),
        Binding("down", "move(1, 0)", "Down", show=False, id="grid.down", tooltip="The row below"),
        Binding("left", "move(0, -1)", "Left", show=False, id="grid.left", tooltip="The column before"),
        Binding("right", "move(0, 1)", "Right", show=False, id="grid.right", tooltip="The next column"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="grid.page_up", tooltip="A page up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="grid.page_down", tooltip="A page down"),
        Binding("home", "to_row(0)", "First row", show=False, id="grid.first", tooltip="The first row"),
        Binding("end", "to_row(-1)", "Last row", show=False, id="grid.last", tooltip="The last row"),
        Binding("enter", "choose", "Cell", id="grid.cell", tooltip="The whole text of the cell"),
    ]

    @dataclass
    class RowsWanted(Message):
        """These rows are in sight, and not there."""

        start: int
        count: int

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RowGrid.RowsWanted)

    @dataclass
    class CellChosen(Message):
        """A cell shall be shown in full."""

        row: int
        column: str

    cursor_row: reactive[int] = reactive(0)
    cursor_column: reactive[int] = reactive(0)

    def __init__(self) -> None:
        super().__init__()
        self._columns: Sequence[Column] = ()
        self._kinds: list[str] = []
        self._rows: dict[int, RowView] = {}
        self._total = 0
        self._wish: RowGrid.RowsWanted | None = None
        """What was asked for last."""
        self._is_short = False
        """Whether it was answered with fewer rows: they are long, so that none should be asked for in vain."""
        self._vain: int | None = None
        """A row that was asked for and did not come."""
        self._widths: list[int] = []
        self._starts: list[int] = [0]

    # -- what is given -------------------------------------------------------------------------------------------------

    def begin(self, columns: Sequence[Column], kinds: list[str]) -> None:
        """Begin with a new source. `kinds` says a word on each column."""
        self._rows.clear()
        self._total = 0
        self._wish, self._is_short, self._vain = None, False, None
        self.cursor_row = self.cursor_column = 0
        self.scroll_to(0, 0, animate=False)
        self.show_columns(columns, kinds)

    def show_columns(self, columns: Sequence[Column], kinds: list[str]) -> None:
        """These are the columns, as far as they are known by now."""
        self._columns, self._kinds = columns, kinds
        self._measure()

    def take(self, rows: Iterable[RowView], total: int) -> None:
        """Take rows in, wherever they belong, and the number of all rows."""
        few = len(self._rows) < JUDGED_ROWS
        new = {row.number: row for row in rows}
        self._rows |= new
        self._total = max(total, 0)
        if self._wish is not None:
            wish, self._wish = self._wish, None
            self._is_short = len(new) < min(wish.count, self._total - wish.start)
            self._vain = wish.start if wish.start not in new else None
        if len(self._rows) > HELD_ROWS:
            top = self._top
            near = sorted(self._rows, key=lambda number: abs(number - top))[: HELD_ROWS // 2]
            self._rows = {number: self._rows[number] for number in near}
        self._settle()
        if few:
            self.call_after_refresh(self._measure)
        self._want()

    @property
    def row(self) -> RowView | None:
        """The row with the cursor, if it is there already."""
        return self._rows.get(self.cursor_row)

    @property
    def held(self) -> int:
        """How many rows are in memory."""
        return len(self._rows)

    @property
    def shown(self) -> int:
        """How many rows there are to scroll through."""
        return self._total

    # -- sizes ---------------------------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        self._measure()
        self._want()

    def _measure(self) -> None:
        """Choose widths by what the first rows need."""
        sample = list(self._rows.values())[:JUDGED_ROWS]
        widths = []
        for column, kind in zip(self._columns, self._kinds, strict=True):
            texts = [column.name, kind, *(row.cells.get(column.name, "") for row in sample)]
            widest = max(cell_len(one_line(text[:WIDEST])) for text in texts)
            widths.append(min(max(widest, NARROWEST), WIDEST))
        room = self.scrollable_content_region.width - self._number_width - 2 * len(widths)
        self._widths = fitted(widths, room)
        self._starts = [0, *accumulate(width + 2 for width in self._widths)]
        self._settle()

    def _settle(self) -> None:
        self.virtual_size = Size(self._number_width + self._starts[-1], self._total + HEAD_LINES)
        self.refresh()

    @property
    def _number_width(self) -> int:
        return max(len(f"{max(self._total, 1):,}"), 3) + 2

    @property
    def _page(self) -> int:
        """Rows in sight."""
        return max(self.scrollable_content_region.height - HEAD_LINES, 1)

    @property
    def _top(self) -> int:
        return round(self.scroll_offset.y)

    # -- moving --------------------------------------------------------------------------------------------------------

    def action_move(self, rows: int, columns: int) -> None:
        self.go_to(self.cursor_row + rows, self.cursor_column + columns)

    def action_page(self, direction: int) -> None:
        self.go_to(self.cursor_row + direction * self._page, self.cursor_column)

    def action_to_row(self, row: int) -> None:
        self.go_to(row if row >= 0 else self._total - 1, self.cursor_column)

    def action_choose(self) -> None:
        if self.row is not None and self._columns:
            self.post_message(self.CellChosen(self.cursor_row, self._columns[self.cursor_column].name))

    def go_to(self, row: int, column: int | None = None) -> None:
        """Put the cursor on a row, the nearest there is, and bring it into sight."""
        self.cursor_row = min(max(row, 0), max(self._total - 1, 0))
        wanted = self.cursor_column if column is None else column
        self.cursor_column = min(max(wanted, 0), max(len(self._columns) - 1, 0))
        top = min(max(self._top, self.cursor_row - self._page + 1), self.cursor_row)
        self.scroll_to(self._left_for_cursor(), top, animate=False, immediate=True)

    def _left_for_cursor(self) -> int:
        """How far to scroll aside so that the cursor's column is in sight, its beginning above all."""
        if not self._widths:
            return 0
        room = max(self.size.width - self._number_width, 1)
        start = self._starts[self.cursor_column]
        end = start + self._widths[self.cursor_column] + 1
        left = round(self.scroll_offset.x)
        return min(max(left, end - room), start)

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        self._want()

    def _want(self) -> None:
        """Ask for the rows in sight that are not there, and some around them; where few came, for what is in sight."""
        seen = range(self._top, min(self._top + self._page, self._total))
        missing = [number for number in seen if number not in self._rows]
        if missing:
            start = max(missing[0] - (0 if self._is_short else ASKED_ROWS // 4), 0)
            while start in self._rows:
                start += 1
            if start != self._vain:
                self._wish = self.RowsWanted(start, ASKED_ROWS)
                self.post_message(self._wish)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse points."""
        line = event.y - HEAD_LINES
        if line >= 0 and self._widths:
            across = event.x - self._number_width + round(self.scroll_offset.x)
            self.go_to(self._top + line, bisect_right(self._starts, across) - 1)

    # -- drawing -------------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        number = self._top + y - HEAD_LINES
        if y == 0:
            cells = [(column.name, "row-grid--head") for column in self._columns]
            return self._line("", cells, "row-grid--head")
        if y == 1:
            return self._line("", [(kind, "row-grid--kind") for kind in self._kinds], "row-grid--kind")
        if number >= self._total:
            return Strip.blank(self.size.width, self.rich_style)
        return self._row_line(number)

    def _row_line(self, number: int) -> Strip:
        row = self._rows.get(number)
        here = number == self.cursor_row
        base = "row-grid--row" if here else ""
        if row is None:
            return self._line(f"{number + 1:,}", [("…", "row-grid--absent")] * len(self._columns), base)
        cells = []
        for index, column in enumerate(self._columns):
            text = row.cells.get(column.name)
            style = "row-grid--absent" if not text else base
            if here and index == self.cursor_column and self.has_focus:
                style = "row-grid--cell"
            cells.append(("–" if text is None else one_line(text[: WIDEST * 4]), style))
        return self._line(f"{number + 1:,}", cells, base)

    def _line(self, number: str, cells: Sequence[tuple[str, str]], base: str) -> Strip:
        """A line: the number, and those cells that the horizontal scroll leaves in sight."""
        ground = self._style(base)
        left = round(self.scroll_offset.x)
        room = max(self.size.width - self._number_width, 0)
        first = max(bisect_right(self._starts, left) - 1, 0)
        segments, at = [], self._starts[first]
        for (text, style), width in zip(cells[first:], self._widths[first:], strict=False):
            if at >= left + room:
                break
            segments += [Segment(fitted_text(text, width), ground + self._style(style)), Segment("  ", ground)]
            at += width + 2
        body = Strip(segments).crop_extend(left - self._starts[first], left - self._starts[first] + room, ground)
        label = Segment(f"{number.rjust(self._number_width - 2)}  ", ground + self._style("row-grid--number"))
        return Strip([label, *body])

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name) if name else self.rich_style


def fitted_text(text: str, width: int) -> str:
    """The text in exactly so many cells, an ellipsis marking a cut."""
    return set_cell_size(text, width) if cell_len(text) <= width else f"{set_cell_size(text, width - 1)}…"


def fitted(widths: Sequence[int], room: int) -> list[int]:
    """The widths made to fill the room: wide columns give up cells, or the last one takes what is left."""
    fit = list(widths)
    while sum(fit) > room and fit and max(fit) > SHRUNK:
        fit[fit.index(max(fit))] -= 1
    if fit and sum(fit) < room:
        fit[-1] += room - sum(fit)
    return fit
