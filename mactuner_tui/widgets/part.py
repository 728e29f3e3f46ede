"""One part of a screen that shows its parts in turns: a middle, a panel at its right, and what stands in place of the
middle while there is nothing to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import Worker

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.widgets.host import Host
from mactuner_tui.widgets.notice import Mood, Notice


class PartNotice(Notice, can_focus=True):
    """Takes the focus while it stands for the rest, so that the keys of the part work."""


class Part(Horizontal):
    """The screen calls `show` when the part comes up, and when something changed while it is up."""

    NAME: ClassVar[str] = ""
    TITLE: ClassVar[str] = ""

    app = getters.app(Host)
    notice = getters.query_one(PartNotice)

    def __init__(self) -> None:
        super().__init__(id=self.NAME, classes="part")

    def compose(self) -> ComposeResult:
        with Vertical(classes="part-middle"):
            yield from self.compose_top()
            yield PartNotice()
            with Vertical(classes="part-body"):
                yield from self.compose_middle()
        with Vertical(id="side"):
            yield from self.compose_side()

    def compose_top(self) -> ComposeResult:
        """What stays above the middle, whether or not there is something to show in it."""
        yield from ()

    def compose_middle(self) -> ComposeResult:
        """The thing itself."""
        yield from ()

    def compose_side(self) -> ComposeResult:
        """Its settings or its details."""
        yield from ()

    def show(self) -> None:
        """Draw what is known, and ask for what is not."""

    def show_jobs(self) -> None:
        """Draw what the part shows of the jobs."""

    @property
    def has_notice(self) -> bool:
        return self.has_class("-notice")

    def show_notice(
        self,
        title: str,
        text: str = "",
        keys: Sequence[tuple[str, str]] = (),
        mood: Mood = "calm",
        progress: tuple[float, float] | None = None,
    ) -> None:
        """Show this instead of the middle."""
        held_focus = self.query_one(".part-body").has_focus_within
        self.add_class("-notice")
        self.notice.show(title, text, keys, mood, progress)
        if held_focus:
            self.screen.set_focus(self.notice)

    def show_failure(self, error: MacTunerError) -> None:
        """Say what went wrong, and the key that helps."""
        self.show_notice(error.message, error.hint, [("r", "try again")], mood="bad")

    def show_body(self) -> None:
        """Show the middle."""
        if self.has_notice:
            had_focus = self.notice.has_focus
            self.remove_class("-notice")
            if had_focus:
                self.call_after_refresh(self._focus_unless_typing)

    def _focus_unless_typing(self) -> None:
        if not isinstance(self.screen.focused, Input):
            self.focus_middle()

    def focus_middle(self) -> None:
        """Put the focus where the work of this part is."""
        self.notice.focus() if self.has_notice else self.main.focus()

    @property
    def main(self) -> Widget:
        """What takes the focus when the part comes up."""
        return self.notice

    @on(Worker.StateChanged)
    def pass_worker_on(self, event: Worker.StateChanged) -> None:
        """The app tells of what went wrong: Textual sends this to the worker's own node only."""
        self.app.show_unexpected_error(event)
