"""Watching a job from the shell."""

import contextlib
from collections.abc import Callable, Iterator

from rich.progress import BarColumn, Progress, TextColumn

from mactuner_tui.cli import output
from mactuner_tui.core.errors import JobError, MacTunerError
from mactuner_tui.core.history import History
from mactuner_tui.core.job import Status
from mactuner_tui.core.specs import JobSpec
from mactuner_tui.runtime import jobs


def watch(job_id: str) -> History:
    """Print what a job says until it is over. Returns its history; raises what it failed with."""
    history = History()
    with _download_line() as show:
        for event in jobs.follow(job_id):
            history.apply(event)
            output.show_event(event, history)
            show(history)
    _raise_unless_well(jobs.get(job_id), history)
    return history


@contextlib.contextmanager
def _download_line() -> Iterator[Callable[[History], None]]:
    """A line on stderr, if that is a terminal, that tells how far a download is."""
    columns = (BarColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=output.notes, transient=True, disable=not output.notes.is_terminal) as line:
        task = line.add_task("", visible=False)

        def show(history: History) -> None:
            is_download = history.unit == "bytes" and history.ending is None
            text = output.download_text(history) if is_download else ""
            line.update(task, visible=is_download, description=text, completed=history.done, total=history.total)

        yield show


def run(spec: JobSpec) -> tuple[jobs.Job, History]:
    """Start a job and watch it to its end. Ctrl-C stops the job, which saves first."""
    started = jobs.start(spec)
    try:
        history = watch(started.id)
    except KeyboardInterrupt:
        if not jobs.get(started.id).status.is_over:
            output.notes.print(f"Stopping {started.id}: it saves first.")
            jobs.stop(started.id)
            output.notes.print(f"Go on with: mactuner jobs resume {started.id}")
        raise
    return jobs.get(started.id), history


def carry_out(spec: JobSpec, detach: bool, json: bool) -> None:
    """Start a job, and unless it shall be left alone watch it to its end; print its id or what came of it."""
    if detach:
        started = jobs.start(spec)
        if json:
            output.show_json({"id": started.id, "status": str(started.status)})
        else:
            output.console.print(started.id)
        return
    ended, history = run(spec)
    if json:
        output.show_json(jobs.summary(ended, history))


def _raise_unless_well(ended: jobs.Job, history: History) -> None:
    failure = history.failure
    if failure is not None:
        raise MacTunerError(failure.message, failure.hint)
    if ended.status is Status.STOPPED:
        raise JobError(f"{ended.id} was stopped.", f"Go on with: mactuner jobs resume {ended.id}")
    if ended.status is Status.INTERRUPTED:
        last = jobs.last_words(ended)
        raise MacTunerError(
            f"{ended.id} died without a word." + (f" The end of its log:\n{last}" if last else ""),
            f"Go on from its newest checkpoint with: mactuner jobs resume {ended.id}",
        )
