"""Charts of a dataset's figures: how long rows are, and bars beside names. Plotted from counts that are ready."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from mactuner_tui.core.profile import Lengths
from mactuner_tui.widgets.plot import Plot

LABEL_WIDTH = 18
TICKS = 5


class Histogram(Vertical):
    """How many rows are how long; with a mark, what lies beyond it stands out."""

    def compose(self) -> ComposeResult:
        yield Static(classes="heading", markup=False)
        yield HistogramPlot()
        yield Static(classes="chart-note")

    def show(self, title: str, lengths: Lengths | None, note: Content, mark: int | None = None) -> None:
        """Draw these lengths, or the note alone when there are none."""
        self.query_one(".heading", Static).update(title)
        self.query_one(".chart-note", Static).update(note)
        self.query_one(HistogramPlot).show(lengths, mark)


class HistogramPlot(Plot):
    """One bar for each bin, all of one width: the last bin may reach far."""

    _lengths: Lengths | None = None
    _mark: int | None = None

    def show(self, lengths: Lengths | None, mark: int | None) -> None:
        """Draw these lengths."""
        if (lengths, mark) != (self._lengths, self._mark):
            self._lengths, self._mark = lengths, mark
            self.draw()

    def draw(self) -> None:
        plot, lengths = self.plt, self._lengths
        plot.clear_data()
        plot.clear_figure()
        if lengths is not None and lengths.counts:
            plot.xaxes(True, False)
            plot.yaxes(True, False)
            place = self._place_of_mark(lengths)
            bins = list(enumerate(lengths.counts))
            for colour, part in (
                ("chart", [one for one in bins if one[0] + 0.5 <= place]),
                ("chart-beyond", [one for one in bins if one[0] + 0.5 > place]),
            ):
                if part:
                    xs, counts = [x + 0.5 for x, _ in part], [count for _, count in part]
                    plot.bar(xs, counts, width=1.0, marker="sd", color=self.colour(colour).rgb)
            if place < len(bins):
                plot.vline(place, color=self.colour("chart-mark").rgb)
            plot.xlim(0, len(bins))
            plot.ylim(0, max(max(lengths.counts), 1))
            plot.yticks(*_ticks(max(lengths.counts)))
            steps = sorted({round(len(bins) * part / (TICKS - 1)) for part in range(TICKS)})
            plot.xticks(steps, [f"{lengths.edges[step]:,.0f}" for step in steps])
        self.refresh()

    def _place_of_mark(self, lengths: Lengths) -> float:
        """Where the mark lies among the bins; behind them all when there is none, or nothing beyond it."""
        mark, edges = self._mark, lengths.edges
        count = len(lengths.counts)
        if mark is None or mark >= lengths.maximum:
            return count
        index = next((index for index in range(count) if edges[index + 1] > mark), count - 1)
        return index + max(min((mark - edges[index]) / ((edges[index + 1] - edges[index]) or 1), 1), 0)


class Bars(Vertical):
    """Names, their figures as text, and a bar for each."""

    def compose(self) -> ComposeResult:
        yield Static(classes="heading", markup=False)
        with Horizontal():
            yield Static(classes="bar-labels", markup=False)
            yield BarsPlot()
        yield Static(classes="chart-note")

    def show(self, title: str, bars: Sequence[tuple[str, float, str]], note: Content) -> None:
        """Draw bars, each (name, value, value in words)."""
        self.query_one(".heading", Static).update(title)
        self.query_one(".chart-note", Static).update(note)
        figures = max((len(text) for _, _, text in bars), default=0)
        names = min(max((cell_len(name) for name, _, _ in bars), default=0), LABEL_WIDTH)
        lines = [f"{set_cell_size(name, names)} {text.rjust(figures)}" for name, _, text in bars]
        labels = self.query_one(".bar-labels", Static)
        labels.update(Content("\n".join(lines)))
        labels.styles.width = names + figures + 2
        plot = self.query_one(BarsPlot)
        plot.styles.height = max(len(bars), 1)
        plot.show([value for _, value, _ in bars])


class BarsPlot(Plot):
    """One bar a line, the first at the top."""

    _values: Sequence[float] = ()

    def show(self, values: Sequence[float]) -> None:
        """Draw these values."""
        if list(values) != list(self._values):
            self._values = values
            self.draw()

    def draw(self) -> None:
        plot = self.plt
        plot.clear_data()
        plot.clear_figure()
        plot.xaxes(False, False)
        plot.yaxes(False, False)
        if self._values:
            places = list(range(len(self._values), 0, -1))
            plot.bar(
                places, list(self._values), orientation="h", width=0.01, marker="▇", color=self.colour("chart").rgb
            )
            plot.xlim(0, max(self._values) or 1)
            plot.ylim(0.5, len(places) + 0.5)
            plot.xticks([])
            plot.yticks([])
        self.refresh()


def _ticks(most: int) -> tuple[Sequence[int], Sequence[str]]:
    """Nothing, half and all of a count, as numbers are written."""
    ticks = sorted({0, most // 2, most})
    return ticks, [f"{tick:,}" for tick in ticks]
