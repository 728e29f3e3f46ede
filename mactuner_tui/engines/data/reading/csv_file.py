"""Delimited text: the first record names the columns, every later one is a row of texts.

Knows nothing of where the bytes come from. A quote that is never closed costs its own line only.
"""

import csv
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from mactuner_tui.core.errors import DataError
from mactuner_tui.engines.data.reading.csv_dialect import in_words
from mactuner_tui.engines.data.reading.encodings import LineDecoder
from mactuner_tui.engines.data.reading.limits import COLUMNS, LINE_BYTES, is_affordable
from mactuner_tui.engines.data.reading.lines import numbered, too_long
from mactuner_tui.engines.data.reading.names import column_names
from mactuner_tui.engines.data.reading.notes import listed
from mactuner_tui.engines.data.reading.words import UnusableError, shortened
from mactuner_tui.engines.data.rows import BadRow, Row

RECORD_CHARACTERS = 16 << 20
"""A record that goes on over further lines for longer than this has a quote that was forgotten."""
LEAST_RECORD = 256
LINE_COST = 64
"""A line costs as much time as so many characters."""
SPARED = 64 << 20
"""Characters that may be read in vain, for quotes without an end, before such a record is given up sooner."""


def read(
    content: BinaryIO, path: Path, encoding: str, delimiter: str, note: Callable[[str], None]
) -> Iterator[Row | BadRow]:
    """The rows of a file. `note` is told of columns that got another name.

    Raises `DataError` when the header cannot be used.
    """
    records = Records(content, encoding, delimiter)
    names: list[str] = []
    for line, fields, problem in records:
        if not names:
            names = _header(path, line, fields, problem, delimiter, note)
        elif problem:
            yield BadRow(path, line, _complaint(problem, fields, names))
        elif len(fields) == len(names):
            yield Row(path, line, dict(zip(names, fields, strict=True)))
        else:
            yield BadRow(path, line, _ragged(fields, names, records.lines_taken, delimiter))


def _header(
    path: Path, line: int, fields: list[str], problem: str, delimiter: str, note: Callable[[str], None]
) -> list[str]:
    if problem:
        raise DataError(f"{path}, line {line}: the header cannot be read: {problem}", "Correct the first line.")
    if len(fields) > COLUMNS:
        raise DataError(
            f"{path}, line {line}: the header has {len(fields):,} fields, separated by {in_words(delimiter)}.",
            "Choose the delimiter, or another format.",
        )
    names = column_names(fields)
    if renamed := [name for name, field in zip(names, fields, strict=True) if name != field.strip()]:
        note(f"{path.name}: columns without a name, or with one that occurs again, are called {_shown(renamed)}.")
    return names


def _shown(names: list[str]) -> str:
    return listed([shortened(name) for name in names])


def _complaint(problem: str, fields: list[str], names: list[str]) -> str:
    """The problem with the column it lies in: that of the replaced character, or the last one that was begun."""
    broken = next((index for index, field in enumerate(fields) if "\ufffd" in field), len(fields) - 1)
    return f"in {shortened(names[broken])}: {problem}" if 0 <= broken < len(names) else problem


def _ragged(fields: list[str], names: list[str], lines: int, delimiter: str) -> str:
    beyond = f", beginning with {shortened(fields[len(names)])}" if len(fields) > len(names) else ""
    missing = f", {shortened(names[len(fields)])} is missing" if len(fields) < len(names) else ""
    over = f" (over {lines} lines: is a quote unclosed?)" if lines > 1 else ""
    return (
        f"{len(fields):,} fields, the header has {len(names):,}{beyond}{missing}{over}. "
        f"Quote fields that hold a {in_words(delimiter)}, or remove the row."
    )


class Records:
    """The records of a file: number of the first line, fields, and what is wrong with them, if anything."""

    def __init__(self, content: BinaryIO, encoding: str, delimiter: str) -> None:
        # The limit is the csv module's own and counts for the process: lines are bounded before they come here.
        csv.field_size_limit(LINE_BYTES)
        self._lines = numbered(content)
        self._decoder = LineDecoder(encoding)
        self._delimiter = delimiter
        self._waiting: deque[tuple[int, str, str]] = deque()
        self._taken: list[tuple[int, str, str]] = []
        self._size = 0
        self._read = 0
        self._in_vain = 0
        self._unclosed = False

    @property
    def lines_taken(self) -> int:
        """Lines of the record given last."""
        return len(self._taken)

    def __iter__(self) -> Iterator[tuple[int, list[str], str]]:
        reader = self._reader()
        while True:
            self._taken.clear()
            self._size = 0
            error = ""
            try:
                fields = next(reader, None)
            except csv.Error as failure:
                fields, error = [], f"{failure}. Correct or remove the row."
            if not self._taken:
                return
            line, text, problem = self._taken[0]
            problem = error or next((problem for _, _, problem in self._taken if problem), "")
            if self._unclosed:
                problem = f"the quote in {shortened(text[:400].strip())} is never closed. Close it, or remove it."
                # The lines it swallowed are read again, as rows of their own.
                self._in_vain += self._size + LINE_COST * len(self._taken)
                self._waiting.extendleft(reversed(self._taken[1:]))
            if self._unclosed or error:
                self._unclosed = False
                reader = self._reader()
            if fields or problem:
                yield line, fields or [], problem

    def _reader(self) -> "Iterator[list[str]]":
        return csv.reader(self._feed(), delimiter=self._delimiter)

    def _feed(self) -> Iterator[str]:
        """The lines, noted in `_taken`. Ends within a record where its quote stays open too long."""
        while True:
            entry = self._waiting.popleft() if self._waiting else self._next()
            if entry is None:
                self._unclosed = bool(self._taken)
                return
            if self._taken and self._size + len(entry[1]) > self._most():
                self._waiting.appendleft(entry)
                self._unclosed = True
                return
            self._taken.append(entry)
            self._size += len(entry[1])
            yield entry[1]

    def _most(self) -> int:
        """How long a record may be: less the more was read in vain, or a file of stray quotes would never end."""
        return max(LEAST_RECORD, min(RECORD_CHARACTERS, SPARED + 2 * self._read - self._in_vain))

    def _next(self) -> tuple[int, str, str] | None:
        """The next line: its number, its text, and what is wrong with it."""
        number, line = next(self._lines, (0, b""))
        if not line:
            return None
        self._read += len(line)
        try:
            if len(line) >= LINE_BYTES:
                raise too_long()
            text = self._decoder.text(line)
            if not is_affordable(text, self._delimiter):
                raise UnusableError("too many fields. Choose the delimiter, or remove the row.")
        except UnusableError as reason:
            return number, line[:LINE_BYTES].decode(self._decoder.encoding, "replace")[: 1 << 16], str(reason)
        return number, text, ""
