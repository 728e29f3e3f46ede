"""What will be made of the source, in words; and how far the making is."""

from __future__ import annotations

from textual.content import Content

from mactuner_tui.core import paths
from mactuner_tui.core.job import Status
from mactuner_tui.core.overview import JobView
from mactuner_tui.screens.data.state import DataState
from mactuner_tui.widgets.texts import bar, capitalised, hint, last_part, percent, status_content

NAME_WIDTH = 12
BAR_WIDTH = 40


def plan(state: DataState) -> Content:
    """Source, mapping, recipe, split and target, a line each."""
    spec = state.prepare_spec
    split = spec.split
    steps = ", ".join(step.title for step in spec.recipe if step.on) or "no steps"
    stratified = f", shares of {split.stratify} kept" if split.stratify else ""
    lines: list[tuple[str, str | Content]] = [
        ("source", last_part(spec.source)),
        ("cleaning", steps),
        ("rows", f"at most {spec.rows:,}, drawn at random" if spec.rows else "all"),
        ("split", f"{percent(1 - split.valid_share)} train, {percent(split.valid_share)} valid{stratified}"),
        ("seed", str(split.seed)),
        ("bad rows", _bad_rows(state)),
        ("folder", str(paths.datasets() / (spec.name or paths.stem(spec.source)))),
    ]
    return Content("\n").join(Content.assemble((name.ljust(NAME_WIDTH), "$quiet"), value) for name, value in lines)


def _bad_rows(state: DataState) -> Content:
    if state.stops_at:
        told = f"! {state.stops_at:,} cannot be used: it would stop"
        return Content.assemble((told, "bold $state-warn"), "  ", hint("b", "leave them out"))
    return Content("leave them out" if state.reading.bad_rows == "skip" else "none")


def shares(state: DataState, width: int) -> Content:
    """How many rows go where, as a bar."""
    counts = state.counts
    if counts is None:
        return Content.styled("counting …", "$quiet")
    total = counts.train + counts.valid
    if not total:
        return Content.styled("! No row is left. Look at Map and Clean.", "bold $state-bad")
    filled = bar(counts.train / total, min(BAR_WIDTH, max(width - 46, 10)), "$chart")
    return Content.assemble(
        filled, (f"  {counts.train:,}", "bold"), " train / ", (f"{counts.valid:,}", "bold"), " valid"
    )


def told(job: JobView) -> Content:
    """The job in a few lines, with the keys that help."""
    history = job.history
    head = Content.assemble(status_content(job.status, word=True), "  ", (job.title, "bold"))
    if job.status is Status.FINISHED:
        folder = next((artefact.folder for artefact in reversed(history.artefacts)), "")
        return Content("\n").join([head, Content(folder), hint("t", "train with it")])
    if job.status.is_live:
        share = history.done / history.total if history.total else 0
        stage = f"{capitalised(history.stage or 'starting')} …"
        progress = Content.assemble(bar(share, BAR_WIDTH, "$primary"), f" {percent(share)}") if history.total else ""
        return Content("\n").join([head, Content.assemble(stage, "  ", progress), hint("x", "stop")])
    failure = history.failure
    why = f"{failure.message} {failure.hint}" if failure else job.last_words
    return Content("\n").join([head, Content(why), hint("s", "try again")])


def made(job: JobView) -> str | None:
    """The name of the dataset that a job made."""
    return next((artefact.name for artefact in reversed(job.history.artefacts) if artefact.kind == "dataset"), None)
