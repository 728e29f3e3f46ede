"""What an interface does with jobs, without ever waiting for one."""

import asyncio
import os
import signal

import pytest

from mactuner_tui.core import events
from mactuner_tui.core.errors import JobError
from mactuner_tui.core.job import Status
from mactuner_tui.core.overview import JobView
from mactuner_tui.runtime import jobs
from mactuner_tui.runtime.desk import Desk
from tests.unit.helpers import PATIENCE, Gate, wait_for_event, wait_for_status


async def _until(desk: Desk, status: Status) -> JobView:
    """The only job, once it stands so."""
    async with asyncio.timeout(PATIENCE):
        while True:
            views = await desk.jobs()
            if views and views[0].status is status:
                return views[0]
            await asyncio.sleep(0.02)


@pytest.fixture
def deaf(gate: Gate) -> str:
    """A running job that does not answer when it is asked to stop: it waits for data that never comes."""
    started = jobs.start(gate.spec)
    wait_for_event(started.id, events.StageStarted)
    return started.id


async def test_stopping_returns_at_once_and_the_job_is_killed_when_its_time_is_up(
    deaf: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk()
    view = await _until(desk, Status.RUNNING)
    async with asyncio.timeout(10):
        await desk.act("stop", view)
        assert desk.is_stopping(deaf)
        await desk.jobs()
        assert jobs.get(deaf).status is Status.RUNNING
    monkeypatch.setattr(jobs, "STOP_GRACE_SECONDS", 0)
    await desk.act("stop", view)
    await _until(desk, Status.INTERRUPTED)
    assert not desk.is_stopping(deaf)


async def test_a_paused_job_can_be_stopped(deaf: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "STOP_GRACE_SECONDS", 0)
    desk = Desk()
    jobs.pause(deaf)
    await desk.act("stop", await _until(desk, Status.PAUSED))
    await _until(desk, Status.INTERRUPTED)


async def test_a_job_that_cannot_be_stopped_is_not_stopping(deaf: str) -> None:
    desk = Desk()
    view = await _until(desk, Status.RUNNING)
    os.kill(_pid(deaf), signal.SIGKILL)
    wait_for_status(deaf, Status.INTERRUPTED)
    with pytest.raises(JobError, match="is not running"):
        await desk.act("stop", view)
    assert not desk.is_stopping(deaf)


async def test_the_chat_gives_way_to_a_job_that_someone_else_started(
    deaf: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk()
    released: list[str] = []

    async def release() -> None:
        released.append("chat")

    monkeypatch.setattr(desk.chat, "release", release)
    await _until(desk, Status.RUNNING)
    await desk.jobs()
    assert released == ["chat"]
    jobs.stop(deaf, grace=0)


def _pid(job_id: str) -> int:
    """The process of a running job."""
    pid = jobs.get(job_id).pid
    assert pid is not None
    return pid
