"""A JSON document: where its rows are, and the rows. A list of rows is streamed, whatever its length.

By itself it takes the top-level list, else the first list of objects within the top-level object. Without one, the
whole document is read and judged by its shape (see `json_shapes`). Knows nothing of where the bytes come from.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from mactuner_tui.core.errors import DataError
from mactuner_tui.engines.data.reading import json_shapes
from mactuner_tui.engines.data.reading.json_text import check
from mactuner_tui.engines.data.reading.json_window import Window
from mactuner_tui.engines.data.reading.limits import DOCUMENT_BYTES, LINE_BYTES
from mactuner_tui.engines.data.reading.words import UnusableError, shortened
from mactuner_tui.engines.data.rows import BadRow, Row


def read(content: BinaryIO, path: Path, encoding: str, key: str) -> Iterator[Row | BadRow]:
    """The rows of a file. `key`: where they are, names joined by dots; empty: found by itself.

    Raises `DataError` where the document is broken, and when nothing in it can be rows.
    """
    window = Window(content, path, encoding)
    if key:
        yield from _below(window, key)
    elif window.peek() == "[":
        yield from _list(window)
        _expect_end(window)
    elif window.peek() == "{":
        yield from _found(window)
    else:
        raise window.broken("expected an object or a list")


def _list(window: Window) -> Iterator[Row | BadRow]:
    """The elements of the list that comes next."""
    for number, (line, value) in enumerate(window.elements(LINE_BYTES), start=1):
        yield _row(window.path, line, value, window.last, number)


def _row(path: Path, line: int, value: Any, text: str, number: int) -> Row | BadRow:
    try:
        check(value, text)
    except UnusableError as reason:
        return BadRow(path, line, f"element {number:,}: {reason}")
    if isinstance(value, dict):
        return Row(path, line, value)
    return BadRow(
        path,
        line,
        f"element {number:,} is {shortened(value)}: an object with named fields was expected. Correct or remove it.",
    )


def _found(window: Window) -> Iterator[Row | BadRow]:
    """The rows of the top-level object that comes next."""
    line = window.line
    whole: dict[str, Any] = {}
    size = 0
    for name in _members(window):
        if window.list_begins_with("{"):
            yield from _list(window)
            return
        whole[name] = window.value(DOCUMENT_BYTES)
        size = _checked(window, name, whole[name], size)
    _expect_end(window)
    yield from _shaped(window.path, line, whole)


def _below(window: Window, key: str) -> Iterator[Row | BadRow]:
    """The rows at `key`: other members are read and let go."""
    names = key.split(".")
    for depth, wanted in enumerate(names):
        place = ".".join(names[:depth]) or "the document"
        if window.peek() != "{":
            raise DataError(f"{window.path}: key = {key!r}: {place} is no object.", "Choose a shorter key.")
        there: list[str] = []
        for name in _members(window):
            there.append(name)
            if name == wanted:
                break
            window.value(DOCUMENT_BYTES)
        else:
            keys = ", ".join(shortened(name) for name in there[:20]) or "none"
            raise DataError(
                f"{window.path}: key = {key!r}: no {wanted!r} in {place}.", f"Choose a key that is there: {keys}."
            )
    if window.peek() == "[":
        yield from _list(window)
        return
    line = window.line
    value = window.value(DOCUMENT_BYTES)
    _checked(window, key, value, 0)
    if not isinstance(value, dict):
        raise DataError(
            f"{window.path}, line {line}: key = {key!r}: {shortened(value)} holds no rows.",
            "Choose the key of a list or an object.",
        )
    yield from _shaped(window.path, line, value)


def _members(window: Window) -> Iterator[str]:
    """The names of the object that comes next; each one's value must be read before the next name is asked for."""
    window.expect("{")
    if window.take("}"):
        return
    while True:
        if window.peek() != '"':
            raise window.broken("expected a name in double quotes")
        name = window.value(LINE_BYTES)
        window.expect(":")
        yield name
        if window.take("}"):
            return
        window.expect(",")


def _checked(window: Window, name: str, value: Any, size: int) -> int:
    """The size of the values so far, with this one. Raises `DataError` when it cannot be used, or all are too many."""
    try:
        check(value, window.last)
    except UnusableError as reason:
        raise DataError(
            f"{window.path}, line {window.line}: in {shortened(name)}: {reason}", "Choose the key of the rows."
        ) from None
    size += len(window.last)
    window.last = ""
    if size > DOCUMENT_BYTES:
        raise DataError(
            f"{window.path}: no list of rows in the first {DOCUMENT_BYTES >> 20} MB.",
            "Choose the key of the rows, or convert the file to JSON Lines: one object on each line.",
        )
    return size


def _shaped(path: Path, line: int, value: dict[str, Any]) -> Iterator[Row | BadRow]:
    for row in json_shapes.rows(value):
        if isinstance(row, dict):
            yield Row(path, line, row)
        else:
            yield BadRow(path, line, row)


def _expect_end(window: Window) -> None:
    if window.peek():
        raise window.broken("expected the end of the document")
