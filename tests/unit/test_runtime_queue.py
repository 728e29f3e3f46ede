"""The queue: one job at a time on the GPU, and it moves without anyone looking."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from mactuner_tui.core import events, job, paths
from mactuner_tui.core.job import State, Status
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.runtime import jobs
from tests.unit.helpers import Gate, told, wait_for_event, wait_for_status, wait_until


def test_jobs_for_the_gpu_run_one_after_the_other_in_order(new_gate: Callable[[], Gate]) -> None:
    gates = [new_gate() for _ in range(3)]
    first, second, third = (jobs.start(gate.spec) for gate in gates)
    assert (first.status, second.status, third.status) == (Status.RUNNING, Status.QUEUED, Status.QUEUED)

    wait_for_event(first.id, events.StageStarted)
    jobs.pause(first.id)
    wait_for_status(first.id, Status.PAUSED)
    jobs.advance()
    assert jobs.get(second.id).status is Status.QUEUED
    jobs.continue_(first.id)

    # From here on this process only reads: the jobs themselves start the next.
    for gate, ending, waiting in ((gates[0], first, third), (gates[1], second, third)):
        gate.let_in("")
        wait_for_status(ending.id, Status.FAILED)
        if ending is first:
            wait_for_status(second.id, Status.RUNNING)
            assert jobs.get(waiting.id).status is Status.QUEUED
    wait_for_status(third.id, Status.RUNNING)
    gates[2].let_in("")
    wait_for_status(third.id, Status.FAILED)
    starts = [told(one.id)[0].at for one in (first, second, third)]
    ends = [told(one.id)[-1].at for one in (first, second, third)]
    assert starts[0] < ends[0] < starts[1] < ends[1] < starts[2] < ends[2]


def test_a_queued_job_is_stopped_without_ever_running(new_gate: Callable[[], Gate]) -> None:
    running, waiting = new_gate(), new_gate()
    first, second = jobs.start(running.spec), jobs.start(waiting.spec)
    assert jobs.stop(second.id).status is Status.STOPPED
    running.let_in("")
    wait_for_status(first.id, Status.FAILED)
    jobs.advance()
    assert jobs.get(second.id).status is Status.STOPPED
    assert told(second.id) == []
    assert not (second.folder / job.LOG_FILE).exists()


def test_a_resumed_job_waits_behind_those_that_were_there(new_gate: Callable[[], Gate]) -> None:
    gates = [new_gate(), new_gate()]
    first, second = (jobs.start(gate.spec) for gate in gates)
    wait_for_event(first.id, events.StageStarted)
    jobs.stop(first.id, grace=0)
    assert jobs.resume(first.id).status is Status.QUEUED
    assert jobs.get(second.id).status is Status.RUNNING
    gates[1].let_in("")
    wait_for_status(first.id, Status.RUNNING)
    gates[0].let_in("")
    wait_for_status(first.id, Status.FAILED)


def test_following_a_queued_job_starts_it_when_the_one_before_died_silently(new_gate: Callable[[], Gate]) -> None:
    gates = [new_gate(), new_gate()]
    first, second = (jobs.start(gate.spec) for gate in gates)
    wait_for_event(first.id, events.StageStarted)
    jobs.stop(first.id, grace=0)
    assert jobs.get(second.id).status is Status.QUEUED
    following = jobs.follow(second.id)
    assert isinstance(next(following), events.JobStarted)
    gates[1].let_in("")
    assert isinstance(list(following)[-1], events.JobFailed)


def test_a_running_job_keeps_its_place_when_its_spec_is_damaged(new_gate: Callable[[], Gate]) -> None:
    gates = [new_gate(), new_gate()]
    first = jobs.start(gates[0].spec)
    wait_for_event(first.id, events.StageStarted)
    (first.folder / job.SPEC_FILE).write_bytes(b"\xff")
    second = jobs.start(gates[1].spec)
    assert second.status is Status.QUEUED
    gates[0].let_in("")
    wait_for_status(second.id, Status.RUNNING)
    gates[1].let_in("")
    wait_for_status(second.id, Status.FAILED)


ADVANCE = "from mactuner_tui.runtime import jobs; jobs.advance()"


def _put_queued() -> Path:
    folder = paths.jobs() / job.new_id("train")
    folder.mkdir(parents=True)
    job.write_spec(folder, TrainSpec(model="/nowhere", data="/nowhere"))
    job.write_state(folder, State(status=Status.QUEUED, queued=1.0))
    return folder


def test_whoever_decides_is_alone_and_sees_what_was_decided_before() -> None:
    with jobs.lock():
        other = subprocess.Popen([sys.executable, "-c", ADVANCE])
        lock = str(paths.jobs() / ".lock")
        wait_until(
            lambda: lock in [file.path for file in psutil.Process(other.pid).open_files()], "the other wants to decide"
        )
        folder = _put_queued()
    assert other.wait() == 0
    wait_for_status(folder.name, Status.FAILED)


def test_two_who_look_at_once_start_a_job_once() -> None:
    folder = _put_queued()
    lookers = [subprocess.Popen([sys.executable, "-c", ADVANCE]) for _ in range(4)]
    for looker in lookers:
        assert looker.wait() == 0
    wait_until(lambda: jobs.get(folder.name).status.is_over, "the job ends")
    assert [type(event) for event in told(folder.name)].count(events.JobStarted) == 1
