"""What the columns of rows hold: types, missing values, an example. Knows nothing of files."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from mactuner_tui.core.profile import Column
from mactuner_tui.engines.data.reading.limits import COLUMNS
from mactuner_tui.engines.data.rows import Row

Type = Literal["text", "integer", "number", "switch", "list", "object", "empty", "mixed"]
TYPES: dict[type, Type] = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "switch",
    list: "list",
    dict: "object",
}
WRITTEN: tuple[tuple[Type, Callable[[str], object]], ...] = (
    ("switch", re.compile("true|false", re.IGNORECASE).fullmatch),
    ("integer", re.compile(r"[+-]?(0|[1-9]\d{0,17})", re.ASCII).fullmatch),
    ("number", re.compile(r"[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII).fullmatch),
    ("text", str),
)
"""What a text may stand for where all values are texts. What begins with 0 like a postcode is no number."""
EXAMPLE_CHARACTERS = 80


class ColumnJudge:
    """Looks at rows one by one. `written`: values are texts that may stand for numbers, as in CSV.

    `notes` has, by column, what to show in place of an example when every value is missing.
    """

    def __init__(self, *, written: bool = False, notes: Mapping[str, str] | None = None) -> None:
        self._written = written
        self._notes: Mapping[str, str] = {} if notes is None else notes
        self._rows = 0
        self._counts: dict[str, dict[type, int]] = {}
        self._examples: dict[str, Any] = {}
        self._stage: dict[str, int] = {}

    def see(self, values: dict[str, Any]) -> None:
        """Count a row."""
        self._rows += 1
        counts = self._counts
        for name, value in values.items():
            if value or value == 0:
                kind = type(value)
                try:
                    counts[name][kind] += 1
                except KeyError:
                    self._meet(name, kind, value)
                if self._written and kind is str:
                    self._narrow(name, value)
            elif name not in counts:
                self._meet(name, None, value)

    def _meet(self, name: str, kind: type | None, value: Any) -> None:
        """A column's first value, or its first of a type."""
        if name not in self._counts:
            if len(self._counts) == COLUMNS:
                return
            self._counts[name] = {}
        if kind is not None:
            self._counts[name][kind] = 1
            self._examples.setdefault(name, value)

    def _narrow(self, name: str, value: str) -> None:
        """Give up what the column's texts cannot all stand for."""
        stage = self._stage.get(name, 0)
        while not WRITTEN[stage][1](value):
            # A switch among numbers is text: only what begins with a switch may be one.
            stage = len(WRITTEN) - 1 if stage == 0 and name in self._stage else stage + 1
        self._stage[name] = stage

    def columns(self) -> tuple[Column, ...]:
        """The columns met so far, in their order."""
        return tuple(self._column(name, counts) for name, counts in self._counts.items())

    def _column(self, name: str, counts: dict[type, int]) -> Column:
        return Column(
            name=name,
            type=self._type(name, counts),
            missing=self._rows - sum(counts.values()),
            example=_example(self._examples[name]) if name in self._examples else self._notes.get(name, ""),
        )

    def _type(self, name: str, counts: dict[type, int]) -> Type:
        kinds = {TYPES[kind] for kind in counts}
        if self._written and kinds == {"text"}:
            return WRITTEN[self._stage[name]][0]
        if kinds == {"integer", "number"}:
            return "number"
        if not kinds:
            return "empty"
        return kinds.pop() if len(kinds) == 1 else "mixed"


def _example(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= EXAMPLE_CHARACTERS else f"{text[: EXAMPLE_CHARACTERS - 1]}…"


def columns_of(rows: Iterable[Row], *, written: bool = False) -> tuple[Column, ...]:
    """The columns of some rows. `written`: texts may stand for numbers and switches, as in CSV."""
    judge = ColumnJudge(written=written)
    for row in rows:
        judge.see(row.values)
    return judge.columns()
