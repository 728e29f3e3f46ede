"""A source that is open: its first rows at once, every row after the scan."""

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mactuner_tui.core.errors import SessionError
from mactuner_tui.core.mapping import recognise, settle
from mactuner_tui.core.profile import Column
from mactuner_tui.core.specs.cleaning import StepSpec
from mactuner_tui.core.specs.data import MapSpec, ReadSpec
from mactuner_tui.engines.data.cleaning.pipeline import Pipeline
from mactuner_tui.engines.data.reading import Source, Table, columns_of, open_source, scan
from mactuner_tui.engines.data.rows import Row
from mactuner_tui.engines.listener import Listener

if TYPE_CHECKING:
    from mactuner_tui.engines.data.counting import TokenCounter

FIRST_ROWS = 200
"""Rows read at once, to be shown and to recognise the format by."""
TOLD_ROWS = 500


class Opened:
    """The source of a session or of a job. Raises `DataError` when it cannot be opened.

    `listener` is told how much of a dataset of the Hub has been fetched.
    """

    def __init__(self, name: str, reading: ReadSpec, listener: Listener) -> None:
        self.source: Source = open_source(name, reading, _bytes_to(listener))
        self.first: Sequence[Row] = [row for row in self.source.first(FIRST_ROWS) if isinstance(row, Row)]
        self.table: Table | None = None
        self._scanning = threading.Lock()

    @cached_property
    def first_columns(self) -> tuple[Column, ...]:
        """The columns, judged by the first rows."""
        return columns_of(self.first, written=self.source.format == "csv")

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, as far as they are known."""
        return self.table.columns if self.table else self.first_columns

    @property
    def column_names(self) -> list[str]:
        """Their names, in order."""
        return [column.name for column in self.columns]

    @property
    def first_values(self) -> list[dict[str, Any]]:
        """The values of the first rows that can be read."""
        if not self.first and self.table:
            return [self.table.row(number).values for number in range(min(FIRST_ROWS, len(self.table)))]
        return [row.values for row in self.first]

    @property
    def total(self) -> int | None:
        """The rows that can be read, None before the scan."""
        return len(self.table) if self.table else None

    def scanned(self, listener: Listener) -> Table:
        """All rows within reach; read to the end when this has not been done yet."""
        with self._scanning:
            if self.table is None:
                listener.begin(f"reading {self.source.name}")
                self.table = scan(self.source, _bytes_to(listener))
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

    def all_rows(self, listener: Listener) -> Iterator[Row]:
        """Every row, telling how many went by."""
        table = self.scanned(listener)
        for number, row in enumerate(table.rows()):
            if number % TOLD_ROWS == 0:
                listener.check()
                listener.progress(number, len(table), "rows")
            yield row
        listener.progress(len(table), len(table), "rows")

    def recognised(self) -> MapSpec | None:
        """The format that the columns suggest."""
        return recognise(self.column_names, self.first_values)

    def settled(self, mapping: MapSpec) -> MapSpec:
        """The mapping made complete. Raises `DataError` when it does not suit the source."""
        return settle(mapping, self.column_names, self.first_values)

    def pipeline(self, mapping: MapSpec, recipe: Sequence[StepSpec], model: str, listener: Listener) -> Pipeline:
        """The way of the rows into a dataset."""
        return Pipeline(
            self.settled(mapping), recipe, lambda: counter(model, listener), listener.check, self.column_names
        )


def _bytes_to(listener: Listener) -> Callable[[int, int], None]:
    """Tells the listener of bytes done, of all."""

    def told(done: int, total: int) -> None:
        listener.check()
        listener.progress(done, total, "bytes")

    return told


def counter(model: str, listener: Listener) -> "TokenCounter":
    """The token counter of a model."""
    # Imported here: first rows are shown before the seconds that the tokenizers' libraries take.
    from mactuner_tui.engines.data import models

    return models.counter_of(models.folder_of(model, listener.emit))
