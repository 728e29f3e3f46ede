"""Text with `{column}` in it, filled in from a row. Knows nothing of prompts or formats."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

PLACEHOLDER = re.compile(r"\{\{|\}\}|\{\s*+((?:\\.|[^{}\\\s]|\s++(?!\}))++)\s*+\}")
ESCAPED = re.compile(r"\\([\\{}\sn])")
"""What the name of a column may hold in a placeholder, behind a backslash: a brace, a blank at its end, a new line."""
TO_ESCAPE = re.compile(r"[\\{}\n]|\A\s|\s\Z")


class Template:
    """A template, taken apart once. `{{` and `}}` are braces; `{a.b}` is the value `b` of the object in column `a`."""

    def __init__(self, text: str) -> None:
        self._lines = [_Line(line) for line in text.split("\n")]

    @property
    def columns(self) -> list[str]:
        """The columns it names, in order, each once."""
        return list(dict.fromkeys(column for line in self._lines for column in line.columns))

    @property
    def only_column(self) -> str | None:
        """The column it is nothing but, None when it says more."""
        return self._lines[0].only_column if len(self._lines) == 1 else None

    def render(self, row: Mapping[str, Any]) -> str:
        """The text for a row. A line whose columns are all empty goes, and with it an empty line that follows it."""
        if len(self._lines) == 1:
            return self._lines[0].render(row)
        kept: list[str] = []
        follows_gap = False
        for line in self._lines:
            if line.is_gap(row):
                follows_gap = True
            elif not (follows_gap and line.is_blank):
                kept.append(line.render(row))
                follows_gap = False
        return "\n".join(kept).strip("\n")


class _Line:
    def __init__(self, text: str) -> None:
        self.is_blank = not text.strip()
        self._parts: list[tuple[str, str]] = []
        """Pairs of text and the column after it; the last column is empty."""
        start, before = 0, ""
        for found in PLACEHOLDER.finditer(text):
            before += text[start : found.start()]
            start = found.end()
            if written := found[1]:
                self._parts.append((before, ESCAPED.sub(_meant, written)))
                before = ""
            else:
                before += found[0][0]
        self._parts.append((before + text[start:], ""))

    @property
    def columns(self) -> list[str]:
        return [column for _, column in self._parts if column]

    @property
    def only_column(self) -> str | None:
        match self._parts:
            case [("", column), ("", "")]:
                return column
        return None

    def is_gap(self, row: Mapping[str, Any]) -> bool:
        columns = self.columns
        return bool(columns) and not any(text_of(value_of(row, column)).strip() for column in columns)

    def render(self, row: Mapping[str, Any]) -> str:
        return "".join(before + (text_of(value_of(row, column)) if column else "") for before, column in self._parts)


@lru_cache(maxsize=64)
def template(text: str) -> Template:
    """The template of a text, taken apart when first met."""
    return Template(text)


def placeholder(column: str) -> str:
    r"""The template that is this column, whatever its name holds: `{a}`, `{Hello \{name\}}`."""
    return f"{{{TO_ESCAPE.sub(_escaped, column)}}}"


def _escaped(found: re.Match[str]) -> str:
    return r"\n" if found[0] == "\n" else f"\\{found[0]}"


def _meant(found: re.Match[str]) -> str:
    return "\n" if found[1] == "n" else found[1]


def value_of(row: Mapping[str, Any], column: str) -> Any:
    """A row's value by its column, or by a path into it; None where there is none."""
    if column in row:
        return row[column]
    value: Any = row
    for name in column.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def text_of(value: Any) -> str:
    """A value as text: nothing for null, JSON for what is no text or number."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)
