"""A source that is open in a session: its first rows at once, every row after the scan."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from mactuner_tui.core.errors import SessionError
from mactuner_tui.core.mapping import check_columns, recognise, settle
from mactuner_tui.core.profile import Column
from mactuner_tui.core.specs.data import MapSpec, ReadSpec
from mactuner_tui.core.specs.data_requests import PreparedRequest
from mactuner_tui.engines.data.cleaning.pipeline import Pipeline
from mactuner_tui.engines.data.reading import Source, Table, columns_of, open_source, scan
from mactuner_tui.engines.data.rows import Row
from mactuner_tui.engines.session_host import RequestContext

if TYPE_CHECKING:
    from mactuner_tui.engines.data.counting import TokenCounter

FIRST_ROWS = 200
"""Rows read at once, to be shown and to recognise the format by."""


class Opened:
    """The source of a session. Raises `DataError` when it cannot be opened."""

    def __init__(self, name: str, reading: ReadSpec) -> None:
        self.source: Source = open_source(name, reading)
        self.first: Sequence[Row] = [row for row in self.source.first(FIRST_ROWS) if isinstance(row, Row)]
        self.table: Table | None = None

    @cached_property
    def first_columns(self) -> tuple[Column, ...]:
        """The columns, judged by the first rows."""
        return columns_of(self.first, written=self.source.format == "csv")

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, as far as they are known."""
        return self.table.columns if self.table else self.first_columns

    @property
    def total(self) -> int | None:
        """The rows that can be read, None before the scan."""
        return len(self.table) if self.table else None

    def scanned(self, context: RequestContext) -> Table:
        """All rows within reach; read to the end when this has not been done yet."""
        if self.table is None:
            context.begin(f"reading {self.source.name}")
            self.table = scan(self.source, lambda done, total: context.progress(done, total, "bytes"))
        return self.table

    def row(self, number: int) -> Row:
        """A row by its number, counted from 0. Raises `SessionError` for one that is not within reach."""
        if self.table is not None and number < len(self.table):
            return self.table.row(number)
        if number < len(self.first):
            return self.first[number]
        raise SessionError(
            f"Row {number + 1} is not there." if self.table else f"Row {number + 1} has not been read yet.",
            f"There are {len(self.table)} rows." if self.table else "Wait until the source is read to its end.",
        )

    def rows(self, start: int, count: int) -> Iterator[Row]:
        """Some rows, fewer at the end."""
        end = len(self.table) if self.table else len(self.first)
        for number in range(start, min(start + count, end)):
            yield self.row(number)

    def recognised(self) -> MapSpec | None:
        """The format that the first rows suggest."""
        return recognise([column.name for column in self.first_columns], [row.values for row in self.first])

    def settled(self, mapping: MapSpec) -> MapSpec:
        """The mapping made complete. Raises `DataError` when it does not suit the source."""
        return settle(mapping, [column.name for column in self.columns], [row.values for row in self.first])

    def check_column(self, who: str, column: str) -> None:
        """Raise `DataError` when `who` names a column that is not there."""
        check_columns(who, [column], [known.name for known in self.columns], [row.values for row in self.first])

    def pipeline(self, request: PreparedRequest, context: RequestContext) -> Pipeline:
        """The way into the dataset that is asked for."""
        return Pipeline(
            self.settled(request.mapping), request.recipe, lambda: counter(request.model, context), context.check
        )


def counter(model: str, context: RequestContext) -> "TokenCounter":
    """The token counter of a model."""
    # Imported here: first rows are shown before the seconds that the tokenizers' libraries take.
    from mactuner_tui.engines.data import models

    return models.counter_of(models.folder_of(model, context.emit))


def told_every(rows: Iterable[Row], total: int, context: RequestContext, every: int = 500) -> Iterator[Row]:
    """The rows, telling how many went by."""
    for number, row in enumerate(rows):
        if number % every == 0:
            context.progress(number, total, "rows")
        yield row
    context.progress(total, total, "rows")
