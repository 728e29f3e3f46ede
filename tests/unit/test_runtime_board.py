"""All jobs at a glance, kept up to date by reading only what is new."""

from mactuner_tui.core import events, job
from mactuner_tui.core.job import Status
from mactuner_tui.core.overview import JobView
from mactuner_tui.runtime import jobs
from mactuner_tui.runtime.board import Board
from tests.unit.helpers import Gate, wait_for_event, wait_for_status, wait_until


def _only(board: Board) -> JobView:
    (view,) = board.read()
    return view


def test_a_view_changes_only_when_something_happened(gate: Gate) -> None:
    board = Board()
    assert board.read() == ()
    started = jobs.start(gate.spec)
    wait_for_event(started.id, events.StageStarted)
    running = _only(board)
    assert _only(board) is running
    assert (running.id, running.kind, running.status) == (started.id, "train", Status.RUNNING)
    assert (running.spec, running.title) == (gate.spec, "data-lora")
    assert running.history.stage == "checking the model and the data"

    jobs.pause(started.id)
    wait_until(lambda: _only(board).status is Status.PAUSED, "the board shows the pause")
    jobs.continue_(started.id)
    gate.let_in("")
    wait_until(lambda: _only(board).status is Status.FAILED, "the board shows the end")
    ended = _only(board)
    assert ended.history.failure is not None
    assert ended.last_words == ""
    assert _only(board) is ended
    assert running.history.ending is None

    jobs.resume(started.id)
    wait_until(lambda: _only(board).history.attempt == 2, "the board shows the second attempt")
    gate.let_in("")
    wait_for_status(started.id, Status.FAILED)
    jobs.delete(started.id)
    assert board.read() == ()


def test_a_job_that_died_silently_has_last_words(gate: Gate) -> None:
    started = jobs.start(gate.spec)
    wait_for_event(started.id, events.StageStarted)
    with (started.folder / job.LOG_FILE).open("a") as log:
        log.write("Killed: 9\n")
    jobs.stop(started.id, grace=0)
    view = _only(Board())
    assert (view.status, view.last_words) == (Status.INTERRUPTED, "Killed: 9")


def test_a_job_with_a_damaged_spec_is_shown(gate: Gate) -> None:
    started = jobs.start(gate.spec)
    wait_for_event(started.id, events.StageStarted)
    (started.folder / job.SPEC_FILE).write_text("kind = ")
    view = _only(Board())
    assert (view.spec, view.title, view.status) == (None, started.id, Status.RUNNING)
    gate.let_in("")
    wait_for_status(started.id, Status.FAILED)


def test_the_histories_of_jobs_that_are_over_are_held_once(gate: Gate) -> None:
    board = Board()
    started = jobs.start(gate.spec)
    wait_for_event(started.id, events.StageStarted)
    _only(board)
    gate.let_in("")
    wait_until(lambda: _only(board).status is Status.FAILED, "the board shows the end")
    tracked = board._watcher._histories
    assert tracked == {}
    jobs.resume(started.id)
    wait_until(lambda: _only(board).history.attempt == 2, "the board shows the second attempt")
    assert len([line for line in _only(board).history.log if line.text.startswith(("Started", "Resumed"))]) == 2
    gate.let_in("")
    wait_for_status(started.id, Status.FAILED)
    jobs.delete(started.id)
    assert board.read() == ()
    assert (tracked, board._specs) == ({}, {})
