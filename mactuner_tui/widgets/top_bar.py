"""The top line: where am I, what runs, who am I on the Hub, which machine. When narrow it is also the menu."""

from __future__ import annotations

from collections.abc import Sequence

from textual import getters
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from mactuner_tui.core.numbers import bytes_text
from mactuner_tui.widgets.host import WIDE, Host, Place
from mactuner_tui.widgets.texts import job_pace, shortened, status_content

GAP = 3


class TopBar(Widget):
    """One line: at the left the place, at the right the running job and the machine."""

    app = getters.app(Host)

    def __init__(self, mode: str) -> None:
        super().__init__()
        self._mode = mode

    def render(self) -> Content:
        left = self._tabs() if self.app.size.width < WIDE else self._place()
        return _spread(left, [self._job(), self._account(), self._machine()], self.size)

    def _place(self) -> Content:
        title = next(place.title for place in self.app.PLACES if place.mode == self._mode)
        return Content.assemble(("◆ ", "bold $primary"), ("MacTuner", "bold"), "   ", (title, "$quiet"))

    def _tabs(self) -> Content:
        tabs = [self._tab(place) for place in self.app.PLACES]
        return Content.assemble(("◆ ", "bold $primary"), *tabs)

    def _tab(self, place: Place) -> Content:
        here = place.mode == self._mode
        style = "bold $text-primary on $primary-muted" if here else "$quiet"
        tab = Content.from_markup(f"[@click=app.switch_mode('{place.mode}')] $key $title [/]", **place._asdict())
        return tab.stylize(style)

    def _job(self) -> Content:
        view = self.app.live_job
        if view is None:
            return Content()
        return Content.assemble(
            status_content(view.status), " ", (shortened(view.title, 24), "bold"), " ", shortened(job_pace(view), 28)
        )

    def _machine(self) -> Content:
        machine = self.app.machine
        if machine is None or self.app.size.width < WIDE:
            return Content()
        return Content.styled(f"{shortened(machine.chip, 30)} · {bytes_text(machine.memory_total)}", "$quiet")

    def _account(self) -> Content:
        return Content.styled(f"@{shortened(self.app.account, 24)}", "$quiet") if self.app.account else Content()


def _spread(left: Content, others: Sequence[Content], size: Size) -> Content:
    """All on one line, the others at the right; what does not fit is left out from the right."""
    room = size.width - left.cell_length
    parts = [part for part in others if part.cell_length]
    while parts and sum(part.cell_length + GAP for part in parts) > room:
        parts.pop()
    tail = Content(" " * GAP).join(parts)
    return Content.assemble(left, " " * max(room - tail.cell_length, 0), tail)
