"""Jobs as real processes: from start to finish, and every way in which they do not get there."""

import json
import os
import signal

import psutil
import pytest

from mactuner_tui.core import events, files, job, library, manifest, paths
from mactuner_tui.core.errors import JobError, MacTunerError
from mactuner_tui.core.job import State, Status
from mactuner_tui.core.records import Conversation, read_records
from mactuner_tui.core.specs.data import PrepareSpec
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.runtime import jobs
from mactuner_tui.runtime.jobs import Job
from tests.running import run_to_end
from tests.unit.helpers import GOOD_ROW, Gate, told, wait_for_event, wait_for_status, wait_until

DOOMED = TrainSpec(model="/nowhere", data="/nowhere")


def _put(status: Status, pid: int | None = None, started: float | None = None, kind: str = "prepare") -> Job:
    """A job folder as a process would have left it."""
    folder = paths.jobs() / job.new_id(kind)
    folder.mkdir(parents=True)
    job.write_spec(folder, PrepareSpec(rows=10))
    job.write_state(folder, State(status=status, queued=1.0, pid=pid, process_started=started))
    return jobs.get(folder.name)


def test_a_job_from_start_to_finish() -> None:
    started = jobs.start(PrepareSpec(rows=50))
    followed = list(jobs.follow(started.id))
    ended = jobs.get(started.id)
    assert (ended.status, ended.pid, ended.spec) == (Status.FINISHED, None, PrepareSpec(rows=50))
    assert [event for event in followed if not isinstance(event, events.Progressed)] == [
        event for event in told(started.id) if not isinstance(event, events.Progressed)
    ]
    kinds = [type(event) for event in followed if not isinstance(event, events.Progressed | events.StageStarted)]
    assert kinds == [events.JobStarted, events.RowsCounted, events.ArtefactMade, events.JobFinished]
    (made,) = library.datasets()
    assert made.manifest.job == started.id
    rows = [row for part in ("train", "valid") for row in read_records(made.folder / f"{part}.jsonl")]
    assert len(rows) == 50
    assert all(isinstance(row, Conversation) for row in rows)
    for name, digest in made.manifest.files.items():
        assert files.sha256(made.folder / name) == digest
    assert sorted(path.name for path in ended.folder.iterdir()) == [
        job.EVENTS_FILE,
        job.SPEC_FILE,
        job.LOG_FILE,
        job.STATE_FILE,
    ]
    assert jobs.summary(ended, jobs.Watcher().history(ended)) == {
        "id": started.id,
        "kind": "prepare",
        "status": "finished",
        "pid": None,
        "step": 0,
        "progress": 1.0,
        "artefact": str(made.folder),
        "error": None,
    }


def test_a_killed_job_is_interrupted_and_finishes_when_it_is_resumed() -> None:
    started = jobs.start(PrepareSpec(rows=50))
    wait_for_event(started.id, events.Progressed)
    pid = jobs.get(started.id).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_for_status(started.id, Status.INTERRUPTED)
    assert list(jobs.follow(started.id)) == told(started.id)
    assert library.datasets() == []

    jobs.resume(started.id)
    list(jobs.follow(started.id))
    ended = jobs.get(started.id)
    assert (ended.status, ended.state.attempt) == (Status.FINISHED, 2)
    attempts = [event.attempt for event in told(started.id) if isinstance(event, events.JobStarted)]
    assert attempts == [1, 2]
    assert [data.manifest.job for data in library.datasets()] == [started.id]


def test_a_job_that_fails_says_why_and_can_be_resumed(gate: Gate) -> None:
    started = jobs.start(gate.spec)
    gate.let_in("this is no row\n")
    wait_for_status(started.id, Status.FAILED)
    ended = jobs.get(started.id)
    error = jobs.summary(ended, jobs.Watcher().history(ended))["error"]
    assert error["kind"] == "DataError"
    assert "train.jsonl, row 1: not valid JSON" in error["message"]
    assert error["hint"]
    assert "DataError" in jobs.last_words(ended)

    jobs.resume(started.id)
    wait_for_status(started.id, Status.RUNNING)
    running = jobs.get(started.id)
    assert jobs.summary(running, jobs.Watcher().history(running))["error"] is None
    gate.let_in("")
    wait_for_status(started.id, Status.FAILED)
    (*_, last) = told(started.id)
    assert isinstance(last, events.JobFailed)
    assert "has no rows" in last.message


def test_a_running_job_names_the_process_that_leads_a_session_of_its_own(gate: Gate) -> None:
    started = jobs.start(gate.spec)
    assert started.status is Status.RUNNING
    assert started.pid is not None
    assert os.getsid(started.pid) == started.pid
    assert psutil.Process(started.pid).cwd() == str(started.folder)
    gate.let_in("")
    wait_for_status(started.id, Status.FAILED)
    assert jobs.get(started.id).pid is None


def test_a_paused_job_shows_it_and_goes_on(gate: Gate) -> None:
    started = jobs.start(gate.spec)
    wait_for_event(started.id, events.StageStarted)
    jobs.pause(started.id)
    wait_for_status(started.id, Status.PAUSED)
    assert jobs.get(started.id).pid == started.pid
    with pytest.raises(JobError, match="is not running: it is paused"):
        jobs.pause(started.id)
    jobs.continue_(started.id)
    wait_for_status(started.id, Status.RUNNING)
    with pytest.raises(JobError, match="is not paused: it is running"):
        jobs.continue_(started.id)
    gate.let_in("")
    wait_for_status(started.id, Status.FAILED)


def test_a_job_asked_to_stop_ends_where_it_is_safe_to(gate: Gate) -> None:
    started = jobs.start(gate.spec)
    wait_for_event(started.id, events.StageStarted)
    assert started.pid is not None
    os.kill(started.pid, signal.SIGTERM)
    gate.let_in(GOOD_ROW)
    wait_for_status(started.id, Status.STOPPED)
    assert isinstance(told(started.id)[-1], events.JobStopped)


def test_a_job_asked_to_stop_in_its_very_first_moment_does_not_die_of_it(gate: Gate) -> None:
    data = gate.folder / "data" / "train.jsonl"
    data.unlink()
    data.write_text(GOOD_ROW)
    started = jobs.start(gate.spec)
    assert jobs.stop(started.id).status is Status.STOPPED
    assert isinstance(told(started.id)[-1], events.JobStopped)


def test_a_job_that_does_not_stop_in_time_is_killed(gate: Gate) -> None:
    started = jobs.start(gate.spec)
    wait_for_event(started.id, events.StageStarted)
    assert jobs.stop(started.id, grace=0.1).status is Status.INTERRUPTED


def test_a_paused_job_can_be_stopped(gate: Gate) -> None:
    started = jobs.start(gate.spec)
    wait_for_event(started.id, events.StageStarted)
    jobs.pause(started.id)
    wait_for_status(started.id, Status.PAUSED)
    assert jobs.stop(started.id, grace=0.1).status is Status.INTERRUPTED


def test_only_a_live_job_can_be_stopped() -> None:
    over = _put(Status.FINISHED)
    with pytest.raises(JobError, match="is not running: it is finished"):
        jobs.stop(over.id)


def test_a_pid_that_another_process_has_now_is_not_the_job() -> None:
    mine = psutil.Process().create_time()
    assert _put(Status.RUNNING, os.getpid(), mine).status is Status.RUNNING
    assert _put(Status.RUNNING, os.getpid(), mine - 100).status is Status.INTERRUPTED


def test_only_a_job_that_is_over_can_be_deleted_and_what_it_made_stays(gate: Gate) -> None:
    started = jobs.start(gate.spec)
    with pytest.raises(JobError, match="is running"):
        jobs.delete(started.id)
    assert jobs.get(started.id).status is Status.RUNNING
    gate.let_in("")
    wait_for_status(started.id, Status.FAILED)
    dataset = paths.datasets() / "made"
    dataset.mkdir(parents=True)
    manifest.write(dataset, kind="dataset", name="made", job=started.id, inputs={})
    jobs.delete(started.id)
    assert [path.name for path in paths.jobs().iterdir()] == [".lock"]
    assert jobs.list_all() == []
    assert [data.name for data in library.datasets()] == ["made"]


@pytest.mark.parametrize("status", [Status.FINISHED, Status.QUEUED])
def test_what_did_not_end_badly_cannot_be_resumed(status: Status) -> None:
    with pytest.raises(JobError, match=f"cannot be resumed: it is {status}"):
        jobs.resume(_put(status).id)


@pytest.mark.parametrize("job_id", ["train-20261122-140327-9f3a", "", "..", "../models"])
def test_a_job_that_is_not_there_is_said_to_be_none(job_id: str) -> None:
    with pytest.raises(JobError, match="is not a job folder"):
        jobs.get(job_id)


def test_jobs_are_listed_the_newest_first_and_what_is_no_job_is_not() -> None:
    first = jobs.start(DOOMED)
    wait_for_status(first.id, Status.FAILED)
    older = _put(Status.FINISHED)
    (paths.jobs() / "stray").mkdir()
    (paths.jobs() / ".partial-train-1").mkdir()
    (_put(Status.FINISHED).folder / job.STATE_FILE).write_text("{")
    assert [one.id for one in jobs.list_all()] == [first.id, older.id]


def test_a_damaged_job_toml_ends_its_own_job_and_stops_no_other(gate: Gate) -> None:
    damaged = _put(Status.QUEUED, kind="train")
    (damaged.folder / job.SPEC_FILE).write_bytes(b"\xff kind =")
    started = jobs.start(gate.spec)
    assert {one.id for one in jobs.list_all()} == {damaged.id, started.id}
    wait_for_status(damaged.id, Status.FAILED)
    (*_, last) = told(damaged.id)
    assert isinstance(last, events.JobFailed)
    assert last.kind == "JobError"
    assert str(damaged.folder / job.SPEC_FILE) in last.message
    gate.let_in("")
    wait_for_status(started.id, Status.FAILED)


def test_a_process_takes_up_only_what_waits_for_it() -> None:
    stopped = _put(Status.STOPPED)
    assert jobs.claim(stopped.folder, os.getpid()) is False
    assert jobs.get(stopped.id).status is Status.STOPPED
    queued = _put(Status.QUEUED)
    assert jobs.claim(queued.folder, os.getpid()) is True
    assert jobs.claim(queued.folder, os.getpid()) is True
    assert jobs.claim(queued.folder, os.getppid()) is False
    assert jobs.get(queued.id).pid == os.getpid()


def test_running_to_the_end_raises_what_went_wrong() -> None:
    with pytest.raises(MacTunerError, match="No model '/nowhere'"):
        run_to_end(DOOMED)


def test_following_gives_what_was_said_and_then_what_comes(gate: Gate) -> None:
    started = jobs.start(gate.spec)
    wait_for_event(started.id, events.StageStarted)
    following = jobs.follow(started.id)
    assert [type(next(following)) for _ in range(2)] == [events.JobStarted, events.StageStarted]
    gate.let_in("")
    assert [type(event) for event in following] == [events.JobFailed]


def test_last_words_are_the_end_of_the_log() -> None:
    over = _put(Status.INTERRUPTED)
    assert jobs.last_words(over) == ""
    (over.folder / job.LOG_FILE).write_bytes(b"".join(b"line %d \xff\n" % number for number in range(20)))
    assert jobs.last_words(over, lines=2) == "line 18 \ufffd\nline 19 \ufffd"


def test_state_on_disk_is_json_anyone_can_read(gate: Gate) -> None:
    started = jobs.start(gate.spec)
    state = json.loads((started.folder / job.STATE_FILE).read_text())
    assert (state["status"], state["pid"], state["attempt"]) == ("running", started.pid, 1)
    gate.let_in("")
    wait_until(lambda: jobs.get(started.id).status.is_over, "the job ends")
