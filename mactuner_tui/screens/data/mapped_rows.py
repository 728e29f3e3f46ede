"""Rows as a mapping renders them: who says what, or the problem that keeps a row from being used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content
from textual.widgets import Static

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events.data import MappedRow

ROLE_STYLES = {"system": "$quiet", "user": "$text-primary", "assistant": "$state-good"}
ROLE_WIDTH = 11
SHOWN_CHARACTERS = 6000
"""Of a message; the rest is only counted."""


class MappedRows(Static):
    """Draws rows, or why there are none. Another width breaks the lines anew."""

    _rows: Sequence[MappedRow] = ()
    _total: int | None = None

    def show(self, rows: Sequence[MappedRow], total: int | None) -> None:
        """Draw these rows."""
        self._rows, self._total = rows, total
        self._draw()

    def show_problem(self, error: MacTunerError) -> None:
        """Say why no row can be rendered."""
        self._rows = ()
        self.update(Content.assemble((f"! {error.message}", "bold $state-bad"), "\n", error.hint))

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._rows:
            self.update(Content("\n").join(line for row in self._rows for line in self._lines(row)))

    def _lines(self, row: MappedRow) -> Iterator[Content]:
        of = f" of {self._total:,}" if self._total else ""
        yield Content.styled(f"row {row.number + 1:,}{of}", "$quiet")
        if row.problem:
            yield Content.assemble(("! ", "bold $state-bad"), row.problem)
        if row.text:
            yield from self._said("text", row.text, "assistant")
        for message in row.messages:
            yield from self._said(message.role, message.content, message.role)
        yield Content()

    def _said(self, name: str, text: str, role: str) -> Iterator[Content]:
        """A speaker, and beside it what is said."""
        rest = len(text) - SHOWN_CHARACTERS
        shown = text if rest <= 0 else f"{text[:SHOWN_CHARACTERS]} … {rest:,} more characters"
        label = Content.styled(name.ljust(ROLE_WIDTH), f"bold {ROLE_STYLES.get(role, '$foreground')}")
        for line in Content(shown or "(empty)").wrap(max(self.size.width - ROLE_WIDTH, 20)):
            yield Content.assemble(label, line)
            label = Content(" " * ROLE_WIDTH)
