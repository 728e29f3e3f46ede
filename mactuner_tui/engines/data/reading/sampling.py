"""Rows from all over a source, found in well under a second, whatever the size of the source and of its rows."""

import contextlib
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from mactuner_tui.engines.data.reading import jsonl, text_file
from mactuner_tui.engines.data.reading.encodings import LineDecoder
from mactuner_tui.engines.data.reading.layers import BOM, Counted, Meter
from mactuner_tui.engines.data.reading.limits import LINE_BYTES
from mactuner_tui.engines.data.reading.looks import Look
from mactuner_tui.engines.data.reading.weighing import HELD, weight
from mactuner_tui.engines.data.reading.words import UnusableError
from mactuner_tui.engines.data.rows import Row

if TYPE_CHECKING:
    from mactuner_tui.engines.data.reading.source import Source

T = TypeVar("T")
FILES = 50
"""Files that are looked into."""
READ = 32 << 20
"""Bytes that are read for a sample, all files together."""
READ_AT_ONCE = 1 << 16
SMALL = 4 << 20
"""Of a file of so many bytes all rows can be read in the time; they are spread more evenly than places to jump to."""


def sample(source: "Source", count: int) -> list[Row]:
    """At most `count` rows, spread over the files, and within those whose lines can be jumped to.

    Of other files the first rows, all of them where these are few. The lines of rows found by jumping are not known
    and count as 0. Raises `DataError` when a file cannot be read.
    """
    looks = [source.look(path) for path in evenly(source.files, FILES)]
    size = sum(file.size for file in looks)
    found: list[Row] = []
    for file in looks:
        share = file.size / size if size else 1 / len(looks)
        if _can_be_jumped_into(source, file):
            found += _spread(file, max(1, round(count * share)), int(READ * share))
        else:
            found += _first(source, file, share)
    return evenly(found, count)


def evenly(found: Sequence[T], count: int) -> list[T]:
    """At most `count` of them, evenly spaced."""
    return [found[len(found) * number // count] for number in range(count)] if len(found) > count else list(found)


def _can_be_jumped_into(source: "Source", file: Look) -> bool:
    by_line = file.format == "jsonl" or (file.format == "txt" and source.reading.text_unit == "line")
    return by_line and file.is_plain and file.size > SMALL


def _first(source: "Source", file: Look, share: float) -> Iterator[Row]:
    """The first rows of a file: its share of what may be held and read."""
    meter = Meter()
    held = 0
    with contextlib.closing(source.rows_of(file, meter)) as rows:
        for row in rows:
            if isinstance(row, Row):
                yield row
                held += weight(row)
            if held > HELD * share or meter.done + meter.unpacked > READ * share:
                return


def _spread(file: Look, count: int, most: int) -> Iterator[Row]:
    """Rows at evenly spaced places of a file."""
    decoder = LineDecoder(file.encoding)
    with io.BufferedReader(Counted(file.path, Meter()), READ_AT_ONCE) as content:
        for line in spread(content, file.size, count, most):
            with contextlib.suppress(UnusableError):
                if file.format == "jsonl":
                    yield Row(file.path, 0, jsonl.parse_line(line, decoder))
                else:
                    yield Row(file.path, 0, {"text": text_file.parse_piece(line, decoder)})


def spread(content: BinaryIO, size: int, count: int, most: int) -> list[bytes]:
    """The lines that follow `count` evenly spaced places in a file of `size` bytes, none twice.

    Fewer of long lines: about `most` bytes are read. Those are spread as evenly.
    """
    lines: dict[int, bytes] = {}
    passed = 0
    for number in _scattered(count):
        place = size * number // count
        content.seek(place)
        if number:
            content.readline(LINE_BYTES)
        start = content.tell()
        line = content.readline(LINE_BYTES)
        if line and not line.isspace():
            lines[start] = line.removeprefix(BOM)
        passed += content.tell() - place
        if passed >= most:
            break
    return [lines[start] for start in sorted(lines)]


def _scattered(count: int) -> list[int]:
    """The numbers below `count` in an order whose every beginning is spread evenly: that of their reversed bits."""
    width = count.bit_length()
    return sorted(range(count), key=lambda number: int(f"{number:0{width}b}"[::-1], 2))
