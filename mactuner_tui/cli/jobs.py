"""`mactuner jobs`."""

from typing import Annotated

import typer

from mactuner_tui.cli import following, output
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.job import Status
from mactuner_tui.core.numbers import duration_text
from mactuner_tui.core.overview import JobView
from mactuner_tui.runtime import jobs
from mactuner_tui.runtime.board import Board

app = typer.Typer(help="See and steer jobs.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="ID", help="A job's id, as `mactuner jobs list` shows it.")]


@app.command("list")
def list_jobs(json: output.Json = False) -> None:
    """All jobs, the newest first."""
    if any(one.status is Status.QUEUED for one in jobs.list_all()):
        try:
            jobs.advance()
        except MacTunerError as stuck:
            output.show_error(stuck)
    if json:
        watcher = jobs.Watcher()
        output.show_json([jobs.summary(one, watcher.history(one)) for one in jobs.list_all()])
        return
    rows = [(view.id, f"{view.status.symbol} {view.status}", _standing(view), view.title) for view in Board().read()]
    output.show_table(("id", "status", "progress", "makes"), rows, "No jobs yet. `mactuner demo` starts some.")


def _standing(view: JobView) -> str:
    if view.status is Status.FAILED and view.history.failure:
        return view.history.failure.message
    left = view.history.seconds_left if view.status is Status.RUNNING else None
    return f"{view.history.progress:.0%}" + (f" ≈ {duration_text(left)} left" if left and left >= 1 else "")


@app.command()
def follow(job_id: Id) -> None:
    """Print what a job says, from its start until it is over. Ctrl-C leaves; the job goes on."""
    following.watch(job_id)


@app.command()
def stop(job_id: Id) -> None:
    """Let a job finish its step, save and stop."""
    output.console.print(f"{job_id} {jobs.stop(job_id).status}")


@app.command()
def pause(job_id: Id) -> None:
    """Freeze a running job. Its memory stays taken."""
    jobs.pause(job_id)
    output.console.print(f"{job_id} paused")


@app.command("continue")
def continue_(job_id: Id) -> None:
    """Let a paused job go on."""
    jobs.continue_(job_id)
    output.console.print(f"{job_id} running")


@app.command()
def resume(job_id: Id) -> None:
    """Take up a stopped, failed or interrupted job from its newest checkpoint."""
    output.console.print(f"{job_id} {jobs.resume(job_id).status}")


@app.command()
def delete(job_id: Id) -> None:
    """Remove a job that is over, with its checkpoints and log. What it made stays."""
    jobs.delete(job_id)
    output.console.print(f"{job_id} deleted")
