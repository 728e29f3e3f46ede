"""JSON text into values that are plain JSON everywhere: finite numbers, whole characters, bounded depth.

Knows nothing of files. `NaN` and infinite numbers, which no JSON holds, become null.
"""

import json
import math
import re
from collections.abc import Iterator
from json import JSONDecodeError
from typing import Any

from mactuner_tui.engines.data.reading.limits import DEPTH, is_affordable
from mactuner_tui.engines.data.reading.names import with_plain_names
from mactuner_tui.engines.data.reading.words import UnusableError, shortened

MARKS = ",:[{"
OPENING = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', re.DOTALL)


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _no_number(_name: str) -> None:
    return None


decoder = json.JSONDecoder(parse_float=_finite, parse_constant=_no_number)
_decode = decoder.raw_decode


def parse_object(line: str) -> dict[str, Any]:
    """The object in a line. Raises `UnusableError` naming the character column, or the field and value."""
    text = line.strip()
    if len(text) > 1 << 20 and not is_affordable(text, MARKS):
        raise UnusableError(f"{len(text):,} characters with too many values in them. Split the row.")
    try:
        value, end = _decode(text)
    except JSONDecodeError as error:
        raise UnusableError(_broken(text, error.pos, error.msg)) from None
    except RecursionError:
        raise UnusableError(_too_deep()) from None
    except ValueError as error:
        raise UnusableError(_number_too_long(error)) from None
    if end != len(text):
        behind = len(text) - len(text[end:].lstrip())
        raise UnusableError(_broken(text, behind, "more text after the value"))
    check(value, text)
    if type(value) is not dict:
        raise UnusableError(
            f"{shortened(value)}: a JSON object with named fields was expected. Correct or remove this row."
        )
    return with_plain_names(value)


def check(value: Any, text: str) -> None:
    """Look at a value parsed from `text`. Raises `UnusableError` for half surrogate pairs and too deep nesting."""
    if text.count("[") + text.count("{") > DEPTH and depth(text) > DEPTH:
        raise UnusableError(_too_deep())
    if "\\ud" in text or "\\uD" in text:
        for column, part in _texts(value, ""):
            if not is_whole(part):
                raise UnusableError(
                    f"column {shortened(column)} = {shortened(part)}: half of a surrogate pair, which is no character. "
                    "Correct or remove this row."
                )


def depth(text: str) -> int:
    """How deep the JSON text is nested."""
    level = deepest = 0
    for match in OPENING.finditer(text):
        sign = match.group()
        if sign in "[{":
            level += 1
            deepest = max(deepest, level)
        elif sign in "]}":
            level -= 1
    return deepest


def _texts(value: Any, column: str) -> Iterator[tuple[str, str]]:
    """All texts within a value, names of fields included, each with the top-level column that holds it."""
    if isinstance(value, str):
        yield column, value
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part, column)
    elif isinstance(value, dict):
        for name, part in value.items():
            yield column or name, name
            yield from _texts(part, column or name)


def is_whole(text: str) -> bool:
    """Whether a text has no half of a surrogate pair, and so can be written down."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _broken(text: str, place: int, what: str) -> str:
    found = text[place : place + 40]
    seen = f", found {shortened(found)}" if found else ", but the line ends there"
    return f"column {place + 1:,}: {in_words(what)}{seen}. Correct or remove this row."


def in_words(what: str) -> str:
    """The parser's complaint as part of a sentence."""
    words = what.removesuffix(" at").removesuffix(" starting").replace("Expecting", "expected").strip()
    return words[:1].lower() + words[1:]


def _too_deep() -> str:
    return f"nested deeper than {DEPTH} levels. Flatten or remove this row."


def _number_too_long(_error: ValueError) -> str:
    return "a number has more than 4,300 digits. Correct it, or write it as text."
