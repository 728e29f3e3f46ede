"""How a request of any session ends."""

from typing import Literal

from mactuner_tui.core.events.base import BaseEvent


class RequestFinished(BaseEvent):
    """A request of a session was carried out; nothing more comes for it."""

    event: Literal["request_finished"] = "request_finished"


class RequestCancelled(BaseEvent):
    """A request of a session ended early because it was cancelled."""

    event: Literal["request_cancelled"] = "request_cancelled"


class RequestFailed(BaseEvent):
    """A request of a session failed; the session lives on."""

    event: Literal["request_failed"] = "request_failed"
    kind: str
    message: str
    hint: str = ""
