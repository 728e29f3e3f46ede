"""What every event has."""

import time

from pydantic import BaseModel, ConfigDict, Field


class BaseEvent(BaseModel):
    """A fact. `at` is seconds since the epoch, when it was written."""

    model_config = ConfigDict(frozen=True)

    at: float = Field(default_factory=time.time)

    def to_line(self) -> str:
        """The event as one line of JSON, without the line's end."""
        return self.model_dump_json()
