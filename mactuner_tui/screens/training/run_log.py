"""What a run said, line by line, and the checkpoints it left."""

from __future__ import annotations

from rich.text import Text
from textual.content import Content
from textual.widgets import RichLog, Static

from mactuner_tui.core.history import LOG_LINES, LogLine
from mactuner_tui.core.numbers import clock_text
from mactuner_tui.core.overview import JobView


class RunLog(RichLog):
    """Takes in only what is new; another run starts it afresh."""

    def __init__(self) -> None:
        super().__init__(max_lines=LOG_LINES, markup=False, wrap=True, id="run-log", min_width=10)
        self._job_id: str | None = None
        self._last: LogLine | None = None

    def show(self, view: JobView) -> None:
        """Write what this run said since the last time."""
        lines = view.history.log
        if view.id != self._job_id:
            self.clear()
            self._job_id, self._last = view.id, None
        known = next((index + 1 for index, line in enumerate(lines) if line is self._last), 0)
        for line in lines[known:]:
            self.write(_written(line))
        if lines:
            self._last = lines[-1]


class Checkpoints(Static):
    """The checkpoints on disk, the newest first."""

    def show(self, view: JobView) -> None:
        """List them."""
        saved = reversed(view.history.checkpoints)
        lines = [
            Content.assemble(
                ("✓ ", "$state-good"),
                f"{checkpoint.step:>6,}",
                f"  {checkpoint.loss:.3f}" if checkpoint.loss is not None else "",
                ("  best", "$state-good") if checkpoint.best else "",
            )
            for checkpoint in saved
        ]
        self.update(Content("\n").join(lines or [Content.styled("none yet", "$quiet")]))


def _written(line: LogLine) -> Text:
    mark, style = ("! ", "bold") if line.warning else ("", "")
    return Text.assemble((f"{clock_text(line.at)}  ", "dim"), (f"{mark}{line.text}", style))
