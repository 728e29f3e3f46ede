"""`mactuner jobs`."""

from typing import Annotated

import typer

from mactuner_tui.cli import following, output
from mactuner_tui.core.history import History
from mactuner_tui.core.job import Status
from mactuner_tui.core.numbers import duration_text
from mactuner_tui.runtime import jobs

app = typer.Typer(help="See and steer jobs.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="ID", help="A job's id, as `mactuner jobs list` shows it.")]


@app.command("list")
def list_jobs(json: output.Json = False) -> None:
    """All jobs, the newest first."""
    everything = jobs.list_all()
    if any(one.status is Status.QUEUED for one in everything):
        jobs.advance()
        everything = jobs.list_all()
    watcher = jobs.Watcher()
    if json:
        output.show_json([jobs.summary(one, watcher.history(one)) for one in everything])
        return
    rows = [
        (one.id, f"{one.status.symbol} {one.status}", _standing(watcher.history(one)), one.spec.title)
        for one in everything
    ]
    output.show_table(("id", "status", "progress", "makes"), rows, "No jobs yet. `mactuner demo` starts some.")


def _standing(history: History) -> str:
    if failure := history.failure:
        return failure.message
    left = history.seconds_left
    return f"{history.progress:.0%}" + (f" ≈ {duration_text(left)} left" if left else "")


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
