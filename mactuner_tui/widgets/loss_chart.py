"""The loss of a run over its steps: training as a line, smoothed and raw, validation as dots. Hides plotext."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.color import Color
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from mactuner_tui.core.history import History
from mactuner_tui.core.series import Smoothed, thin
from mactuner_tui.widgets.plot import Plot

FAINT = 0.62
"""How far the raw curve is mixed into the background."""
AXIS_CELLS = 8
"""Columns that plotext gives to the scale at the left."""
PAD = 0.06
"""Room above and below the curves, as a share of their span."""


class LossChart(Vertical):
    """A legend above a plot. Give it a history; it draws what the width can show."""

    def compose(self) -> ComposeResult:
        yield Static(
            Content.assemble(
                ("loss  ", "bold"), ("━ ", "$loss-train"), "train, smoothed   ", ("● ", "$loss-eval"), "validation"
            ),
            classes="legend",
        )
        yield LossPlot()

    def show(self, history: History) -> None:
        """Draw this run."""
        self.query_one(LossPlot).show(history)


class LossPlot(Plot):
    """The plot itself."""

    def __init__(self) -> None:
        super().__init__()
        self._history = History()
        self._smoothed = Smoothed()

    @property
    def drawn_steps(self) -> int:
        """The last step of the run that is drawn."""
        return self._history.step

    def show(self, history: History) -> None:
        """Draw this run, unless it is drawn already."""
        if history is self._history:
            return
        if history.training is None or history.training is not self._history.training:
            # Another run or another attempt: only within one do the steps merely grow.
            self._smoothed = Smoothed()
        self._history = history
        self.draw()

    def draw(self) -> None:
        """The curves, thinned to what the width can show."""
        plot, history = self.plt, self._history
        buckets = max(self.size.width - AXIS_CELLS, 10)
        plot.clear_data()
        plot.xaxes(True, False)
        plot.yaxes(True, False)
        plot.xfrequency(5)
        plot.yfrequency(max(min(self.size.height // 3, 6), 2))
        drawn: list[float] = []
        if history.steps:
            train = self.colour("loss-train")
            raw = thin(history.steps, history.losses, buckets)
            plot.plot(*raw, marker="braille", color=self._faint(train))
            curve = thin(history.steps, self._smoothed.extend_to(history.losses), buckets)
            plot.plot(*curve, marker="braille", color=train.rgb)
            drawn += raw[1]
        scored = history.evaluations
        if scored:
            dots = thin([one.step for one in scored], [one.loss for one in scored], buckets)
            plot.scatter(*dots, marker="●", color=self.colour("loss-eval").rgb)
            drawn += dots[1]
        self._set_limits(drawn)
        self.refresh()

    def _set_limits(self, losses: Sequence[float]) -> None:
        """The whole run from left to right, and the curves with a little room from top to bottom."""
        last = max(self._history.total_steps, self._history.step, 1)
        self.plt.xlim(0, last)
        self.plt.xticks(*_step_ticks(last))
        if losses:
            low, high = min(losses), max(losses)
            room = (high - low or 1.0) * PAD
            self.plt.ylim(low - room, high + room)

    def _faint(self, colour: Color) -> tuple[int, int, int]:
        return colour.blend(self.colour("surface"), FAINT).rgb


def _step_ticks(last: int) -> tuple[Sequence[int], Sequence[str]]:
    """At most five whole steps, evenly spread."""
    ticks = sorted({round(last * part / 4) for part in range(5)})
    return ticks, [f"{tick:,}" for tick in ticks]
