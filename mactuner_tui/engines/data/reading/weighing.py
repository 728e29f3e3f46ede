"""How much memory rows take, roughly, so that no more are held than fit."""

from collections.abc import Iterable, Iterator
from typing import Any

from mactuner_tui.engines.data.rows import BadRow, Row

HELD = 16 << 20
ROW, VALUE = 200, 60
"""What a row and a value take beside their text (measured with Python 3.11)."""


def weight(row: Row | BadRow) -> int:
    """The bytes of a row, a character counted as one."""
    return ROW + (_weight(row.values) if isinstance(row, Row) else len(row.reason))


def _weight(value: Any) -> int:
    if isinstance(value, str):
        return VALUE + len(value)
    if isinstance(value, dict):
        return VALUE + sum(map(len, value)) + sum(map(_weight, value.values()))
    return VALUE + sum(map(_weight, value)) if isinstance(value, list) else VALUE


def within(rows: Iterable[Row | BadRow], most: int) -> Iterator[Row | BadRow]:
    """The rows up to the one that makes `most` bytes full."""
    held = 0
    for row in rows:
        yield row
        held += weight(row)
        if held >= most:
            return
