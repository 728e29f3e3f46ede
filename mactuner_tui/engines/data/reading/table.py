"""Every row of a source within reach: lines of JSON, and where each begins.

Plain JSON Lines are used in place; of everything else, lines are written to a temporary file while it is read.
Knows stores and lines, not the formats.
"""

import bisect
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mactuner_tui.core.errors import DataError
from mactuner_tui.core.profile import Column
from mactuner_tui.engines.data.reading.json_text import parse_object
from mactuner_tui.engines.data.reading.stores import Store
from mactuner_tui.engines.data.reading.words import UnusableError
from mactuner_tui.engines.data.rows import BadRow, Row


@dataclass(slots=True)
class Segment:
    """The rows of one file: where each begins in the store, its length in bytes, and its line in the file."""

    path: Path
    store: Store
    starts: "array[int]" = field(default_factory=lambda: array("Q"))
    lengths: "array[int]" = field(default_factory=lambda: array("I"))
    lines: "array[int]" = field(default_factory=lambda: array("Q"))

    def add(self, start: int, length: int, line: int) -> None:
        """Note a row."""
        self.starts.append(start)
        self.lengths.append(length)
        self.lines.append(line)

    def row(self, number: int) -> Row:
        """One row, `number` from 0."""
        text = self.store.piece(self.starts[number], self.lengths[number])
        return self._parsed(text, self.lines[number])

    def rows(self) -> Iterator[Row]:
        """All rows, from the start."""
        with self.store.open() as content:
            at = -1
            for start, length, line in zip(self.starts, self.lengths, self.lines, strict=True):
                if start != at:
                    content.seek(start)
                yield self._parsed(content.read(length), line)
                at = start + length

    def _parsed(self, text: bytes, line: int) -> Row:
        try:
            return Row(self.path, line, parse_object(text.decode()))
        except (UnusableError, UnicodeDecodeError):
            raise DataError(f"{self.path} has changed since it was read.", "Open it again.") from None


class Table:
    """The rows of a source that was read. `bad` holds the first 10,000 of the `bad_count` unreadable ones."""

    def __init__(self, segments: list[Segment], columns: tuple[Column, ...], bad: list[BadRow], bad_count: int) -> None:
        self.columns = columns
        self.bad = bad
        self.bad_count = bad_count
        self._segments = segments
        self._firsts: list[int] = []
        self._count = 0
        for segment in segments:
            self._firsts.append(self._count)
            self._count += len(segment.starts)

    def __len__(self) -> int:
        return self._count

    def row(self, number: int) -> Row:
        """A row, `number` from 0. May be asked from any thread. Raises `IndexError`; `DataError` when it is gone."""
        if not 0 <= number < self._count:
            raise IndexError(number)
        place = bisect.bisect_right(self._firsts, number) - 1
        return self._segments[place].row(number - self._firsts[place])

    def rows(self) -> Iterator[Row]:
        """All rows, from the start. Raises `DataError` when they are gone."""
        for segment in self._segments:
            yield from segment.rows()
