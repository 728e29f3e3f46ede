"""A text before and after a change, one below the other: what went and what came is coloured and marked."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from textual.content import Content

from mactuner_tui.widgets.texts import SIGNS, one_line

PIECE = re.compile(r"\w+|\s|[^\w\s]")
CONTEXT = 60
"""Characters shown before the first and after the last difference."""
COMPARED = 800
"""Characters between them that are compared; the rest is left out."""
GONE, NEW = "$text-gone strike", "$text-new underline"
VISIBLE = {**SIGNS, " ": "·"}
"""How white space is shown where it is what changed."""

Piece = tuple[str, bool]
"""Text, and whether it is a difference."""


def change_content(before: str, after: str | None) -> Content:
    """Two lines, marked − and +; or one, when the row went."""
    if after is None:
        return Content.assemble(("− ", "bold $text-gone"), (one_line(before[: COMPARED // 2]), GONE))
    old, new = differences(before, after)
    if not any(differs for _, differs in (*old, *new)):
        return Content.styled("changed further on than is shown here", "$quiet")
    return Content("\n").join([_line("− ", "$text-gone", old, GONE), _line("+ ", "$text-new", new, NEW)])


def _line(mark: str, colour: str, pieces: list[Piece], style: str) -> Content:
    parts = [(_marked(text), style) if differs else (one_line(text), "") for text, differs in pieces]
    return Content.assemble((mark, f"bold {colour}"), *parts)


def differences(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces that are the same or not, cut to what lies around the differences."""
    start = _alike(before, after)
    tail = _alike(before[start:][::-1], after[start:][::-1])
    old, new = before[start : len(before) - tail], after[start : len(after) - tail]
    lead = [(_from_end(before[:start]), False)] if start else []
    rest = [(_from_start(before[len(before) - tail :]), False)] if tail else []
    olds, news = _compared(old[:COMPARED], new[:COMPARED])
    return [*lead, *olds, *rest], [*lead, *news, *rest]


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _compared(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    a, b = PIECE.findall(old), PIECE.findall(new)
    olds: list[Piece] = []
    news: list[Piece] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(str.isspace, a, b, autojunk=False).get_opcodes():
        olds.append(("".join(a[a1:a2]), tag != "equal"))
        news.append(("".join(b[b1:b2]), tag != "equal"))
    return olds, news


def _from_end(text: str) -> str:
    return text if len(text) <= CONTEXT else f"…{text[-CONTEXT:]}"


def _from_start(text: str) -> str:
    return text if len(text) <= CONTEXT else f"{text[:CONTEXT]}…"


def _marked(text: str) -> str:
    """A difference: blanks visible, invisible characters by their number."""
    return "".join(VISIBLE.get(sign, sign if sign.isprintable() else f"⟨{ord(sign):x}⟩") for sign in text)
