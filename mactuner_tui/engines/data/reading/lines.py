"""Lines of bytes, numbered from 1, none longer than memory allows. Knows nothing of encodings or formats."""

from collections.abc import Iterator
from typing import BinaryIO

from mactuner_tui.engines.data.reading.layers import CHUNK
from mactuner_tui.engines.data.reading.limits import LINE_BYTES
from mactuner_tui.engines.data.reading.words import UnusableError


def numbered(content: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines with their ends. One that is too long comes cut to `LINE_BYTES`."""
    number = 0
    while line := content.readline(LINE_BYTES):
        number += 1
        if len(line) == LINE_BYTES and not line.endswith(b"\n"):
            skip_line(content)
        yield number, line


def skip_line(content: BinaryIO) -> None:
    """Read on to the line's end."""
    while (rest := content.readline(CHUNK)) and not rest.endswith(b"\n"):
        pass


def too_long() -> UnusableError:
    """Why a line of `LINE_BYTES` or more is not read."""
    return UnusableError(f"longer than {LINE_BYTES >> 20} MB. Split or remove it.")
