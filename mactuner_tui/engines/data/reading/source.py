"""A source opened for reading: its files, what they are, and their rows.

Knows which reader serves which format; how each reads is its own affair.
"""

import contextlib
import itertools
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

from mactuner_tui.core import paths
from mactuner_tui.core.errors import DataError
from mactuner_tui.core.specs.data import ReadSpec
from mactuner_tui.engines.data.reading import csv_dialect, csv_file, finding, json_document, jsonl, text_file
from mactuner_tui.engines.data.reading.encodings import LineDecoder
from mactuner_tui.engines.data.reading.layers import Meter, open_lines
from mactuner_tui.engines.data.reading.looks import Look, look
from mactuner_tui.engines.data.reading.sampling import spread
from mactuner_tui.engines.data.reading.words import UnusableError, os_errors_as_data_errors
from mactuner_tui.engines.data.rows import BadRow, Row

SMALL = 4 << 20
"""Bytes of a source that are read whole for a sample, every so many-th row being taken."""


class Source:
    """An opened source. `format`, `encoding` and `delimiter` are those of its first file."""

    def __init__(self, name: str, files: tuple[Path, ...], first: Look, reading: ReadSpec) -> None:
        self.name = name
        self.files = files
        self.reading = reading
        self.format = first.format
        self.encoding = first.encoding
        self.delimiter = csv_dialect.in_words(first.delimiter)
        self.size_bytes = 0
        self._meter = Meter()

    @property
    def bytes_read(self) -> int:
        """How far the `read` that was begun last has come, of `size_bytes`."""
        return self._meter.done

    def read(self) -> Generator[Row | BadRow, None, None]:
        """All rows from the start, streamed. Raises `DataError` when a file cannot be read, or no row is there."""
        self._meter = Meter()
        return self._rows(self._meter)

    def first(self, count: int) -> list[Row | BadRow]:
        """The first rows. Raises `DataError` as `read` does."""
        with contextlib.closing(self._rows(Meter())) as rows:
            return list(itertools.islice(rows, count))

    def sample(self, count: int) -> list[Row]:
        """At most `count` rows spread evenly over the source where lines can be found by jumping into plain files.

        Where they cannot, the first rows. The lines of rows found by jumping are not known and count as 0.
        Raises `DataError` as `read` does.
        """
        if self.format in ("jsonl", "txt") and self.reading.text_unit == "line" and self.size_bytes > SMALL:
            files = list(self.looks())
            if all(file.is_plain and file.format == self.format for file in files):
                return [row for file in files for row in self._spread(file, count)][:count]
        with contextlib.closing(self._rows(Meter())) as rows:
            good = (row for row in rows if isinstance(row, Row))
            if not 0 < self.size_bytes <= SMALL:
                return list(itertools.islice(good, count))
            every = list(good)
        return every[:: max(1, len(every) // count)][:count]

    def _spread(self, file: Look, count: int) -> Iterator[Row]:
        """The file's share of the sample."""
        decoder = LineDecoder(file.encoding)
        content, _ = open_lines(file.path, Meter(), file.gzipped, file.encoding, file.bare_returns)
        with content:
            for line in spread(content, file.size, max(1, round(count * file.size / self.size_bytes))):
                with contextlib.suppress(UnusableError):
                    if file.format == "jsonl":
                        yield Row(file.path, 0, jsonl.parse_line(line, decoder))
                    else:
                        yield Row(file.path, 0, {"text": text_file.parse_piece(line, decoder)})

    def looks(self) -> Iterator[Look]:
        """What each file is. Raises `DataError` for one that cannot be read."""
        for path in self.files:
            yield look(path, self.reading)

    def rows_of(self, file: Look, meter: Meter) -> Iterator[Row | BadRow]:
        """The rows of one file."""
        if file.format == "parquet":
            from mactuner_tui.engines.data.reading import parquet

            yield from parquet.read(file.path, file.gzipped, meter)
            return
        content, encoding = open_lines(file.path, meter, file.gzipped, file.encoding, file.bare_returns)
        with content:
            if file.format == "csv":
                yield from csv_file.read(content, file.path, encoding, file.delimiter)
            elif file.format == "json":
                yield from json_document.read(content, file.path, encoding, self.reading.key)
            elif file.format == "jsonl":
                yield from jsonl.read(content, file.path, encoding)
            else:
                yield from text_file.read(content, file.path, encoding, self.reading.text_unit)

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
        super().__init__(paths.SAMPLE, (path,), Look(path, "stdlib", 0, False, "utf-8"), reading)
        self._made: list[dict[str, Any]] = []

    def looks(self) -> Iterator[Look]:
        yield Look(self.files[0], self.format, 0, False, self.encoding)

    def rows_of(self, file: Look, meter: Meter) -> Iterator[Row | BadRow]:
        # Making them takes seconds: parsing the standard library, whatever is asked for.
        if not self._made:
            from mactuner_tui.engines.data import sample

            self._made = list(sample.rows())
        for number, values in enumerate(self._made, start=1):
            yield Row(file.path, number, values)


def open_source(source: str, reading: ReadSpec) -> Source:
    """Find the files of a source and look at the first. Reads no rows.

    `source`: a file, a folder, a dataset of the library, the id of a dataset on the Hub, which is downloaded, or
    `stdlib`. Raises `DataError` when there is nothing to read, or `reading` does not fit it.
    """
    if source == paths.SAMPLE:
        return SampleSource(reading)
    files = finding.find(source, reading.format)
    opened = Source(source, files, look(files[0], reading), reading)
    with os_errors_as_data_errors(files[0]):
        opened.size_bytes = sum(path.stat().st_size for path in files)
    return opened


def no_rows(source: Source) -> DataError:
    """The error for a source without a row."""
    return DataError(f"{source.files[0]} has no rows.", "Choose a file with at least one row, or another format.")
