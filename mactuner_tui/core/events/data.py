"""What a data session says."""

from typing import Literal

from mactuner_tui.core.events.base import BaseEvent
from mactuner_tui.core.profile import Column, Finding, Frozen, Profile, TokenView
from mactuner_tui.core.specs.chat import Message
from mactuner_tui.core.specs.data import MapSpec

CELL_CHARACTERS = 400
"""How much of a cell `RowsRead` shows."""


class RowView(Frozen):
    """A row as it was read. `number` counts from 0; `where` names its file and line."""

    number: int
    where: str
    cells: dict[str, str]
    """By column, each as text and cut at `CELL_CHARACTERS`, an ellipsis marking the cut. A missing one is absent."""


class BadRow(Frozen):
    """A row that cannot be used. `where` names its file and line, `reason` says why and what to do."""

    where: str
    reason: str


class MappedRow(Frozen):
    """A row as the mapping renders it: messages, or one text; or the problem that keeps it from being used."""

    number: int
    messages: tuple[Message, ...] = ()
    text: str = ""
    problem: str = ""


class Change(Frozen):
    """A text before and after a step; `after` is None when the row went."""

    row: int
    before: str
    after: str | None


class StepEffect(Frozen):
    """What a step does: rows that came to it, rows it changed, rows it dropped, and a few examples."""

    seen: int
    changed: int
    dropped: int
    examples: tuple[Change, ...]


class SourceOpened(BaseEvent):
    """The source was looked at. `mapping` is the format recognised in it, None when none was."""

    event: Literal["source_opened"] = "source_opened"
    source: str
    files: tuple[str, ...]
    """Of very many the first ones; `notes` says so."""
    format: str
    encoding: str
    delimiter: str
    """Of CSV, in words; else empty."""
    size_bytes: int
    columns: tuple[Column, ...]
    """Judged by the first rows."""
    mapping: MapSpec | None
    key: str = ""
    """Where the rows of JSON are; empty where they are the document itself."""
    keys: tuple[str, ...] = ()
    """Of JSON: all keys that hold rows, as far as it was looked into. `ReadSpec.key` chooses."""
    notes: tuple[str, ...] = ()
    """What a person should know of how it is read, in sentences."""


class SourceScanned(BaseEvent):
    """The source was read to its end."""

    event: Literal["source_scanned"] = "source_scanned"
    rows: int
    """Rows that can be read."""
    bad: int
    """Rows that cannot."""
    columns: tuple[Column, ...]


class RowsRead(BaseEvent):
    """Some rows; `total` is None before the scan."""

    event: Literal["rows_read"] = "rows_read"
    rows: tuple[RowView, ...]
    total: int | None


class CellRead(BaseEvent):
    """A part of a cell's text, beginning at the character `start`."""

    event: Literal["cell_read"] = "cell_read"
    text: str
    start: int
    total_characters: int


class BadRowsListed(BaseEvent):
    """Some of the rows that cannot be read; `total` of all."""

    event: Literal["bad_rows_listed"] = "bad_rows_listed"
    rows: tuple[BadRow, ...]
    total: int


class RowsMapped(BaseEvent):
    """Rows as a mapping renders them. `mapping` is complete: what was recognised is filled in."""

    event: Literal["rows_mapped"] = "rows_mapped"
    mapping: MapSpec
    rows: tuple[MappedRow, ...]


class RecipePreviewed(BaseEvent):
    """What each step of the recipe does, in its order; steps that are off have seen nothing."""

    event: Literal["recipe_previewed"] = "recipe_previewed"
    exact: bool
    """Whether all rows went through; otherwise only the first ones."""
    read: int
    mapped: int
    clean: int
    unusable: int
    """Rows that the mapping cannot use, or that came out without a question or an answer."""
    steps: tuple[StepEffect, ...]


class RowsCounted(BaseEvent):
    """The rows' way from the file into the dataset."""

    event: Literal["rows_counted"] = "rows_counted"
    read: int
    bad: int
    """Rows that cannot be read or used."""
    mapped: int
    clean: int
    train: int
    valid: int


class Profiled(BaseEvent):
    """Figures for the charts."""

    event: Literal["profiled"] = "profiled"
    profile: Profile


class ReportWritten(BaseEvent):
    """The web page is in place."""

    event: Literal["report_written"] = "report_written"
    path: str


class RowTokenised(BaseEvent):
    """A row as the model sees it. `dropped_by` names the step that drops this row, if one does."""

    event: Literal["row_tokenised"] = "row_tokenised"
    row: int
    tokens: tuple[TokenView, ...]
    total: int
    """Tokens of the row, those cut off included."""
    trained: int
    masked: int
    cut: int
    dropped_by: str = ""


class FindingMade(BaseEvent):
    """The data doctor looked at one thing."""

    event: Literal["finding_made"] = "finding_made"
    finding: Finding
