"""What all dialogs above a screen have in common."""

from __future__ import annotations

from typing import TypeVar

from textual import getters, on
from textual.screen import ModalScreen
from textual.worker import Worker

from mactuner_tui.widgets.host import Host

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """A box in the middle, the screen dimmed behind it."""

    app = getters.app(Host)

    @on(Worker.StateChanged)
    def pass_worker_on(self, event: Worker.StateChanged) -> None:
        """The app tells of what went wrong: Textual sends this to the worker's own node only."""
        self.app.show_unexpected_error(event)
