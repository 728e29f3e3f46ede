"""Words on how a source was read: its head line, its columns."""

from __future__ import annotations

from textual.content import Content

from mactuner_tui.core import paths
from mactuner_tui.core.events import SourceOpened
from mactuner_tui.core.numbers import bytes_text
from mactuner_tui.core.profile import Column
from mactuner_tui.screens.data.state import DataState
from mactuner_tui.widgets.texts import hint, last_part, percent

KEY_SETTING = "reading.key"
"""How a note of the engine names the setting that chooses among the lists of rows of a JSON document."""


def head(state: DataState) -> Content:
    """`qa.csv  12.4 MB · CSV, utf-8, comma · 3 columns · 12,400 rows`."""
    opened = state.opened
    if opened is None:
        return Content()
    facts = [bytes_text(opened.size_bytes)] if opened.size_bytes else []
    facts += [_manner(opened), _many(len(opened.columns), "column")]
    if len(opened.files) > 1:
        facts.insert(0, f"{len(opened.files)} files")
    if state.scanned:
        facts.append(_many(state.scanned.rows, "row"))
    return Content.assemble((last_part(opened.source), "bold"), "  ", (" · ".join(facts), "$quiet"))


def notes(state: DataState) -> Content:
    """What a person should know of how it is read, a paragraph each; which rows are read stands in `places`."""
    told = (note for note in state.notes if KEY_SETTING not in note)
    return Content("\n").join(Content.assemble(("! ", "bold $state-warn"), note) for note in told)


def places(state: DataState) -> Content:
    """`! Only the rows of train are read  k choose others: test`: of JSON with more than one list of rows."""
    opened = state.opened
    if opened is None or len(opened.keys) < 2:
        return Content()
    others = ", ".join(key_title(key) for key in opened.keys if key != opened.key)
    return Content.assemble(
        ("! ", "bold $state-warn"),
        "Only the rows of ",
        (key_title(opened.key), "bold"),
        " are read  ",
        hint("k", "choose others"),
        (f": {others}", "$quiet"),
    )


def key_title(key: str) -> str:
    """How a place in a JSON document is called."""
    return key or "the document itself"


def _manner(opened: SourceOpened) -> str:
    if opened.format == paths.SAMPLE:
        return "the sample"
    return ", ".join(part for part in (opened.format.upper(), opened.encoding, opened.delimiter) if part)


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def columns_of(state: DataState) -> tuple[Column, ...]:
    """The columns as far as they are known by now."""
    known = state.scanned or state.opened
    return known.columns if known else ()


def kind(column: Column, rows: int | None) -> str:
    """`text`, or `text, 2 % missing`. Before the scan nothing is said on what is missing."""
    if not column.missing or not rows:
        return column.type
    share = column.missing / rows
    return f"{column.type}, {percent(share) if share >= 0.01 else '< 1 %'} missing"
