"""How far a long look at the data is: a bar, counts and the time left, in one line. Draws at most 4 times a second."""

from __future__ import annotations

import time

from textual.content import Content
from textual.widget import Widget

from mactuner_tui.core.events import BaseEvent, Progressed, StageStarted
from mactuner_tui.core.numbers import bytes_text, duration_text
from mactuner_tui.widgets.texts import bar, percent

REDRAW_SECONDS = 0.25
BAR_WIDTH = 16
GAP = 2
JUDGED_AFTER = 1.0
"""Seconds from which the time left is judged by the pace so far."""


class ProgressLine(Widget):
    """Hidden unless something is under way."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.display = False
        self._what = ""
        self._done, self._total, self._unit = 0.0, 0.0, ""
        self._began = 0.0
        self._is_drawn = True

    def on_mount(self) -> None:
        self.set_interval(REDRAW_SECONDS, self._redraw)

    def begin(self, what: str) -> None:
        """Something is under way: say what."""
        self._what, self._began = what, time.monotonic()
        self._done, self._total = 0.0, 0.0
        self.display = True
        self.refresh()

    def follow(self, event: BaseEvent) -> None:
        """Something happened; of interest are the beginning of another part, and how far that is."""
        match event:
            case StageStarted():
                self.begin(event.stage)
            case Progressed():
                self._done, self._total, self._unit = event.done, event.total, event.unit
                self._is_drawn = False

    def end(self) -> None:
        """It is over."""
        self.display = False

    def _redraw(self) -> None:
        if self.display and not self._is_drawn:
            self._is_drawn = True
            self.refresh()

    def render(self) -> Content:
        head = Content.assemble(("⏵ ", "$state-live"), f"{self._what} …")
        if not self._total:
            return head
        share = self._done / self._total
        parts = [
            Content.assemble(head, " ", bar(share, BAR_WIDTH, "$primary"), f" {percent(share)}"),
            Content.styled(self._time_left(share), "$quiet"),
            Content.styled(self._counts(), "$quiet"),
        ]
        shown = [part for part in parts if part.cell_length]
        while len(shown) > 1 and sum(part.cell_length + GAP for part in shown) - GAP > self.size.width:
            shown.pop()
        return Content(" " * GAP).join(shown)

    def _counts(self) -> str:
        if self._unit == "bytes":
            return f"{bytes_text(self._done)} of {bytes_text(self._total)}"
        return f"{self._done:,.0f} of {self._total:,.0f} {self._unit}".rstrip()

    def _time_left(self, share: float) -> str:
        passed = time.monotonic() - self._began
        if passed < JUDGED_AFTER or not share:
            return ""
        left = passed / share - passed
        return f"≈ {duration_text(round(left))} left"
