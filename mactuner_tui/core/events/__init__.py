"""What happened, in the past tense: all that an engine ever says, as one JSON object a line. One module per area.

An event is a fact with a time; what the facts add up to is worked out in `history`.
"""

from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from mactuner_tui.core.events.base import BaseEvent
from mactuner_tui.core.events.chat import (
    AnswerFinished,
    ModelLoaded,
    TextGenerated,
)
from mactuner_tui.core.events.checks import (
    CheckMade,
)
from mactuner_tui.core.events.data import (
    BadRowsListed,
    CellRead,
    FindingMade,
    Profiled,
    RecipePreviewed,
    ReportWritten,
    RowsCounted,
    RowsMapped,
    RowsRead,
    RowTokenised,
    SourceOpened,
    SourceScanned,
)
from mactuner_tui.core.events.jobs import (
    ArtefactMade,
    JobFailed,
    JobFinished,
    JobStarted,
    JobStopped,
    Noted,
    Progressed,
    StageStarted,
)
from mactuner_tui.core.events.models import (
    AccountRead,
    CacheFreed,
    CacheListed,
    DownloadPlanned,
    FileProgressed,
    HubModelDescribed,
    HubModelRead,
    HubModelsFound,
)
from mactuner_tui.core.events.requests import (
    RequestCancelled,
    RequestFailed,
    RequestFinished,
)
from mactuner_tui.core.events.training import (
    CheckpointRemoved,
    CheckpointSaved,
    Evaluated,
    StepLogged,
    TrainingStarted,
)

Event = Annotated[
    JobStarted
    | StageStarted
    | Progressed
    | Noted
    | ArtefactMade
    | JobFinished
    | JobStopped
    | JobFailed
    | TrainingStarted
    | StepLogged
    | Evaluated
    | CheckpointSaved
    | CheckpointRemoved
    | RequestFinished
    | RequestCancelled
    | RequestFailed
    | ModelLoaded
    | TextGenerated
    | AnswerFinished
    | SourceOpened
    | SourceScanned
    | RowsRead
    | CellRead
    | BadRowsListed
    | RowsMapped
    | RecipePreviewed
    | RowsCounted
    | Profiled
    | ReportWritten
    | RowTokenised
    | FindingMade
    | CheckMade
    | AccountRead
    | HubModelsFound
    | HubModelRead
    | HubModelDescribed
    | DownloadPlanned
    | FileProgressed
    | CacheListed
    | CacheFreed,
    Field(discriminator="event"),
]

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def parse_line(line: str | bytes) -> Event | None:
    """The event of a line, or None for a line that is none: torn by a crash, or written by a newer version."""
    try:
        return _EVENT.validate_json(line)
    except ValidationError:
        return None


__all__ = [
    "AccountRead",
    "AnswerFinished",
    "ArtefactMade",
    "BadRowsListed",
    "BaseEvent",
    "CacheFreed",
    "CacheListed",
    "CellRead",
    "CheckMade",
    "CheckpointRemoved",
    "CheckpointSaved",
    "DownloadPlanned",
    "Evaluated",
    "Event",
    "FileProgressed",
    "FindingMade",
    "HubModelDescribed",
    "HubModelRead",
    "HubModelsFound",
    "JobFailed",
    "JobFinished",
    "JobStarted",
    "JobStopped",
    "ModelLoaded",
    "Noted",
    "Profiled",
    "Progressed",
    "RecipePreviewed",
    "ReportWritten",
    "RequestCancelled",
    "RequestFailed",
    "RequestFinished",
    "RowTokenised",
    "RowsCounted",
    "RowsMapped",
    "RowsRead",
    "SourceOpened",
    "SourceScanned",
    "StageStarted",
    "StepLogged",
    "TextGenerated",
    "TrainingStarted",
    "parse_line",
]
