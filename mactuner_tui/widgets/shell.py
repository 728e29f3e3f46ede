"""The frame around every screen: top line, menu, middle, right panel, the machine, the keys.

A screen fills `compose_middle` and `compose_side`, and draws in `show_jobs`. It is told of changes only while it is the
one on top, and once when it comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.dom import DOMNode
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer
from textual.worker import Worker

from mactuner_tui.widgets.host import WIDE, Host
from mactuner_tui.widgets.sidebar import Sidebar
from mactuner_tui.widgets.status_bar import StatusBar
from mactuner_tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from mactuner_tui.core.overview import JobView

LEAVE_BINDING = Binding("escape", "leave", "Back", show=False, id="shell.leave", tooltip="Leave the field or the panel")
"""For screens that bind escape themselves as well: a key bound in a subclass hides those of its base."""

SIDE_BINDINGS = (
    Binding("o", "toggle_side", "Options", id="shell.side", tooltip="Show or hide the right panel"),
    Binding("ctrl+o", "toggle_side", "Options", id="shell.side.typing", tooltip="The same, while typing"),
)
"""For the end of a screen's own list, so that they stand last among the keys shown."""


def help_text(name: str) -> str:
    """A help page of the package, in Markdown."""
    from importlib.resources import files

    return (files("mactuner_tui") / "help" / f"{name}.md").read_text(encoding="utf-8")


class Shell(Screen[None]):
    """A screen of the menu."""

    MODE: ClassVar[str] = ""
    """The mode the screen belongs to."""
    HAS_SIDE: ClassVar[bool] = True
    """Whether the screen has a right panel."""
    SIDE_FROM: ClassVar[int] = WIDE
    """Columns from which the right panel is open unless it is folded by hand."""
    BINDING_GROUP_TITLE = "This screen"
    BINDINGS: ClassVar[list[BindingType]] = [
        LEAVE_BINDING,
        Binding("ctrl+b", "toggle_menu", "Menu", show=False, id="shell.menu", tooltip="Show or hide the menu"),
        Binding("j", "focus_jobs", "Jobs", show=False, id="shell.jobs", tooltip="Go to the list of jobs"),
    ]

    app = getters.app(Host)
    side_open: reactive[bool] = reactive(False, init=False)
    menu_open: reactive[bool] = reactive(False, init=False)

    def __init__(self, mode: str = "") -> None:
        super().__init__()
        self._mode = mode or self.MODE
        self._width = self.app.size.width
        self.set_reactive(Shell.side_open, self._width >= self.SIDE_FROM)
        self.set_reactive(Shell.menu_open, self._width >= WIDE)

    def compose(self) -> ComposeResult:
        yield TopBar(self._mode)
        with Horizontal(id="frame"):
            sidebar = Sidebar(self._mode)
            sidebar.display = self.menu_open
            yield sidebar
            with Vertical(id="middle"):
                yield from self.compose_middle()
            if self.HAS_SIDE:
                yield from self.compose_panel()
        yield StatusBar()
        yield Footer(compact=True)

    def compose_middle(self) -> ComposeResult:
        """The thing itself."""
        yield from ()

    def compose_panel(self) -> ComposeResult:
        """The right panel. A screen whose parts bring panels of their own has none besides."""
        with Vertical(id="side") as side:
            side.display = self.side_open
            yield from self.compose_side()

    def compose_side(self) -> ComposeResult:
        """Its settings or its details."""
        yield from ()

    @property
    def actors(self) -> Sequence[DOMNode]:
        """The nodes whose actions the palette offers, wherever the focus is."""
        return (self,)

    def on_mount(self) -> None:
        self.watch(self.app, "jobs", self._redraw_jobs)
        self.watch(self.app, "jobs_known", self._redraw_jobs)
        self.watch(self.app, "snapshot", self._redraw_machine)
        self.watch(self.app, "machine", self._redraw_machine)
        self.watch(self.app, "account", self._redraw_machine)

    def on_screen_resume(self) -> None:
        self._redraw_jobs()
        self._redraw_machine()

    def on_resize(self, event: events.Resize) -> None:
        """Open or fold what the new width has room for; within the same room, what was done by hand stays."""
        before, self._width = self._width, event.size.width
        if (before >= WIDE) is not (self._width >= WIDE):
            self.menu_open = self._width >= WIDE
        if (before >= self.SIDE_FROM) is not (self._width >= self.SIDE_FROM):
            self.side_open = self._width >= self.SIDE_FROM

    def show_jobs(self, views: tuple[JobView, ...]) -> None:
        """Draw what the screen shows of the jobs."""

    def open_job(self, job_id: str) -> None:
        """Show this job; the screen was chosen for it."""

    def _redraw_jobs(self) -> None:
        if self.is_current and self.app.jobs_known:
            self.query_one(TopBar).refresh()
            self.query_one(Sidebar).show_jobs(self.app.jobs)
            self.show_jobs(self.app.jobs)

    def _redraw_machine(self) -> None:
        if self.is_current:
            self.query_one(TopBar).refresh()
            self.query_one(StatusBar).refresh()

    def watch_side_open(self, side_open: bool) -> None:
        for side in self.query("#side"):
            side.display = side_open
        self._keep_focus_visible()

    def watch_menu_open(self, menu_open: bool) -> None:
        self.query_one(Sidebar).display = menu_open
        self._keep_focus_visible()

    def _keep_focus_visible(self) -> None:
        """Take the focus out of a panel that was just folded."""
        focused = self.focused
        if focused is not None and not all(node.display for node in focused.ancestors_with_self):
            self.focus_middle()

    def focus_middle(self) -> None:
        """Put the focus where the screen's work is."""
        self.set_focus(None)

    def fold_side_when_tight(self) -> None:
        """Fold the right panel where the middle needs its columns."""
        if self._width < self.SIDE_FROM:
            self.side_open = False

    def action_toggle_side(self) -> None:
        self.side_open = not self.side_open

    def action_toggle_menu(self) -> None:
        self.menu_open = not self.menu_open

    def action_focus_jobs(self) -> None:
        self.menu_open = True
        self.query_one(Sidebar).job_list.focus()

    def action_leave(self) -> None:
        """Back to the middle; help closes, and a panel that lies over it folds."""
        self.query("SideHelp").remove()
        self.fold_what_covers()
        self.focus_middle()

    def fold_what_covers(self) -> None:
        """Fold the panels that lie over the middle when the screen is narrow."""
        if self._width < WIDE:
            self.side_open = self.menu_open = False

    @on(Worker.StateChanged)
    def pass_worker_on(self, event: Worker.StateChanged) -> None:
        """The app tells of what went wrong: Textual sends this to the worker's own node only."""
        self.app.show_unexpected_error(event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "toggle_side":
            return self.HAS_SIDE
        return super().check_action(action, parameters)
