"""Who is told of long work, and may end it: a job or a request of a session."""

from typing import Protocol

from mactuner_tui.core.events import BaseEvent


class Listener(Protocol):
    """What `JobContext` and `RequestContext` have in common."""

    def emit(self, event: BaseEvent) -> None:
        """Tell what happened."""

    def check(self) -> None:
        """Raise when the work shall end."""

    def begin(self, stage: str) -> None:
        """Name the part of the work that begins. Raises when the work shall end."""

    def progress(self, done: float, total: float, unit: str = "") -> None:
        """Tell how much of the part is done."""
