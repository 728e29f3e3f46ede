"""A JSON document's rows, by the key that leads to them. A list of rows is streamed, whatever its length.

What is no list is read as a whole and judged by its shape (see `json_shapes`). The document is read to its end, so
that a broken one is not taken for a short one. Knows nothing of where the bytes come from.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from mactuner_tui.core.errors import DataError
from mactuner_tui.engines.data.reading import json_shapes
from mactuner_tui.engines.data.reading.json_places import Places, at
from mactuner_tui.engines.data.reading.json_text import check
from mactuner_tui.engines.data.reading.json_window import Window
from mactuner_tui.engines.data.reading.limits import DOCUMENT_BYTES, LINE_BYTES
from mactuner_tui.engines.data.reading.names import with_plain_names
from mactuner_tui.engines.data.reading.words import UnusableError, shortened
from mactuner_tui.engines.data.rows import BadRow, Row


def read(content: BinaryIO, path: Path, encoding: str, key: str, places: Places) -> Iterator[Row | BadRow]:
    """The rows at `key`, names joined by dots; empty: those of the whole document. `places` learns of other rows.

    Raises `DataError` where the document is broken, and when nothing at the key can be rows.
    """
    window = Window(content, path, encoding)
    for row in at(key, window, places, _rows):
        if row is not None:
            yield row
    if window.peek():
        raise window.broken("expected the end of the document")


def _rows(window: Window, key: str) -> Iterator[Row | BadRow]:
    """The rows of the list or object that comes next."""
    if window.peek() == "[":
        for number, (line, value) in enumerate(window.elements(LINE_BYTES), start=1):
            yield _row(window.path, line, value, window.last, number)
        return
    if not key and window.peek() != "{":
        raise window.broken("expected an object or a list")
    line = window.line
    for row in json_shapes.rows(_object(window, key)):
        yield Row(window.path, line, with_plain_names(row))


def _row(path: Path, line: int, value: Any, text: str, number: int) -> Row | BadRow:
    try:
        check(value, text)
    except UnusableError as reason:
        return BadRow(path, line, f"element {number:,}: {reason}")
    if isinstance(value, dict):
        return Row(path, line, with_plain_names(value))
    return BadRow(
        path,
        line,
        f"element {number:,} is {shortened(value)}: an object with named fields was expected. Correct or remove it.",
    )


def _object(window: Window, key: str) -> dict[str, Any]:
    """The object that comes next. Raises `DataError` when it is none, or cannot be used."""
    line = window.line
    where = f"{window.path}, line {line}"
    value = window.value(DOCUMENT_BYTES)
    try:
        check(value, window.last)
    except UnusableError as reason:
        raise DataError(f"{where}: {reason}", "Choose the key of the rows.") from None
    window.last = ""
    if not isinstance(value, dict):
        raise DataError(
            f"{where}: key = {key!r}: {shortened(value)} holds no rows.", "Choose the key of a list or an object."
        )
    return value
