"""A long JSON text read value by value through a window that grows only as far as one value needs.

Knows JSON's grammar, not what the values mean. Failures name line and column of the file.
"""

import codecs
import re
from collections.abc import Iterator
from json import JSONDecodeError
from pathlib import Path
from typing import Any, BinaryIO

from mactuner_tui.core.errors import DataError
from mactuner_tui.engines.data.reading.json_text import MARKS, decoder, in_words
from mactuner_tui.engines.data.reading.layers import CHUNK
from mactuner_tui.engines.data.reading.limits import DEPTH, LINE_BYTES, is_affordable
from mactuner_tui.engines.data.reading.words import shortened

SPACE = re.compile(r"[ \t\n\r]*")
COMMA = re.compile(r"[ \t\n\r]*,[ \t\n\r]*")
TAIL = 16
"""A failure this close to the window's end may come from the cut: no literal or escape is longer."""


LONG = object()
"""Stands for a value that is longer than was asked for."""


class Window:
    """The text from the present place on. `line` counts from 1."""

    def __init__(self, content: BinaryIO, path: Path, encoding: str) -> None:
        self.path = path
        self._content = content
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._text = ""
        self._at = 0
        self._let_go = 0
        self._ended = False
        self.line = 1
        self._line_begins = 0
        self.last = ""
        """The text of the value read last."""

    @property
    def passed(self) -> int:
        """Characters before the present place."""
        return self._let_go + self._at

    def peek(self) -> str:
        """The next sign that is not white space; empty at the end."""
        while True:
            if self._at < len(self._text) and self._text[self._at] <= " ":
                self._move(_after_space(self._text, self._at))
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._grow(CHUNK)

    def take(self, sign: str) -> bool:
        """Move past the sign if it comes next."""
        if self.peek() != sign:
            return False
        self._move(self._at + 1)
        return True

    def expect(self, sign: str) -> None:
        """Move past the sign. Raises `DataError` when another comes next."""
        if not self.take(sign):
            raise self.broken(f"expected {sign!r}")

    def list_begins_with(self, sign: str) -> bool:
        """Whether a list comes next whose first value begins with the sign."""
        if self.peek() != "[":
            return False
        while True:
            first = _after_space(self._text, self._at + 1)
            if first < len(self._text):
                return self._text[first] == sign
            if self._ended:
                return False
            self._grow(CHUNK)

    def value(self, limit: int) -> Any:
        """The next value. Raises `DataError` when it is broken, nested too deep, or longer than `limit` characters."""
        value = self.value_within(limit)
        if value is LONG:
            raise self._refused(
                f"a value is longer than {limit >> 20} MB",
                "Convert the file to JSON Lines: one object on each line.",
            )
        return value

    def value_within(self, limit: int) -> Any:
        """The next value, or `LONG` where it has more than `limit` characters, which leaves it the next.

        Raises `DataError` when it is broken, or nested too deep.
        """
        self.peek()
        while True:
            try:
                value, end = decoder.raw_decode(self._text, self._at)
            except JSONDecodeError as error:
                if self._ended or not self._may_be_cut(error):
                    self._move(error.pos)
                    raise self.broken(in_words(error.msg)) from None
            except RecursionError:
                raise self._refused(f"nested deeper than {DEPTH} levels", "Flatten the data.") from None
            except ValueError:
                raise self._refused("a number has more than 4,300 digits", "Write it as text.") from None
            else:
                # At the window's end a number may go on.
                if end < len(self._text) or self._ended:
                    self.last = self._text[self._at : end]
                    self._move(end)
                    return value
            if len(self._text) - self._at > limit:
                return LONG
            self._grow(max(CHUNK, len(self._text) - self._at))

    def elements(self, limit: int) -> Iterator[tuple[int, Any]]:
        """The values of the list that comes next, each with its line. Raises `DataError` as `value` does."""
        self.expect("[")
        if self.take("]"):
            return
        while True:
            self.peek()
            line = self.line
            yield line, self.value(limit)
            comma = COMMA.match(self._text, self._at)
            if comma and comma.end() < len(self._text):
                self._move(comma.end())
            elif self.take("]"):
                return
            else:
                self.expect(",")

    def members(self) -> Iterator[str]:
        """The names in the object that comes next; the value of each must be read before the next is asked for."""
        self.expect("{")
        if self.take("}"):
            return
        while True:
            if self.peek() != '"':
                raise self.broken("expected a name in double quotes")
            name = self.value(LINE_BYTES)
            self.expect(":")
            yield name
            if self.take("}"):
                return
            self.expect(",")

    @property
    def _column(self) -> int:
        return self._at - self._line_begins + 1

    def broken(self, what: str) -> DataError:
        """The error for a text that is no JSON at the present place."""
        found = self._text[self._at : self._at + 40]
        seen = f"found {shortened(found)}" if found else "but the file ends there"
        hint = "Correct the file, or make it again."
        if self.line > 1 and self._column == 1 and found.startswith("{"):
            hint = "It looks like JSON Lines: choose that format."
        return DataError(f"{self.path}, line {self.line}, column {self._column}: {what}, {seen}.", hint)

    def _refused(self, what: str, hint: str) -> DataError:
        return DataError(f"{self.path}, line {self.line}, column {self._column}: {what}.", hint)

    def _may_be_cut(self, error: JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated string") or error.pos > len(self._text) - TAIL

    def _move(self, to: int) -> None:
        newlines = self._text.count("\n", self._at, to)
        if newlines:
            self.line += newlines
            self._line_begins = self._text.rfind("\n", self._at, to) + 1
        self._at = to

    def _grow(self, size: int) -> None:
        """Read on by `size` bytes; what lies behind the present place is let go."""
        chunk = self._content.read(size)
        self._ended = len(chunk) < size
        try:
            more = self._decoder.decode(chunk, self._ended)
        except UnicodeError as error:
            line = self.line + self._text.count("\n", self._at)
            what = "the text"
            if isinstance(error, UnicodeDecodeError):
                line += error.object.count(b"\n", 0, error.start)
                what = f"the byte 0x{error.object[error.start]:02X}"
            raise DataError(
                f"{self.path}, line {line}: {what} is not {self._encoding}.",
                "Choose another encoding, or correct the file.",
            ) from None
        self._text = self._text[self._at :] + more
        self._let_go += self._at
        self._line_begins -= self._at
        self._at = 0
        if not is_affordable(self._text, MARKS):
            raise self._refused(
                "the values from here on need too much memory",
                "Convert the file to JSON Lines: one object on each line.",
            )


def _after_space(text: str, at: int) -> int:
    space = SPACE.match(text, at)
    return space.end() if space else at
