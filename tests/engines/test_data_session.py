"""The data session: a source opened, read, mapped, cleaned, measured and checked over the wire."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from mactuner_tui.core import events
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.cleaning import ExactDuplicates, LengthInCharacters, LowerCase
from mactuner_tui.core.specs.data import MapSpec, SplitSpec
from mactuner_tui.core.specs.data_requests import (
    BadRowsRequest,
    CellRequest,
    CheckRequest,
    CleanRequest,
    MapRequest,
    OpenRequest,
    ProfileRequest,
    RowsRequest,
    ScanRequest,
    SplitRequest,
    TokensRequest,
)
from mactuner_tui.runtime.sessions import Session, open_session

Ask = Callable[[RequestSpec], Awaitable[list[Any]]]


@pytest_asyncio.fixture
async def session() -> AsyncIterator[Session]:
    async with await open_session("data") as opened:
        yield opened


@pytest.fixture
def ask(session: Session) -> Ask:
    """Sends a request and gives all its events but progress and the closing one."""

    async def asked(spec: RequestSpec) -> list[Any]:
        passing = (events.Progressed, events.StageStarted, events.RequestFinished)
        return [event async for event in session.request(spec) if not isinstance(event, passing)]

    return asked


def _rows(count: int) -> list[dict[str, Any]]:
    return [{"id": n, "question": f"Question {n}?", "answer": f"Answer {n} " * (n % 4 + 1)} for n in range(count)]


def _write(path: Path, rows: list[Any]) -> str:
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return str(path)


async def test_a_source_is_opened_with_its_first_rows_and_then_read_to_its_end(ask: Ask, tmp_path: Path) -> None:
    source = _write(tmp_path / "rows.jsonl", [*_rows(30), "{broken"])
    opened, first = await ask(OpenRequest(source=source))
    assert (opened.format, opened.encoding) == ("jsonl", "utf-8")
    assert opened.size_bytes == (tmp_path / "rows.jsonl").stat().st_size
    assert [(column.name, column.type) for column in opened.columns] == [
        ("id", "integer"),
        ("question", "text"),
        ("answer", "text"),
    ]
    assert opened.mapping.format == "question_answer"
    assert [row.number for row in first.rows] == list(range(10))
    assert first.total is None
    assert first.rows[3].where == "rows.jsonl, line 4"
    assert first.rows[3].cells == {"id": "3", "question": "Question 3?", "answer": "Answer 3 " * 4}

    (scanned,) = await ask(ScanRequest())
    assert (scanned.rows, scanned.bad) == (30, 1)
    (last,) = await ask(RowsRequest(start=28, count=10))
    assert ([row.number for row in last.rows], last.total) == ([28, 29], 30)
    (bad,) = await ask(BadRowsRequest())
    assert bad.total == 1
    assert bad.rows[0].where == "rows.jsonl, line 31"


async def test_long_cells_are_cut_and_can_be_read_in_full(ask: Ask, tmp_path: Path) -> None:
    await ask(OpenRequest(source=_write(tmp_path / "long.jsonl", [{"text": "x" * 150_000 + "end"}, {"text": "short"}])))
    (rows,) = await ask(RowsRequest(count=1))
    assert rows.rows[0].cells["text"] == "x" * 399 + "…"
    (page,) = await ask(CellRequest(row=0, column="text"))
    (rest,) = await ask(CellRequest(row=0, column="text", start=len(page.text)))
    assert page.text + rest.text == "x" * 150_000 + "end"
    assert page.total_characters == 150_003


async def test_rows_are_rendered_by_a_mapping_and_what_does_not_fit_is_said(ask: Ask, tmp_path: Path) -> None:
    await ask(OpenRequest(source=_write(tmp_path / "rows.jsonl", [*_rows(2), {"question": "q"}])))
    (mapped,) = await ask(
        MapRequest(mapping=MapSpec(system="Be kind.", prompt="Tell me: {question}", answer="{answer}"))
    )
    assert mapped.mapping.format == "custom"
    assert [(message.role, message.content) for message in mapped.rows[0].messages] == [
        ("system", "Be kind."),
        ("user", "Tell me: Question 0?"),
        ("assistant", "Answer 0 "),
    ]
    assert "messages[2].content = '': empty" in mapped.rows[2].problem
    with pytest.raises(MacTunerError, match="names a column 'nothing'"):
        await ask(MapRequest(mapping=MapSpec(text="{nothing}")))


async def test_the_effect_of_each_step_is_told_of_the_first_rows_and_then_of_all(ask: Ask, tmp_path: Path) -> None:
    await ask(OpenRequest(source=_write(tmp_path / "rows.jsonl", [*_rows(500), *_rows(3)])))
    recipe = (LowerCase(part="prompt"), ExactDuplicates(), LengthInCharacters(part="answer", maximum=24))
    first, last = await ask(CleanRequest(recipe=recipe))
    assert (first.exact, last.exact) == (False, True)
    assert first.read == 200
    assert (last.read, last.mapped) == (503, 503)
    assert [(step.seen, step.changed, step.dropped) for step in last.steps[:2]] == [(503, 503, 0), (503, 0, 3)]
    assert last.clean == 500 - last.steps[2].dropped
    assert (last.steps[0].examples[0].before, last.steps[0].examples[0].after) == ("Question 0?", "question 0?")


async def test_figures_come_from_a_sample_and_then_exactly(ask: Ask, tmp_path: Path, starter: Path) -> None:
    await ask(OpenRequest(source=_write(tmp_path / "rows.jsonl", _rows(300))))
    sampled, exact = await ask(ProfileRequest(max_length=42))
    assert (sampled.profile.exact, exact.profile.exact) == (False, True)
    assert (exact.profile.seen, exact.profile.rows) == (300, 300)
    assert exact.profile.tokens.maximum > 42 > exact.profile.tokens.minimum
    assert 0 < exact.profile.beyond < 300
    assert {word.word for word in exact.profile.top_words[:2]} == {"answer", "question"}
    assert sum(exact.profile.tokens.counts) == 300


async def test_the_page_with_the_charts_is_written(ask: Ask, tmp_path: Path, starter: Path) -> None:
    await ask(OpenRequest(source=_write(tmp_path / "rows.jsonl", _rows(20))))
    page = tmp_path / "charts.html"
    *_, written = await ask(ProfileRequest(report=str(page)))
    assert written.path == str(page)
    assert "<html" in page.read_text(encoding="utf-8")


async def test_a_row_is_shown_as_the_model_sees_it(ask: Ask, tmp_path: Path, starter: Path) -> None:
    await ask(OpenRequest(source=_write(tmp_path / "rows.jsonl", _rows(3))))
    (row,) = await ask(TokensRequest(row=1, recipe=(LowerCase(), LengthInCharacters(maximum=1)), max_length=50))
    trained = "".join(token.text for token in row.tokens if token.trained)
    assert trained == "answer 1 answer 1 <|im_end|>\n"
    assert row.total == row.trained + row.masked + row.cut
    assert row.dropped_by == "Length in characters"
    with pytest.raises(MacTunerError, match="Row 8 has not been read yet"):
        await ask(TokensRequest(row=7))


async def test_the_doctor_names_what_is_wrong(ask: Ask, tmp_path: Path, starter: Path) -> None:
    await ask(OpenRequest(source=_write(tmp_path / "rows.jsonl", [*_rows(20), {"question": "q", "answer": ""}])))
    findings = {event.finding.code: event.finding for event in await ask(CheckRequest())}
    assert (findings["empty-answer"].count, findings["empty-answer"].examples) == (1, (20,))
    step = findings["empty-answer"].repairs[0].step
    mended = {event.finding.code: event.finding for event in await ask(CheckRequest(recipe=(step,)))}
    assert mended["empty-answer"].count == 0


async def test_the_split_is_counted(ask: Ask, tmp_path: Path) -> None:
    texts = [{"text": f"{n * 7919} {n * 104729} {n * 1299709}"} for n in range(50)]
    await ask(OpenRequest(source=_write(tmp_path / "rows.jsonl", [*texts, {"text": ""}, "broken"])))
    (counted,) = await ask(SplitRequest(rows=40, split=SplitSpec(valid_share=0.1)))
    assert counted.model_dump(exclude={"at", "event"}) == {
        "read": 52,
        "bad": 2,
        "mapped": 51,
        "clean": 50,
        "train": 36,
        "valid": 4,
    }


async def test_a_long_request_is_cancelled_within_a_second_while_rows_are_still_shown(
    session: Session, ask: Ask, tmp_path: Path, starter: Path
) -> None:
    await ask(OpenRequest(source=_write(tmp_path / "rows.jsonl", _rows(150_000))))
    await ask(ScanRequest())
    long = session.request(ProfileRequest(sample=False))
    running = aiter(long)
    async for event in running:
        if isinstance(event, events.Progressed) and event.done > 0:
            break
    (rows,) = await asyncio.wait_for(ask(RowsRequest(start=149_990, count=5)), 1)
    assert rows.rows[-1].number == 149_994
    asked_at = time.monotonic()
    long.cancel()
    *_, ending = [event async for event in running]
    assert isinstance(ending, events.RequestCancelled)
    assert time.monotonic() - asked_at < 1
    assert await ask(RowsRequest(count=1))


async def test_what_cannot_be_done_is_said_and_the_session_lives_on(ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(MacTunerError, match="No source is open"):
        await ask(ScanRequest())
    with pytest.raises(MacTunerError, match=r"missing\.csv"):
        await ask(OpenRequest(source=str(tmp_path / "missing.csv")))
    opened, _ = await ask(OpenRequest(source=_write(tmp_path / "rows.jsonl", _rows(3))))
    assert opened.source.endswith("rows.jsonl")


async def test_a_request_that_waits_is_called_off_at_once(session: Session, ask: Ask, tmp_path: Path) -> None:
    await ask(OpenRequest(source=_write(tmp_path / "rows.jsonl", _rows(150_000))))
    first, waiting = session.request(ScanRequest()), session.request(SplitRequest())
    running = aiter(first)
    await anext(running)
    waiting.cancel()
    assert [type(event) async for event in waiting] == [events.RequestCancelled]
    assert isinstance(await anext(running), events.Progressed)
    assert [type(event) async for event in running][-1] is events.RequestFinished


async def test_a_column_that_only_later_rows_have_is_mapped_after_the_scan(ask: Ask, tmp_path: Path) -> None:
    rows = [
        {"instruction": f"Do {n}", "output": "done"} | ({"input": f"with {n}"} if n > 250 else {}) for n in range(300)
    ]
    opened, _ = await ask(OpenRequest(source=_write(tmp_path / "late.jsonl", rows)))
    assert opened.mapping.prompt == "{instruction}"
    await ask(ScanRequest())
    (mapped,) = await ask(MapRequest(mapping=MapSpec(), start=290, count=1))
    assert mapped.rows[0].messages[0].content == "Do 290\n\nwith 290"
