"""Answers about single rows: as they were read, as a mapping renders them, as a model sees them."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from mactuner_tui.core import events, records
from mactuner_tui.core.errors import DataError
from mactuner_tui.core.events.data import CELL_CHARACTERS, BadRow, MappedRow, RowView
from mactuner_tui.core.mapping import record_of
from mactuner_tui.core.profile import Column
from mactuner_tui.core.records import Conversation, PlainText
from mactuner_tui.core.specs.chat import Message
from mactuner_tui.core.specs.cleaning import StepSpec
from mactuner_tui.core.specs.data import MapSpec
from mactuner_tui.core.specs.data_requests import (
    BadRowsRequest,
    CellRequest,
    MapRequest,
    RowsRequest,
    TokensRequest,
)
from mactuner_tui.core.template import text_of
from mactuner_tui.engines.data.fitting import ROW_CHARACTERS, cut, fitting
from mactuner_tui.engines.data.opened import Opened, counter
from mactuner_tui.engines.data.rows import Item, Row
from mactuner_tui.engines.session_host import RequestContext

SHOWN_AT_ONCE = 10
CELL_PAGE = 100_000
"""Characters of a cell that one answer holds."""
MESSAGE_CHARACTERS = 20_000
"""Characters of a message or text that a rendered row shows."""
MESSAGES = 500
"""Messages that a rendered row shows."""
ROLE = 100


def tell_opened(opened: Opened, context: RequestContext) -> None:
    """What the source is, and its first rows."""
    source = opened.source
    files = tuple(fitting(str(file) for file in source.files))
    columns = tuple(fitting(opened.first_columns))
    notes = [*source.notes, *_left_out("files", len(files), len(source.files))]
    context.emit(
        events.SourceOpened(
            source=source.name,
            files=files,
            format=source.format,
            encoding=source.encoding,
            delimiter=source.delimiter,
            size_bytes=source.size_bytes,
            columns=columns,
            mapping=opened.recognised(),
            key=source.key,
            keys=source.keys,
            notes=(*notes, *_left_out("columns", len(columns), len(opened.first_columns))),
        )
    )
    tell_rows(opened, RowsRequest(count=SHOWN_AT_ONCE), context)


def tell_scanned(opened: Opened, context: RequestContext) -> None:
    """How many rows there are, good and bad; and what only reading to the end has shown."""
    before = opened.source.notes
    table = opened.scanned(context)
    columns: tuple[Column, ...] = tuple(fitting(table.columns))
    context.emit(events.SourceScanned(rows=len(table), bad=table.bad_count, columns=columns))
    for note in opened.source.notes:
        if note not in before:
            context.emit(events.Noted(text=note, warning=True))


def _left_out(what: str, told: int, there: int) -> list[str]:
    return [f"Of {there:,} {what} the first {told:,} are listed: the names are very long."] if told < there else []


def tell_rows(opened: Opened, request: RowsRequest, context: RequestContext) -> None:
    """Some rows, long cells cut; fewer of wide ones."""
    rows = enumerate(opened.rows(request.start, request.count), start=request.start)
    shown = fitting(_shown(number, row) for number, row in rows)
    context.emit(events.RowsRead(rows=tuple(shown), total=opened.total))


def _shown(number: int, row: Row) -> RowView:
    limit = min(CELL_CHARACTERS, ROW_CHARACTERS // (2 * max(1, len(row.values))))
    left = ROW_CHARACTERS
    cells: dict[str, str] = {}
    for column, value in row.values.items():
        if value is not None:
            text = cut(text_of(value), limit)
            left -= len(column) + len(text)
            if left < 0:
                break
            cells[column] = text
    return RowView(number=number, where=row.where, cells=cells)


def tell_cell(opened: Opened, request: CellRequest, context: RequestContext) -> None:
    """One cell, a page of it."""
    text = text_of(opened.row(request.row).values.get(request.column))
    page = text[request.start : request.start + CELL_PAGE]
    context.emit(events.CellRead(text=page, start=request.start, total_characters=len(text)))


def tell_bad_rows(opened: Opened, request: BadRowsRequest, context: RequestContext) -> None:
    """Rows that cannot be read, and why."""
    table = opened.scanned(context)
    listed = islice(table.bad, request.start, request.start + request.count)
    rows = tuple(BadRow(where=row.where, reason=row.reason) for row in listed)
    context.emit(events.BadRowsListed(rows=rows, total=table.bad_count))


def tell_mapped(opened: Opened, request: MapRequest, context: RequestContext) -> None:
    """Rows as a mapping renders them; fewer of long ones."""
    mapping = opened.settled(request.mapping)
    rows = enumerate(opened.rows(request.start, request.count), start=request.start)
    shown = fitting(_mapped(number, row, mapping) for number, row in rows)
    context.emit(events.RowsMapped(mapping=mapping, rows=tuple(shown)))


def _mapped(number: int, row: Row, mapping: MapSpec) -> MappedRow:
    try:
        record = record_of(row.values, mapping, row.where)
    except DataError as error:
        return MappedRow(number=number, problem=f"{error.message} {error.hint}")
    problem = ""
    try:
        records.usable(record, row.where)
    except DataError as error:
        problem = f"{error.message} {error.hint}"
    match record:
        case PlainText(text):
            return MappedRow(number=number, text=cut(text, MESSAGE_CHARACTERS), problem=problem)
        case Conversation(messages):
            return MappedRow(number=number, messages=tuple(_said(messages)), problem=problem)


def _said(messages: Sequence[dict[str, Any]]) -> Iterator[Message]:
    """The messages, cut so that a conversation fits into a reply."""
    limit = min(MESSAGE_CHARACTERS, ROW_CHARACTERS // max(1, min(len(messages), MESSAGES)))
    for message in messages[:MESSAGES]:
        yield Message(role=cut(text_of(message["role"]), ROLE), content=cut(text_of(message["content"]), limit))
    if len(messages) > MESSAGES:
        yield Message(role="…", content=f"and {len(messages) - MESSAGES:,} more messages")


def tell_tokens(opened: Opened, request: TokensRequest, context: RequestContext) -> None:
    """One row as the model sees it, after the steps of the recipe that judge a row by itself."""
    from mactuner_tui.engines.data.token_view import view

    row = opened.row(request.row)
    item, dropped_by = _alone(row, request, opened, context)
    seen = view(item.record, counter(request.model, context).tokenizer, request.max_length)
    context.emit(
        events.RowTokenised(
            row=request.row,
            tokens=tuple(fitting(seen.tokens)),
            total=seen.total,
            trained=seen.trained,
            masked=seen.masked,
            cut=seen.cut,
            dropped_by=dropped_by,
        )
    )


def _alone(row: Row, request: TokensRequest, opened: Opened, context: RequestContext) -> tuple[Item, str]:
    """The row after as many steps as let it through, and the title of the one that does not."""
    recipe: tuple[StepSpec, ...] = request.recipe
    for count in range(len(recipe), -1, -1):
        pipeline = opened.pipeline(request.mapping, recipe[:count], request.model, context)
        item = next(pipeline.run([row], strict=False), None)
        if item is not None:
            return item, recipe[count].title if count < len(recipe) else ""
    raise DataError(pipeline.unusable[0].reason, "Map the columns so that this row can be used.")
