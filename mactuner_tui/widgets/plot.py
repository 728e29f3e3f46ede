"""What every chart of the program shares: plotext behind one class, in the theme's colours, drawn anew when needed."""

from __future__ import annotations

from textual.color import Color
from textual_plotext import PlotextPlot


class Plot(PlotextPlot):  # type: ignore[misc]  # textual-plotext ships no types
    """A chart. Subclasses fill `plt` in `draw`, which is called for a new size and for a new theme as well."""

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self.draw())

    def on_resize(self) -> None:
        self.draw()

    def draw(self) -> None:
        """Draw what is known, and call `refresh`."""

    def colour(self, name: str) -> Color:
        """A colour of the theme, by its meaning."""
        return Color.parse(self.app.theme_variables[name])
