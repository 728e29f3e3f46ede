"""Replies about wide and long rows stay below the longest line that a session's owner reads."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from mactuner_tui.core import events
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.data import MapSpec, ReadSpec
from mactuner_tui.core.specs.data_requests import MapRequest, OpenRequest, RowsRequest, ScanRequest
from mactuner_tui.runtime.sessions import Session, open_session


@pytest_asyncio.fixture
async def session() -> AsyncIterator[Session]:
    async with await open_session("data") as opened:
        yield opened


async def asked(session: Session, *requests: RequestSpec) -> list[Any]:
    passing = (events.Progressed, events.StageStarted, events.RequestFinished)
    return [event for request in requests async for event in session.request(request) if not isinstance(event, passing)]


def write(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


async def test_wide_rows_are_shown_in_short_and_few_at_once(session: Session, tmp_path: Path) -> None:
    names = [f"column {number}" for number in range(5000)]
    line = ",".join(["\U0001f600" * 450] * len(names))
    (tmp_path / "wide.csv").write_text("\n".join([",".join(names), *[line] * 4]))
    opened, rows, scanned, more = await asked(
        session, OpenRequest(source=str(tmp_path / "wide.csv")), ScanRequest(), RowsRequest(count=500)
    )
    assert len(opened.columns) == len(scanned.columns) == len(names)
    assert list(rows.rows[0].cells) == names
    assert rows.rows[0].cells["column 4999"].endswith("\U0001f600…")
    assert 1 <= len(more.rows) <= 4


async def test_more_rows_are_asked_for_where_the_answer_ends(session: Session, tmp_path: Path) -> None:
    source = write(tmp_path / "many.jsonl", [{f"c{n}": "x" * 500 for n in range(200)}] * 500)
    await asked(session, OpenRequest(source=source), ScanRequest())
    seen: list[int] = []
    while len(seen) < 500:
        (answer,) = await asked(session, RowsRequest(start=len(seen), count=500))
        seen += [row.number for row in answer.rows]
    assert seen == list(range(500))


async def test_long_names_of_columns_and_files_are_left_out_and_that_is_told(session: Session, tmp_path: Path) -> None:
    wide = [{f"{'n' * 3000}{n}": n for n in range(3000)}]
    opened, rows = await asked(session, OpenRequest(source=write(tmp_path / "names.jsonl", wide)))
    assert 1000 < len(opened.columns) < 3000
    assert "Of 3,000 columns the first" in opened.notes[0]
    assert len(rows.rows[0].cells) > 100


async def test_long_conversations_are_shown_in_short(session: Session, tmp_path: Path) -> None:
    turns = [{"role": role, "content": "x" * 30_000} for role in ("user", "assistant")]
    source = write(tmp_path / "long.jsonl", [{"messages": turns * 300}] * 3 + [{"messages": turns * 30}] * 50)
    await asked(session, OpenRequest(source=source), ScanRequest())
    (long,) = await asked(session, MapRequest(mapping=MapSpec(), count=1))
    assert len(long.rows[0].messages) == 501
    assert long.rows[0].messages[-1].content == "and 100 more messages"
    (some,) = await asked(session, MapRequest(mapping=MapSpec(), start=3, count=50))
    assert 1 <= len(some.rows) < 50


async def test_what_is_known_of_json_and_folders_is_told_when_they_are_opened(session: Session, tmp_path: Path) -> None:
    document = {"train": [{"text": "x" * 1000}] * 10_000, "test": [{"text": "y"}] * 3}
    (tmp_path / "a.json").write_text(json.dumps(document))
    opened, _, scanned, noted = await asked(session, OpenRequest(source=str(tmp_path / "a.json")), ScanRequest())
    assert (opened.key, opened.keys, opened.notes, scanned.rows) == ("train", ("train",), (), 10_000)
    assert noted.text == "Only the rows of 'train' are read; reading.key chooses others: 'test'."
    reading = ReadSpec(key="test")
    opened, _ = await asked(session, OpenRequest(source=str(tmp_path / "a.json"), reading=reading))
    assert (opened.key, opened.keys) == ("test", ("train", "test"))
