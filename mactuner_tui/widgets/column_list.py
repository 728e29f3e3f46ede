"""A list of lines in columns, below a head that stays. Lines change in place, so that cursor and scroll stay.

Columns for which there is no room are left out, the least needed first. Knows nothing of what the lines are about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from mactuner_tui.widgets.panes import Lines

GAP = "  "
BESIDE = 3
"""Cells that belong to no column: a blank at either side, and the scroll bar."""


class Column(NamedTuple):
    """A column. The greater `rank` is, the sooner it is left out; the first column takes the room that is left."""

    title: str
    width: int
    side: Literal["left", "right"] = "left"
    rank: int = 0


@dataclass(frozen=True)
class Line:
    """A line: what it stands for, and its cells. A `note` stands in place of all cells but the first."""

    key: str
    cells: tuple[Content, ...]
    note: Content | None = None


class ColumnList(Vertical, can_focus=False):
    """The head and the list; the list takes the focus."""

    @dataclass
    class Highlighted(Message):
        """The cursor came to another line, or what it is on changed place."""

        columns: ColumnList
        key: str

    @dataclass
    class Chosen(Message):
        """Enter was pressed on a line."""

        columns: ColumnList
        key: str

    def __init__(self, columns: Sequence[Column], id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._columns = columns
        self._lines: Sequence[Line] = ()
        self._drawn: dict[str, tuple[Line, Content]] = {}
        """The lines that are there, by key."""
        self._shown: list[int] = []
        """The places of the columns that there is room for."""

    def compose(self) -> ComposeResult:
        yield Static(classes="column-head")
        yield Lines(compact=True)

    @property
    def options(self) -> OptionList:
        return self.query_one(OptionList)

    @property
    def key(self) -> str | None:
        """What the highlighted line stands for."""
        place = self.options.highlighted
        return self._lines[place].key if place is not None and place < len(self._lines) else None

    @property
    def keys(self) -> list[str]:
        return [line.key for line in self._lines]

    def focus(self, scroll_visible: bool = True) -> ColumnList:
        """Give the focus to the list."""
        self.options.focus(scroll_visible)
        return self

    def show(self, lines: Sequence[Line], wanted: str | None = None) -> None:
        """Draw these lines, the cursor on the one that stands for `wanted`, or else where it was."""
        key, place = self.key, self.options.highlighted or 0
        keys = [line.key for line in lines]
        same = keys == list(self._drawn)
        self._lines = lines
        if not self._shown:
            return  # How wide it is, is not known yet.
        before, self._drawn = self._drawn, {line.key: (line, self._drawn_row(line)) for line in lines}
        if same:
            for index, (key_, (_, row)) in enumerate(self._drawn.items()):
                if row is not before[key_][1]:
                    self.options.replace_option_prompt_at_index(index, row)
        else:
            self.options.clear_options()
            self.options.add_options(Option(row) for _, row in self._drawn.values())
        if not same or wanted is not None:
            self._put_cursor(wanted or key, place)

    def _drawn_row(self, line: Line) -> Content:
        """The row of a line: the one that is there, if it says the same."""
        old, drawn = self._drawn.get(line.key, (None, None))
        if drawn is not None and old is line:
            return drawn
        row = self._row(line)
        return drawn if drawn is not None and drawn.markup == row.markup else row

    def _put_cursor(self, key: str | None, place: int) -> None:
        keys = self.keys
        if not keys:
            self.options.highlighted = None
        else:
            self.options.highlighted = keys.index(key) if key in keys else min(place, len(keys) - 1)

    def go_to_first(self) -> None:
        """Put the cursor on the first line."""
        self.options.highlighted = 0 if self._drawn else None

    # -- drawing -------------------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Choose the columns there is room for, and draw anew."""
        room = self.size.width - BESIDE
        shown = list(range(len(self._columns)))
        while len(shown) > 1 and self._needed(shown) > room:
            shown.remove(max(shown[1:], key=lambda place: (self._columns[place].rank, place)))
        self._shown = shown
        titles = tuple(Content(column.title) for column in self._columns)
        self.query_one(".column-head", Static).update(self._row(Line("", titles)))
        place, self._drawn = self.options.highlighted, {}
        self.show(self._lines)
        self.options.highlighted = place if place is not None else self.options.highlighted

    def _needed(self, shown: list[int]) -> int:
        return sum(self._columns[place].width for place in shown) + len(GAP) * (len(shown) - 1)

    def _row(self, line: Line) -> Content:
        room = self.size.width - BESIDE
        rest = self._needed(self._shown) - self._columns[0].width
        first = _fitted(line.cells[0], max(room - rest, 4), "left")
        if line.note is not None:
            return Content.assemble(" ", first, GAP, line.note)
        cells = [
            _fitted(line.cells[place], self._columns[place].width, self._columns[place].side)
            for place in self._shown[1:]
        ]
        return Content.assemble(" ", Content(GAP).join([first, *cells]))

    # -- what is told --------------------------------------------------------------------------------------------------

    @on(OptionList.OptionHighlighted)
    def tell_highlight(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_index < len(self._lines):
            self.post_message(self.Highlighted(self, self._lines[event.option_index].key))

    @on(OptionList.OptionSelected)
    def tell_choice(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index < len(self._lines):
            self.post_message(self.Chosen(self, self._lines[event.option_index].key))


def _fitted(cell: Content, width: int, side: Literal["left", "right"]) -> Content:
    """The cell in exactly `width` columns of the terminal, cut at its end."""
    cut = cell.truncate(width, ellipsis=True)
    blank = " " * (width - cut.cell_length)
    return Content.assemble(blank, cut) if side == "right" else Content.assemble(cut, blank)
