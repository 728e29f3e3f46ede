"""Steps of some work in a line: where am I, what is done."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

Steps = Sequence[tuple[str, str]]


class StepsBar(Widget):
    """Draws steps, each (name, title). A click on one runs the screen's action `go_step`."""

    current: reactive[str] = reactive("")
    """The name of the step that is shown."""
    done: reactive[Collection[str]] = reactive(frozenset())
    """The names of those that have a result."""

    def __init__(self, steps: Steps, joint: str = " › ") -> None:
        super().__init__()
        self._steps = steps
        self._joint = joint

    def render(self) -> Content:
        return Content.styled(self._joint, "$quiet").join(self._step(name, title) for name, title in self._steps)

    def _step(self, name: str, title: str) -> Content:
        here = name == self.current
        mark = "✓ " if name in self.done else ""
        style = "bold $text-primary on $primary-muted" if here else "$foreground" if mark else "$quiet"
        text = f" {mark}{title} " if here else f"{mark}{title}"
        return Content.from_markup(f"[@click=screen.go_step('{name}')]$text[/]", text=text).stylize(style)
