"""The one data session behind the screen: what waits, what is given up, what is answered at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import (
    BaseEvent,
    RecipePreviewed,
    RequestCancelled,
    RequestFinished,
    RowsCounted,
    RowsRead,
)
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.cleaning import NearDuplicates
from mactuner_tui.core.specs.data_requests import CleanRequest, OpenRequest, RowsRequest, ScanRequest, SplitRequest
from mactuner_tui.runtime.data_desk import DataDesk

LINES = 40_000


@pytest.fixture
async def desk() -> AsyncIterator[DataDesk]:
    """A desk that leaves no process behind."""
    one = DataDesk()
    yield one
    await one.release()


async def answers(desk: DataDesk, spec: RequestSpec) -> list[BaseEvent]:
    """All events of a request."""
    return [event async for event in desk.ask(spec)]


async def test_the_next_look_gives_the_last_one_up_and_rows_are_answered_meanwhile(
    desk: DataDesk, tmp_path: Path
) -> None:
    source = tmp_path / "many.txt"
    source.write_text("".join(f"line {number} of many that say nearly the same\n" for number in range(LINES)))
    await answers(desk, OpenRequest(source=str(source)))
    await answers(desk, ScanRequest())
    long_look = CleanRequest(recipe=(NearDuplicates(),))
    seen: list[BaseEvent] = []
    async with aclosing(desk.ask(long_look)) as events:
        async for event in events:
            seen.append(event)
            if isinstance(event, RecipePreviewed) and not event.exact:
                rows = await answers(desk, RowsRequest(start=LINES - 1, count=1))
                assert isinstance(rows[0], RowsRead)
                assert rows[0].rows[0].number == LINES - 1
                counting = asyncio.create_task(answers(desk, SplitRequest()))
    assert isinstance(seen[-1], RequestCancelled)
    counted = await counting
    assert any(isinstance(event, RowsCounted) for event in counted)
    assert isinstance(counted[-1], RequestFinished)


async def test_a_source_that_failed_is_not_open_afterwards(desk: DataDesk, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("a line\n")
    await answers(desk, OpenRequest(source=str(tmp_path / "good.txt")))
    with pytest.raises(MacTunerError, match="is not there"):
        await answers(desk, OpenRequest(source=str(tmp_path / "gone.txt")))
    with pytest.raises(MacTunerError, match="No source is open"):
        await answers(desk, RowsRequest())
