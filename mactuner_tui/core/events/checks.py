"""What looking something over brought: a machine by the doctor, a model folder before it is taken in."""

from typing import Literal

from mactuner_tui.core.events.base import BaseEvent


class CheckMade(BaseEvent):
    """One thing was looked at: whether it is as it should be, and what was found."""

    event: Literal["check_made"] = "check_made"
    name: str
    passed: bool
    detail: str
