"""Jobs on a disk with no room: said in words, and nothing half-made left."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mactuner_tui.core import events, job, paths
from mactuner_tui.core.errors import DiskFullError
from mactuner_tui.core.job import Status
from mactuner_tui.core.specs.data import PrepareSpec
from mactuner_tui.runtime import jobs
from tests.unit.helpers import Gate, fill, told, wait_for_event, wait_for_status

ROOM_FOR_ALL_BUT_THE_RESULT, ROOM_FOR_LITTLE = 512, 64
"""KiB. The sample dataset takes about 700, the reserve of a job 256."""


@pytest.mark.parametrize("room", [ROOM_FOR_ALL_BUT_THE_RESULT, ROOM_FOR_LITTLE])
def test_a_job_that_fills_the_disk_says_so_and_leaves_nothing(small_disk: Callable[[int], Path], room: int) -> None:
    home = small_disk(room)
    started = jobs.start(PrepareSpec())
    list(jobs.follow(started.id))
    ended = jobs.get(started.id)
    assert ended.status is Status.FAILED
    (*_, last) = told(started.id)
    assert isinstance(last, events.JobFailed)
    assert (last.kind, last.traceback) == ("DiskFullError", "")
    assert str(home) in last.message
    assert "MACTUNER_HOME" in last.hint
    assert jobs.summary(ended, jobs.Watcher().history(ended))["error"]["kind"] == "DiskFullError"
    made = {path.name for path in home.rglob("*") if path.is_file()}
    assert made == {".lock", job.SPEC_FILE, job.STATE_FILE, job.EVENTS_FILE, job.LOG_FILE}
    assert not paths.datasets().exists() or not list(paths.datasets().iterdir())


def test_a_disk_that_others_fill_while_a_job_runs_leaves_room_for_its_last_words(
    small_disk: Callable[[int], Path], gate: Gate
) -> None:
    home = small_disk(1024)
    started = jobs.start(gate.spec)
    wait_for_event(started.id, events.StageStarted)
    fill(home / "filler")
    gate.let_in("")
    wait_for_status(started.id, Status.FAILED)
    (*_, last) = told(started.id)
    assert isinstance(last, events.JobFailed)
    assert "has no rows" in last.message


def test_a_job_cannot_be_started_on_a_full_disk(small_disk: Callable[[int], Path]) -> None:
    home = small_disk(64)
    fill(home / "filler")
    with pytest.raises(DiskFullError):
        jobs.start(PrepareSpec())
    assert jobs.list_all() == []
    assert not list(paths.jobs().iterdir())


def test_a_job_cannot_be_resumed_on_a_full_disk_and_stays_as_it_was(small_disk: Callable[[int], Path]) -> None:
    home = small_disk(ROOM_FOR_LITTLE)
    started = jobs.start(PrepareSpec())
    wait_for_status(started.id, Status.FAILED)
    fill(home / "filler")
    with pytest.raises(DiskFullError):
        jobs.resume(started.id)
    assert jobs.get(started.id).status is Status.FAILED
