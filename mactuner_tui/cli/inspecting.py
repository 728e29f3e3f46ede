"""`mactuner data inspect`: what a data session says of a source, as text or as one JSON document."""

from typing import Any

from mactuner_tui.cli import output, profile_text
from mactuner_tui.cli.asking import ask
from mactuner_tui.core import events
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.profile import Finding
from mactuner_tui.core.specs.data import PrepareSpec
from mactuner_tui.core.specs.data_requests import (
    BadRowsRequest,
    CheckRequest,
    OpenRequest,
    ProfileRequest,
    ScanRequest,
    TokensRequest,
)
from mactuner_tui.runtime.sessions import Session, open_session

LISTED_BAD_ROWS = 10


async def inspect(spec: PrepareSpec, max_length: int, row: int | None, html: str, json: bool) -> None:
    """Open, scan, measure and check the source, telling each thing as it comes."""
    document: dict[str, Any] = {}
    async with await open_session("data") as session:
        await _open(session, spec, document, json)
        await _list_bad_rows(session, document, json)
        seen = {
            "mapping": spec.mapping,
            "recipe": spec.recipe,
            "model": spec.model,
            "max_length": max_length,
        }
        await _profile(session, ProfileRequest(**seen, report=html, sample=False), document, json)
        await _check(session, CheckRequest(**seen), document, json)
        if row is not None:
            await _tokens(session, TokensRequest(**seen, row=row - 1), document, json)
    if json:
        output.show_json(document)


async def _open(session: Session, spec: PrepareSpec, document: dict[str, Any], json: bool) -> None:
    opened: events.SourceOpened | None = None
    async for event in ask(session, OpenRequest(source=spec.source, reading=spec.reading)):
        match event:
            case events.SourceOpened():
                opened = event
            case events.RowsRead():
                document["rows"] = [shown.model_dump() for shown in event.rows]
    async for event in ask(session, ScanRequest()):
        if isinstance(event, events.Noted):
            profile_text.show_note(event.text)
        if isinstance(event, events.SourceScanned) and opened is not None:
            document["source"] = opened.model_dump(exclude={"event", "at", "columns"}) | {
                "rows": event.rows,
                "bad_rows": event.bad,
                "columns": [column.model_dump() for column in event.columns],
            }
            if not json:
                profile_text.show_source(opened, event)


async def _list_bad_rows(session: Session, document: dict[str, Any], json: bool) -> None:
    async for event in ask(session, BadRowsRequest(count=LISTED_BAD_ROWS)):
        if isinstance(event, events.BadRowsListed) and event.total:
            document["bad_rows"] = [row.model_dump() for row in event.rows]
            if not json:
                profile_text.show_bad_rows(event)


async def _profile(session: Session, request: ProfileRequest, document: dict[str, Any], json: bool) -> None:
    async for event in ask(session, request):
        match event:
            case events.Noted():
                profile_text.show_note(event.text)
            case events.Profiled():
                document["profile"] = event.profile.model_dump()
                if not json:
                    profile_text.show_profile(event.profile)
            case events.ReportWritten():
                output.notes.print(f"Charts written to {event.path}", soft_wrap=True)


async def _check(session: Session, request: CheckRequest, document: dict[str, Any], json: bool) -> None:
    findings: list[Finding] = []
    async for event in ask(session, request):
        if isinstance(event, events.FindingMade):
            findings.append(event.finding)
    document["findings"] = [finding.model_dump() for finding in findings]
    if not json:
        profile_text.show_findings(findings)


async def _tokens(session: Session, request: TokensRequest, document: dict[str, Any], json: bool) -> None:
    try:
        async for event in ask(session, request):
            if isinstance(event, events.RowTokenised):
                document["tokens"] = event.model_dump(exclude={"event", "at"})
                if not json:
                    profile_text.show_tokens(event)
    except MacTunerError as error:
        raise MacTunerError(f"--row {request.row + 1}: {error.message}", error.hint) from error
