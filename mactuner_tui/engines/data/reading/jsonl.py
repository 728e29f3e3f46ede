"""JSON Lines: an object on each line. Knows nothing of where the bytes come from."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from mactuner_tui.engines.data.reading.encodings import LineDecoder
from mactuner_tui.engines.data.reading.json_text import parse_object
from mactuner_tui.engines.data.reading.limits import LINE_BYTES
from mactuner_tui.engines.data.reading.lines import numbered, too_long
from mactuner_tui.engines.data.reading.words import UnusableError
from mactuner_tui.engines.data.rows import BadRow, Row


def read(content: BinaryIO, path: Path, encoding: str) -> Iterator[Row | BadRow]:
    """The rows of a file."""
    decoder = LineDecoder(encoding)
    for number, line in numbered(content):
        if not line.isspace():
            try:
                yield Row(path, number, parse_line(line, decoder))
            except UnusableError as reason:
                yield BadRow(path, number, str(reason))


def parse_line(line: bytes, decoder: LineDecoder) -> dict[str, Any]:
    """The row on a line that is not blank. Raises `UnusableError`."""
    if len(line) >= LINE_BYTES:
        raise too_long()
    return parse_object(decoder.text(line.strip()))
