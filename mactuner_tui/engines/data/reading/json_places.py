"""Where a JSON document holds rows: its lists of objects, named by the keys that lead to them, joined by dots.

Goes through the document without keeping it. Knows nothing of what the rows hold.
"""

import json
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from mactuner_tui.core.errors import DataError
from mactuner_tui.engines.data.reading.json_text import is_whole
from mactuner_tui.engines.data.reading.json_window import LONG, Window
from mactuner_tui.engines.data.reading.limits import DEPTH, DOCUMENT_BYTES, LINE_BYTES
from mactuner_tui.engines.data.reading.words import shortened

T = TypeVar("T")
MOST_KEYS = 100
KEY_CHARACTERS = 200
SURVEYED = 8 << 20
"""Characters of a document after which the rows found so far are good enough."""
AT_ONCE = 8 << 20
"""Characters of the longest object that is read at once, which is faster than member by member."""
NAMED = 20


@dataclass(frozen=True, slots=True)
class Survey:
    """The key of the rows, empty for the document as a whole; and all keys found that hold rows."""

    key: str
    keys: tuple[str, ...]


def survey(content: BinaryIO, path: Path, encoding: str, key: str, preferred: str) -> Survey:
    """Find the rows of a document, below `key` if that is given: those at `preferred`, or the longest list of objects.

    Of a long document only the beginning is gone through, but as far as the first list. Raises `DataError` where what
    is gone through is broken, or the key is not there.
    """
    window = Window(content, path, encoding)
    places = Places()
    if key or window.peek() == "{":
        for _ in at(key, window, places, places.survey):
            if window.passed > SURVEYED and places.is_known:
                break
    return Survey(places.chosen(preferred), tuple(places.sizes))


def at(
    key: str, window: Window, places: "Places", inner: Callable[[Window, str], Iterator[T]], place: str = ""
) -> Iterator[T | None]:
    """What `inner` makes of the value at `key`. The rest of the document is gone through too, giving None.

    Raises `DataError` when there is no such key.
    """
    rest = key.removeprefix(place).removeprefix(".")
    if not rest:
        yield from inner(window, place)
        return
    where = place or "the document"
    if window.peek() != "{":
        raise DataError(f"{window.path}: key = {key!r}: {where} is no object.", "Choose a shorter key.")
    there: list[str] = []
    found = False
    for name in window.members():
        there += [name] if len(there) < NAMED else []
        if not found and (name == rest or rest.startswith(f"{name}.")):
            found = True
            yield from at(key, window, places, inner, below(place, name))
        else:
            yield from places.walk(window, below(place, name))
    if not found:
        keys = ", ".join(shortened(name) for name in there) or "none"
        missing = rest.partition(".")[0]
        raise DataError(
            f"{window.path}: key = {key!r}: no {missing!r} in {where}.", f"Choose a key that is there: {keys}."
        )


def below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


Walk = Generator[None, None, int | None]
"""Goes past a value, stopping now and then. Returns the length of a list, None for anything else."""


class Places:
    """The lists of objects that were met, each with the characters it has."""

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}
        self._root: str | None = None
        self._members: list[tuple[str, int | None, int]] = []
        self._is_whole = False

    @property
    def is_known(self) -> bool:
        """Whether something is known of the value in which rows are looked for."""
        return self._is_whole or bool(self._candidates)

    @property
    def _candidates(self) -> list[str]:
        root = self._root
        if root is None:
            return []
        return [place for place in self.sizes if not root or place == root or place.startswith(f"{root}.")]

    def survey(self, window: Window, place: str) -> Iterator[None]:
        """Go past the value in which rows are looked for."""
        self._root = place
        if window.peek() == "{":
            for name in window.members():
                start = window.passed
                length = yield from self.walk(window, below(place, name), 1)
                if len(self._members) < MOST_KEYS:
                    self._members.append((below(place, name), length, window.passed - start))
        else:
            yield from self.walk(window, place)
        self._is_whole = True

    def chosen(self, preferred: str) -> str:
        """The key of the rows."""
        candidates = self._candidates
        if not candidates or self._is_columns(candidates):
            return self._root or ""
        return preferred if preferred in candidates else max(candidates, key=self.sizes.__getitem__)

    def _is_columns(self, candidates: list[str]) -> bool:
        """Whether the members are columns, one of which holds objects: all as long, and another has more text."""
        if not self._is_whole or not self._members:
            return False
        longest, _, _ = max(self._members, key=lambda member: member[2])
        lengths = {length for _, length, _ in self._members}
        return len(lengths) == 1 and None not in lengths and longest not in candidates

    def walk(self, window: Window, place: str, depth: int = 0) -> Walk:
        """Go past the next value, whatever its length, noting the lists of objects in it."""
        if window.list_begins_with("{"):
            return (yield from self._list(window, place))
        whole = window.peek() != "{" or depth == DEPTH
        value = window.value(DOCUMENT_BYTES) if whole else window.value_within(AT_ONCE)
        if value is LONG:
            for name in window.members():
                yield from self.walk(window, below(place, name), depth + 1)
            return None
        self._look_into(value, place, depth)
        yield
        return len(value) if isinstance(value, list) else None

    def _list(self, window: Window, place: str) -> Walk:
        start = window.passed
        length = 0
        for _ in window.elements(LINE_BYTES):
            length += 1
            self._note(place, window.passed - start)
            yield
        return length

    def _look_into(self, value: Any, place: str, depth: int) -> None:
        """Note the lists of objects within a value that was short enough to be read at once."""
        if isinstance(value, dict) and depth < DEPTH:
            for name, part in value.items():
                self._look_into(part, below(place, name), depth + 1)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            self._note(place, len(json.dumps(value, ensure_ascii=False)))

    def _note(self, place: str, size: int) -> None:
        if place in self.sizes or (len(self.sizes) < MOST_KEYS and len(place) < KEY_CHARACTERS and is_whole(place)):
            self.sizes[place] = size
