"""A screen that shows its parts in turns, with a line on top that names them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.reactive import reactive
from textual.widgets import ContentSwitcher

from mactuner_tui.core.overview import JobView
from mactuner_tui.widgets.part import Part
from mactuner_tui.widgets.shell import Shell
from mactuner_tui.widgets.steps_bar import StepsBar

TURN_BINDINGS = (
    Binding("full_stop,right_square_bracket", "turn_step(1)", "Next", id="part.next", tooltip="The next one above"),
    Binding(
        "comma,left_square_bracket", "turn_step(-1)", "Before", show=False, id="part.before", tooltip="The one before"
    ),
)


class PartsShell(Shell):
    """Shows one of `PARTS` at a time; each brings a right panel of its own."""

    SIDE_FROM = 132
    PARTS: ClassVar[tuple[type[Part], ...]] = ()
    JOINT: ClassVar[str] = " › "
    """What stands between the names of two parts."""
    BINDINGS: ClassVar[list[BindingType]] = [*TURN_BINDINGS]

    current: reactive[str] = reactive("", init=False)
    """The name of the part that is shown."""
    switcher = getters.query_one(ContentSwitcher)
    bar = getters.query_one(StepsBar)

    def __init__(self) -> None:
        super().__init__()
        self.set_reactive(PartsShell.current, self.PARTS[0].NAME)

    def compose_middle(self) -> ComposeResult:
        yield StepsBar([(part.NAME, part.TITLE) for part in self.PARTS], self.JOINT)
        yield from self.compose_head()
        with ContentSwitcher(initial=self.current):
            yield from self.make_parts()

    def compose_head(self) -> ComposeResult:
        """What stands above all parts."""
        yield from ()

    def make_parts(self) -> Sequence[Part]:
        """One of each of `PARTS`."""
        raise NotImplementedError

    def compose_panel(self) -> ComposeResult:
        """Each part has its own."""
        yield from ()

    @property
    def part(self) -> Part:
        """The part that is shown."""
        return self.query_one(f"#{self.current}", Part)

    @property
    def actors(self) -> Sequence[DOMNode]:
        return (self.part, self)

    def on_mount(self) -> None:
        self.watch_side_open(self.side_open)
        self.draw()
        self.call_after_refresh(self.focus_middle)

    def show_jobs(self, views: tuple[JobView, ...]) -> None:
        self.part.show_jobs()

    def draw(self) -> None:
        """Draw the bar and the part in sight."""
        self.bar.current = self.current
        self.part.show()
        self.refresh_bindings()

    def focus_middle(self) -> None:
        self.part.focus_middle()

    def action_turn_step(self, direction: int) -> None:
        names = [part.NAME for part in self.PARTS]
        place = names.index(self.current) + direction
        if 0 <= place < len(names):
            self.action_go_step(names[place])

    def action_go_step(self, name: str) -> None:
        self.fold_what_covers()
        self.current = name
        self.switcher.current = name
        self.draw()
        self.focus_middle()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "turn_step":
            place = [part.NAME for part in self.PARTS].index(self.current)
            return 0 <= place + int(str(parameters[0])) < len(self.PARTS) if parameters else True
        return super().check_action(action, parameters)
