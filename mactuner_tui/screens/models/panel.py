"""What the right panel says of a line of the library: a model, or a job that brings one."""

from __future__ import annotations

from textual.content import Content

from mactuner_tui.core.events import CheckMade
from mactuner_tui.core.job import Status
from mactuner_tui.core.machine import Machine
from mactuner_tui.core.numbers import bytes_text, duration_text, when_text
from mactuner_tui.core.overview import JobView
from mactuner_tui.core.specs.models import DownloadSpec, ImportSpec
from mactuner_tui.screens.models.lines import pace
from mactuner_tui.screens.models.local import Local
from mactuner_tui.screens.models.words import named, needs, paragraphs, quiet, shape
from mactuner_tui.widgets.texts import bar, last_part, one_line, percent, shortened, status_content

OVERALL_WIDTH, BAR_WIDTH = 14, 10
FILE_WIDTH = 34


def model_panel(one: Local, machine: Machine | None) -> Content:
    """The facts of a model, what it needs, and where it is."""
    model, manifest = one.model, one.model.artefact.manifest
    details = manifest.details
    license_name = details.get("license")
    title = [Content.styled(one_line(model.name), "bold"), shape(one.facts)]
    if isinstance(license_name, str):
        title.append(named("licence", one_line(license_name)))
    if not model.is_there:
        title.append(Content.styled(f"! Its files are gone: {model.artefact.content}", "bold $state-bad"))
    trains = needs(one.facts, machine) if manifest.kind == "model" else []
    return paragraphs(title, _marks(one), trains, _whence(one), [Content(one_line(manifest.note))])


def _marks(one: Local) -> list[Content]:
    """What was looked for in it."""
    marks = [] if one.has_template is None else [_mark(one.has_template, "chat template", "no chat template")]
    checked = one.model.artefact.manifest.details.get("tokenizer")
    if isinstance(checked, str) and one.model.artefact.kind != "gguf":
        told = f"tokenizer {one_line(checked)}"
        marks.append(_mark(not checked.startswith("unchecked"), told, told))
    return marks


def _mark(is_good: bool, good: str, bad: str) -> Content:
    return Content.assemble(("✓ ", "$state-good"), good) if is_good else Content.assemble(("! ", "$state-warn"), bad)


def _whence(one: Local) -> list[Content]:
    model = one.model
    inputs = model.artefact.manifest.inputs
    where = " · ".join(_short(role, value) for role, value in inputs.items())
    return [
        named("from", f"{model.origin}{f': {where}' if where else ''}"),
        named("base", one_line(model.base)) if model.base else Content(),
        named("size", bytes_text(model.artefact.manifest.size_bytes)),
        named("used", when_text(model.used) if model.used else "never yet"),
        named("folder", one_line(str(model.artefact.content))),
    ]


def _short(role: str, value: str) -> str:
    return shortened(value, 10) if role == "revision" else one_line(value)


def job_panel(view: JobView) -> Content:
    """How far a job is: files, checks, and why it failed."""
    history = view.history
    head = [
        Content.assemble(status_content(view.status, word=True), "  ", (one_line(view.title), "bold")),
        _source(view),
    ]
    overall = []
    if history.total and not view.status.is_over:
        sizes = f"{bytes_text(history.done)} of {bytes_text(history.total)}" if history.unit == "bytes" else ""
        overall = [
            Content.assemble(bar(history.progress, OVERALL_WIDTH, "$primary"), f" {sizes}"),
            Content(" · ".join(pace(view))),
        ]
    goes_on = view.status is Status.RUNNING
    files = [line for file in history.files for line in _file(file.path, file.done, file.size, file.speed * goes_on)]
    checks = [check_line(one) for one in history.checks]
    failure = history.failure
    why = [Content(failure.message), quiet(failure.hint)] if failure else [quiet(view.last_words)]
    return paragraphs(head, why, overall, files, checks)


def _source(view: JobView) -> Content:
    match view.spec:
        case DownloadSpec():
            return quiet(" ".join(part for part in (view.spec.repo, view.spec.file, f"@ {view.spec.revision}") if part))
        case ImportSpec():
            return quiet(one_line(view.spec.source))
    return Content()


def _file(path: str, done: int, size: int, speed: float) -> list[Content]:
    share = done / size if size else 1.0
    if share >= 1:
        return [Content.assemble(("✓ ", "$state-good"), shortened(last_part(path), FILE_WIDTH))]
    left = f"  {bytes_text(speed)}/s, ≈ {duration_text(round((size - done) / speed))} left" if speed else ""
    return [
        Content(shortened(last_part(path), FILE_WIDTH)),
        Content.assemble(bar(share, BAR_WIDTH, "$primary"), f" {percent(share)} of {bytes_text(size)}"),
        quiet(left),
    ]


def check_line(one: CheckMade, width: int = 0) -> Content:
    """A line of the report on a model; what was found begins behind so many cells for the name."""
    name = one_line(one.name).ljust(width)
    return Content.assemble(_mark(one.passed, name, name), (f"  {one_line(one.detail)}", "$quiet"))
