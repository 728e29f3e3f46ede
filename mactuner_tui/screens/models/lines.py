"""The library as lines of a table."""

from __future__ import annotations

import re

from textual.content import Content

from mactuner_tui.core.job import Status
from mactuner_tui.core.machine import Machine
from mactuner_tui.core.numbers import bytes_text, duration_text, when_text
from mactuner_tui.core.overview import JobView
from mactuner_tui.screens.models.local import Local
from mactuner_tui.screens.models.words import fits, parameters_text, quiet
from mactuner_tui.widgets.column_list import Column, Line
from mactuner_tui.widgets.texts import one_line, percent, status_content

COLUMNS = (
    Column("name", 24),
    Column("params", 6, "right"),
    Column("size", 7, "right"),
    Column("from", 8, rank=1),
    Column("used", 6, "right", rank=2),
    Column("≈fits", 5),
)
WORDS = {"gguf": "chat", "adapter": ""}
"""What stands in place of what fits, where nothing is trained."""
FOLDERS = re.compile(r"(?<!\S)/(?:[^\s/]+/)+")
"""What a line has no room for: the folders before the name of a file."""


def model_line(one: Local, machine: Machine | None) -> Line:
    """A model or an adapter."""
    model = one.model
    manifest = model.artefact.manifest
    name = Content.assemble((one.branch, "$quiet"), one_line(model.name), _kind(one))
    if not model.is_there:
        return Line(one.key, (name,), Content.styled("! its files are gone", "$state-bad"))
    word = WORDS.get(model.artefact.kind)
    cells = (
        name,
        Content(parameters_text(model.parameters)),
        Content(bytes_text(manifest.size_bytes)),
        quiet(model.origin),
        quiet(when_text(model.used) if model.used else "never"),
        fits(one.facts, machine) if word is None else quiet(word),
    )
    return Line(one.key, cells)


def _kind(one: Local) -> Content:
    kind = one.model.artefact.kind
    return quiet({"adapter": "  (adapter)", "gguf": "  (GGUF)"}.get(kind, ""))


def job_line(view: JobView) -> Line:
    """A model that is on its way, or did not come."""
    return Line(f"job:{view.id}", (Content(one_line(view.title)),), progress(view))


def progress(view: JobView) -> Content:
    """`↓ 41 % 92 MB/s 3m left`, or what else the job is at."""
    history = view.history
    match view.status:
        case Status.RUNNING if history.unit == "bytes" and history.progress < 1:
            return Content.assemble(("↓ ", "bold $state-live"), " ".join(pace(view)))
        case Status.RUNNING if history.unit == "bytes":
            return Content.assemble(status_content(view.status), " all is here: checking it …")
        case Status.RUNNING:
            return Content.assemble(status_content(view.status), f" {history.stage or 'starting'} …")
        case Status.QUEUED:
            return Content.assemble(status_content(view.status, word=True), quiet("  waits for its turn"))
    done = f" at {percent(history.progress)}" if history.progress else ""
    why = FOLDERS.sub("", one_line(history.failure.message)) if history.failure else ""
    return Content.assemble(status_content(view.status, word=True), done, (f"  {why}", "$quiet") if why else "")


def pace(view: JobView) -> list[str]:
    """How far a download is, and while it goes on, how fast it is and how long it still takes."""
    history = view.history
    goes_on = view.status is Status.RUNNING and history.speed > 0
    left = round(history.seconds_left or 0)
    return [
        percent(history.progress),
        *([f"{bytes_text(history.speed)}/s"] if goes_on else []),
        *([f"≈ {duration_text(left)} left"] if goes_on and left else []),
    ]
