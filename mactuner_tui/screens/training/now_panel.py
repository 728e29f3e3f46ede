"""The newest figures of a run, and its memory."""

from __future__ import annotations

from textual import getters
from textual.content import Content
from textual.widgets import Static

from mactuner_tui.core.history import History
from mactuner_tui.core.numbers import bytes_text
from mactuner_tui.core.overview import JobView
from mactuner_tui.core.series import smooth
from mactuner_tui.widgets.host import HIGH, Host
from mactuner_tui.widgets.texts import bar, gigabytes

LABEL_WIDTH = 10
BAR_WIDTH = 10
SMOOTHED_STEPS = 200
"""Older steps no longer move the smoothed loss by anything that is shown."""
HIGH_SHARE, CRITICAL_SHARE = 0.8, 0.95
"""Shares of the memory limit from which the gauge changes colour, as the system's own pressure levels do."""


class NowPanel(Static):
    """A column of figures."""

    app = getters.app(Host)

    def show(self, view: JobView) -> None:
        """Draw the newest figures of this run."""
        history = view.history
        gap = [Content()] if self.app.size.height >= HIGH else []
        lines = [*_figures(history), *gap, *self._memory(history)]
        self.update(Content("\n").join(lines))

    def _memory(self, history: History) -> list[Content]:
        """The accelerator's memory where the run has one, else its process's against the machine's."""
        used = history.device_memory or history.process_memory
        if not used:
            return []
        limit = (history.training.device_memory_limit if history.training else 0) or self._machine_memory()
        name = history.training.device if history.training and history.device_memory else "process"
        peak = _line("peak", bytes_text(history.peak_memory))
        if not limit:
            return [_line(name, bytes_text(used)), peak]
        share = used / limit
        style = "$mem-crit" if share > CRITICAL_SHARE else "$mem-warn" if share > HIGH_SHARE else "$mem-ok"
        word = "full" if share > CRITICAL_SHARE else "high" if share > HIGH_SHARE else "ok"
        gauge = Content.assemble((name.ljust(LABEL_WIDTH), "$quiet"), bar(share, BAR_WIDTH, style), " ", (word, style))
        return [gauge, _line("", gigabytes(used, limit)), peak]

    def _machine_memory(self) -> int:
        return self.app.machine.memory_total if self.app.machine else 0


def _figures(history: History) -> list[Content]:
    lines = []
    if history.losses:
        lines.append(_line("train", f"{smooth(history.losses[-SMOOTHED_STEPS:])[-1]:.3f}", "$loss-train"))
    if history.evaluations:
        scored = history.evaluations
        trend = ""
        if len(scored) > 1:
            trend = " ▼" if scored[-1].loss < scored[-2].loss else " ▲"
        lines.append(_line("valid", f"{scored[-1].loss:.3f}{trend}", "$loss-eval"))
        lines.append(_line("accuracy", f"{scored[-1].accuracy * 100:.1f} %"))
    if history.learning_rates:
        lines.append(_line("lr", f"{history.learning_rates[-1]:.2e}"))
        lines.append(_line("grad norm", f"{history.grad_norms[-1]:.3g}"))
    return lines


def _line(name: str, value: str, style: str = "") -> Content:
    return Content.assemble((name.ljust(LABEL_WIDTH), "$quiet"), (value, f"bold {style}".strip()))
