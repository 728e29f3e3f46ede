"""What a data session is asked for: looking at a source, and at what mapping and cleaning make of it."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from mactuner_tui.core import paths
from mactuner_tui.core.specs.base import RequestSpec
from mactuner_tui.core.specs.cleaning import Step
from mactuner_tui.core.specs.data import MapSpec, ReadSpec, Source, SplitSpec


class OpenRequest(RequestSpec):
    """Look at a source: `SourceOpened`, then `RowsRead` with its first rows. Cheap, whatever its size."""

    action: ClassVar[str] = "open"

    source: Source
    reading: ReadSpec = ReadSpec()


class ScanRequest(RequestSpec):
    """Read the opened source to its end: `Progressed`, then `SourceScanned`. From then on every row can be reached."""

    action: ClassVar[str] = "scan"


class RowsRequest(RequestSpec):
    """Rows as they were read: `RowsRead`. Before the scan only the first ones are there."""

    action: ClassVar[str] = "rows"
    aside: ClassVar[bool] = True

    start: Annotated[int, Field(ge=0)] = 0
    count: Annotated[int, Field(ge=1, le=500)] = 10


class CellRequest(RequestSpec):
    """A cell's text from the character `start` on: `CellRead`."""

    action: ClassVar[str] = "cell"
    aside: ClassVar[bool] = True

    row: Annotated[int, Field(ge=0)]
    column: str
    start: Annotated[int, Field(ge=0)] = 0


class BadRowsRequest(RequestSpec):
    """The rows that cannot be read, or used with this mapping: `BadRowsListed`. After the scan."""

    action: ClassVar[str] = "bad_rows"
    aside: ClassVar[bool] = True

    start: Annotated[int, Field(ge=0)] = 0
    count: Annotated[int, Field(ge=1, le=500)] = 100


class MapRequest(RequestSpec):
    """Rows as this mapping renders them: `RowsMapped`."""

    action: ClassVar[str] = "map"
    aside: ClassVar[bool] = True

    mapping: MapSpec
    start: Annotated[int, Field(ge=0)] = 0
    count: Annotated[int, Field(ge=1, le=50)] = 5


class PreparedRequest(RequestSpec):
    """Something asked of the rows that mapping and recipe leave."""

    mapping: MapSpec = MapSpec()
    recipe: tuple[Step, ...] = ()
    model: Annotated[str, AfterValidator(paths.settled_model)] = "starter"
    max_length: Annotated[int, Field(ge=8)] = 512


class CleanRequest(PreparedRequest):
    """What each step does: `RecipePreviewed` of the first rows, then, exact, of all."""

    action: ClassVar[str] = "clean"


class ProfileRequest(PreparedRequest):
    """Figures and charts: `Profiled` from a sample, then `Progressed`, then `Profiled` exactly.

    With `report`, the path of a file, the exact one is also written there as a web page: `ReportWritten`.
    """

    action: ClassVar[str] = "profile"

    report: str = ""
    sample: bool = True


class CheckRequest(PreparedRequest):
    """The data doctor: `Progressed`, then a `FindingMade` for each thing looked at."""

    action: ClassVar[str] = "check"


class TokensRequest(PreparedRequest):
    """One row as the model sees it: `RowTokenised`."""

    action: ClassVar[str] = "tokens"
    aside: ClassVar[bool] = True

    row: Annotated[int, Field(ge=0)]


class SplitRequest(PreparedRequest):
    """How many rows would go where: `Progressed`, then `RowsCounted`."""

    action: ClassVar[str] = "split"

    rows: Annotated[int | None, Field(ge=2)] = None
    split: SplitSpec = SplitSpec()


DATA_REQUESTS: tuple[type[RequestSpec], ...] = (
    OpenRequest,
    ScanRequest,
    RowsRequest,
    CellRequest,
    BadRowsRequest,
    MapRequest,
    CleanRequest,
    ProfileRequest,
    CheckRequest,
    TokensRequest,
    SplitRequest,
)
