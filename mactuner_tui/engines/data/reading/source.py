"""A source opened for reading: its files, what they are, and their rows.

Knows which reader serves which format; how each reads is its own affair.
"""

import contextlib
import itertools
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from mactuner_tui.core import paths
from mactuner_tui.core.errors import DataError
from mactuner_tui.core.specs.data import ReadSpec
from mactuner_tui.engines.data.reading import csv_dialect, csv_file, finding, json_document, jsonl, sampling, text_file
from mactuner_tui.engines.data.reading.finding import Told
from mactuner_tui.engines.data.reading.json_places import MOST_KEYS, Places, survey
from mactuner_tui.engines.data.reading.layers import Meter, open_lines
from mactuner_tui.engines.data.reading.looks import Look, look
from mactuner_tui.engines.data.reading.notes import Notes, listed
from mactuner_tui.engines.data.reading.weighing import HELD, within
from mactuner_tui.engines.data.reading.words import os_errors_as_data_errors, shortened
from mactuner_tui.engines.data.rows import BadRow, Row


class Source:
    """An opened source. `format`, `encoding` and `delimiter` are those of its first file."""

    def __init__(self, name: str, files: tuple[Path, ...], first: Look, reading: ReadSpec, notes: Notes) -> None:
        self.name = name
        self.files = files
        self.reading = reading
        self.format = first.format
        self.encoding = first.encoding
        self.delimiter = csv_dialect.in_words(first.delimiter)
        self.size_bytes = 0
        self.key = ""
        """Where the rows are in its JSON; empty where a document as a whole is rows."""
        self._notes = notes
        self._chosen_keys: dict[Path, str] = {}
        self._keys: dict[str, None] = {}

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys of its JSON that hold rows, as far as it was read."""
        return tuple(self._keys)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how it is read, in sentences. May become more while it is read."""
        others = [shortened(key) for key in self._keys if key != self.key]
        if not (self.key and others):
            return tuple(self._notes)
        told = f"Only the rows of {shortened(self.key)} are read; reading.key chooses others: {listed(others)}."
        return (*self._notes, told)

    def read(self) -> Generator[Row | BadRow, None, None]:
        """All rows from the start, streamed. Raises `DataError` when a file cannot be read, or no row is there."""
        return self._rows(Meter())

    def first(self, count: int) -> list[Row | BadRow]:
        """The first rows: fewer of very long ones, but one at least. Raises `DataError` as `read` does."""
        with contextlib.closing(self._rows(Meter())) as rows:
            return list(itertools.islice(within(rows, HELD), count))

    def sample(self, count: int) -> list[Row]:
        """At most `count` rows from all over the source (see `sampling`). Raises `DataError` as `read` does."""
        return sampling.sample(self, count)

    def looks(self) -> Iterator[Look]:
        """What each file is. Raises `DataError` for one that cannot be read."""
        return map(self.look, self.files)

    def look(self, path: Path) -> Look:
        """What a file is. Raises `DataError` when it cannot be read."""
        return look(path, self.reading)

    def rows_of(self, file: Look, meter: Meter) -> Generator[Row | BadRow, None, None]:
        """The rows of one file."""
        if file.format == "parquet":
            from mactuner_tui.engines.data.reading import parquet

            yield from parquet.read(file.path, file.gzipped, meter, self._notes.add)
            return
        key = self.key_in(file) if file.format == "json" else ""
        content, encoding = _opened(file, meter)
        with content:
            if file.format == "csv":
                yield from csv_file.read(content, file.path, encoding, file.delimiter, self._notes.add)
            elif file.format == "json":
                places = Places()
                yield from json_document.read(content, file.path, encoding, key, places)
                self._learn(places.sizes)
            elif file.format == "jsonl":
                yield from jsonl.read(content, file.path, encoding)
            else:
                yield from text_file.read(content, file.path, encoding, self.reading.text_unit)

    def key_in(self, file: Look) -> str:
        """Where the rows of a JSON file are: where those of the first file are, if it has the same keys."""
        if file.path not in self._chosen_keys:
            content, encoding = _opened(file, Meter())
            with content:
                found = survey(content, file.path, encoding, self.reading.key, self.key)
            self._chosen_keys[file.path] = found.key
            self._learn(found.keys)
        return self._chosen_keys[file.path]

    def _learn(self, keys: Iterable[str]) -> None:
        self._keys |= dict.fromkeys(itertools.islice(keys, MOST_KEYS - len(self._keys)))

    def _rows(self, meter: Meter) -> Generator[Row | BadRow, None, None]:
        some = False
        for file in self.looks():
            for row in self.rows_of(file, meter):
                some = True
                yield row
        if not some:
            raise no_rows(self)


class SampleSource(Source):
    """The sample: rows made of the documentation of the running Python."""

    def __init__(self, reading: ReadSpec) -> None:
        path = Path(paths.SAMPLE)
        super().__init__(paths.SAMPLE, (path,), Look(path, "stdlib", 0, False, "utf-8"), reading, Notes())
        self._made: list[dict[str, Any]] = []

    def look(self, path: Path) -> Look:
        return Look(path, self.format, 0, False, self.encoding)

    def rows_of(self, file: Look, meter: Meter) -> Generator[Row | BadRow, None, None]:
        # Making them takes seconds: parsing the standard library, whatever is asked for.
        if not self._made:
            from mactuner_tui.engines.data import sample

            self._made = list(sample.rows())
        for number, values in enumerate(self._made, start=1):
            yield Row(file.path, number, values)


def ignore(_done: int, _total: int) -> None:
    """Progress nobody listens to."""


def open_source(source: str, reading: ReadSpec, told: Told = ignore) -> Source:
    """Find the files of a source and look at the first. Reads no rows.

    `source`: a file, a folder, a dataset of the library, the id of a dataset on the Hub, which is downloaded, or
    `stdlib`. `told` is called with the bytes downloaded and all bytes; what it raises ends the download, of which
    whole files are kept. Raises `DataError` when there is nothing to read, or `reading` does not fit it.
    """
    if source == paths.SAMPLE:
        return SampleSource(reading)
    notes = Notes()
    files = finding.find(source, reading.format, told, notes.add)
    first = look(files[0], reading)
    opened = Source(source, files, first, reading, notes)
    if first.format == "json":
        opened.key = opened.key_in(first)
    with os_errors_as_data_errors(files[0]):
        opened.size_bytes = sum(path.stat().st_size for path in files)
    return opened


def _opened(file: Look, meter: Meter) -> tuple[BinaryIO, str]:
    return open_lines(file.path, meter, file.gzipped, file.encoding, file.bare_returns)


def no_rows(source: Source) -> DataError:
    """The error for a source without a row."""
    return DataError(f"{source.files[0]} has no rows.", "Choose a file with at least one row, or another format.")
