"""A row on its way from a file into a dataset. Knows nothing of how files are read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mactuner_tui.core.records import Record


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was read: its values by column. `line` counts from 1; for Parquet it is the row's number."""

    file: Path
    line: int
    values: dict[str, Any]

    @property
    def where(self) -> str:
        return f"{self.file.name}, line {self.line}"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read or used. `reason` says why, naming column and value, and what to do.

    `number` counts the rows read from 0; None for one that could not be read.
    """

    file: Path
    line: int
    reason: str
    number: int | None = None

    @property
    def where(self) -> str:
        return f"{self.file.name}, line {self.line}"


@dataclass(slots=True)
class Item:
    """A row that was mapped: what it was, and what it is by now. `number` counts the rows read from 0."""

    number: int
    row: Row
    record: Record
