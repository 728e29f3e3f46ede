"""Lines spread evenly over a plain text file, found by jumping into it. Knows nothing of what the lines hold."""

from collections.abc import Iterator
from typing import BinaryIO

from mactuner_tui.engines.data.reading.limits import LINE_BYTES


def spread(content: BinaryIO, size: int, count: int) -> Iterator[bytes]:
    """At most `count` lines, those that follow evenly spaced places in a file of `size` bytes, none twice."""
    behind = -1
    for number in range(count):
        place = size * number // count
        if place < behind:
            continue
        if number:
            content.seek(place)
            content.readline(LINE_BYTES)
        line = content.readline(LINE_BYTES)
        behind = content.tell()
        if line and not line.isspace():
            yield line
