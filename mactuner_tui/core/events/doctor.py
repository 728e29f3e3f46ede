"""What the doctor says."""

from typing import Literal

from mactuner_tui.core.events.base import BaseEvent


class CheckMade(BaseEvent):
    """The doctor looked at one thing."""

    event: Literal["check_made"] = "check_made"
    name: str
    passed: bool
    detail: str
