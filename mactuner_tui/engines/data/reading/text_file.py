"""Plain text: a row for each line, paragraph or file, in the column `text`. Knows nothing of where bytes come from."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mactuner_tui.engines.data.reading.encodings import LineDecoder
from mactuner_tui.engines.data.reading.limits import LINE_BYTES
from mactuner_tui.engines.data.reading.lines import numbered, too_long
from mactuner_tui.engines.data.reading.words import UnusableError
from mactuner_tui.engines.data.rows import BadRow, Row


def read(content: BinaryIO, path: Path, encoding: str, unit: str) -> Iterator[Row | BadRow]:
    """The rows of a file; `unit` is "line", "paragraph" or "file". Blank lines are no rows."""
    decoder = LineDecoder(encoding)
    if unit == "file":
        pieces = iter([(1, content.read(LINE_BYTES))])
    else:
        pieces = _paragraphs(content) if unit == "paragraph" else numbered(content)
    for number, piece in pieces:
        if piece and not piece.isspace():
            try:
                yield Row(path, number, {"text": parse_piece(piece, decoder)})
            except UnusableError as reason:
                yield BadRow(path, number, str(reason))


def parse_piece(piece: bytes, decoder: LineDecoder) -> str:
    """The text of a row, without the line ends around it. Raises `UnusableError`."""
    if len(piece) >= LINE_BYTES:
        raise too_long()
    return decoder.text(piece).replace("\r\n", "\n").strip("\r\n")


def _paragraphs(content: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """What stands between blank lines, with the number of its first line."""
    gathered: list[bytes] = []
    first = size = 0
    for number, line in numbered(content):
        if line.isspace():
            if gathered:
                yield first, b"".join(gathered)
            gathered, size = [], 0
        elif size < LINE_BYTES:
            first = first if gathered else number
            gathered.append(line)
            size += len(line)
    if gathered:
        yield first, b"".join(gathered)
