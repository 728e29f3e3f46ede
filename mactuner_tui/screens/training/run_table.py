"""The list of runs, the newest first. Cells change in place, so that cursor and scroll stay."""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.message import Message
from textual.widgets import DataTable

from mactuner_tui.core.job import Status
from mactuner_tui.core.numbers import duration_text, when_text
from mactuner_tui.core.overview import JobView
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.screens.training.settings import train_spec
from mactuner_tui.widgets.texts import STATUS_VARIABLES, last_part, percent, shortened, time_left

COLUMNS = ("state", "name", "model", "data", "loss", "done", "time", "when")
RIGHT = ("loss", "done", "time", "when")
NAME_WIDTH = 22
INPUT_WIDTH = 14


class RunTable(DataTable[Text]):
    """Tells which run the cursor is on."""

    class Chosen(Message):
        """The cursor came to another run."""

        def __init__(self, job_id: str) -> None:
            super().__init__()
            self.job_id = job_id

    def __init__(self) -> None:
        super().__init__(cursor_type="row", id="runs")
        self._shown: dict[str, tuple[str, ...]] = {}

    def on_mount(self) -> None:
        for name in COLUMNS:
            title = "" if name == "state" else name
            self.add_column(Text(title, justify="right" if name in RIGHT else "left"), key=name)
        self.app.theme_changed_signal.subscribe(self, lambda _: self._refill(self._shown))

    def show(self, runs: tuple[JobView, ...], chosen: str | None) -> None:
        """Draw these runs with the cursor on the chosen one."""
        rows = {view.id: _row(view) for view in runs}
        if list(rows) == list(self._shown):
            self._update_cells(rows)
        else:
            self._refill(rows)
        self._shown = rows
        if chosen in rows and (row := list(rows).index(chosen)) != self.cursor_row:
            self.move_cursor(row=row)

    def _update_cells(self, rows: dict[str, tuple[str, ...]]) -> None:
        for job_id, row in rows.items():
            for column, text, old in zip(COLUMNS, row, self._shown[job_id], strict=True):
                if text != old:
                    self.update_cell(job_id, column, self._cell(column, text), update_width=True)

    def _refill(self, rows: dict[str, tuple[str, ...]]) -> None:
        """Runs came or went: rare enough to draw anew, and rows can only be appended."""
        row_before = self.cursor_row
        self.clear()
        for job_id, row in rows.items():
            self.add_row(*map(self._cell, COLUMNS, row), key=job_id)
        self.move_cursor(row=row_before)

    def _cell(self, column: str, text: str) -> Text:
        if column == "state":
            status = Status(text)
            return Text(status.symbol, style=self.app.theme_variables[STATUS_VARIABLES[status]])
        return Text(text, justify="right" if column in RIGHT else "left", no_wrap=True)

    @on(DataTable.RowHighlighted)
    def choose_run(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        is_stale = event.cursor_row != self.cursor_row
        if not is_stale and event.row_key.value is not None:
            self.post_message(self.Chosen(event.row_key.value))


def _row(view: JobView) -> tuple[str, ...]:
    spec, history = train_spec(view), view.history
    unknown = "?" if view.kind == TrainSpec.kind else ""
    return (
        view.status,
        shortened(view.title, NAME_WIDTH),
        shortened(last_part(spec.model) if spec else unknown, INPUT_WIDTH),
        shortened(last_part(spec.data) if spec else unknown, INPUT_WIDTH),
        _losses(view),
        percent(history.progress) if history.training else "",
        _time(view),
        when_text(view.queued),
    )


def _losses(view: JobView) -> str:
    history = view.history
    if history.valid_loss is None:
        return f"{history.losses[-1]:.2f}" if history.losses else ""
    if history.base_loss is None or len(history.evaluations) == 1:
        return f"{history.valid_loss:.2f}"
    return f"{history.base_loss:.2f} → {history.valid_loss:.2f}"


def _time(view: JobView) -> str:
    """Time left of a run that goes on, else the time its steps took."""
    history = view.history
    if view.status.is_live and (left := time_left(history)):
        return left
    return duration_text(sum(history.step_seconds)) if history.step_seconds else ""
