"""Answers about all rows: what the steps do, figures, findings, the split. A sample first where that is quicker."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from mactuner_tui.core import events
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.profile import Profile
from mactuner_tui.core.specs.data_requests import (
    CheckRequest,
    CleanRequest,
    PreparedRequest,
    ProfileRequest,
    SplitRequest,
)
from mactuner_tui.engines.data import models, report
from mactuner_tui.engines.data.counting import TokenCounter
from mactuner_tui.engines.data.dividing import clean, counted, divide
from mactuner_tui.engines.data.doctor.examiner import Examiner
from mactuner_tui.engines.data.opened import Opened, counter
from mactuner_tui.engines.data.profiling import Profiler, profile
from mactuner_tui.engines.data.rows import Row
from mactuner_tui.engines.data.waiting import Waiting
from mactuner_tui.engines.session_host import RequestContext

SAMPLE_ROWS = 2000
BATCH = 500


def answer(opened: Opened, request: PreparedRequest, context: RequestContext) -> None:
    """Carry out a request about all rows."""
    match request:
        case CleanRequest():
            tell_effects(opened, request, context)
        case ProfileRequest():
            tell_profile(opened, request, context)
        case CheckRequest():
            tell_findings(opened, request, context)
        case SplitRequest():
            tell_split(opened, request, context)


def tell_effects(opened: Opened, request: CleanRequest, context: RequestContext) -> None:
    """What each step does: to the first rows at once, then to all."""
    _run_recipe(opened, opened.first, request, context, exact=False)
    opened.scanned(context)
    context.begin("cleaning")
    _run_recipe(opened, opened.all_rows(context), request, context, exact=True)


def _run_recipe(
    opened: Opened, rows: Iterable[Row], request: CleanRequest, context: RequestContext, exact: bool
) -> None:
    pipeline = opened.pipeline(request.mapping, request.recipe, request.model, context)
    for _ in pipeline.run(rows):
        pass
    context.emit(
        events.RecipePreviewed(
            exact=exact,
            read=pipeline.read,
            mapped=pipeline.mapped,
            clean=pipeline.clean,
            unusable=pipeline.unusable_count,
            steps=tuple(effect.told() for effect in pipeline.effects),
        )
    )


def tell_profile(opened: Opened, request: ProfileRequest, context: RequestContext) -> None:
    """Figures of a sample, then of all rows; then, if wanted, a page with them."""
    if request.report:
        report.check(Path(request.report))
    tokens = _counter_or_note(request, context)
    if request.sample:
        sampled = _profile(opened, opened.source.sample(SAMPLE_ROWS), request, tokens, context)
        context.emit(events.Profiled(profile=sampled))
    opened.scanned(context)
    context.begin("measuring")
    measured = _profile(opened, opened.all_rows(context), request, tokens, context, exact=True)
    context.emit(events.Profiled(profile=measured))
    if request.report:
        report.write(measured, Path(request.report), opened.source.name)
        context.emit(events.ReportWritten(path=request.report))


def _profile(
    opened: Opened,
    rows: Iterable[Row],
    request: ProfileRequest,
    tokens: TokenCounter | None,
    context: RequestContext,
    exact: bool = False,
) -> Profile:
    pipeline = opened.pipeline(request.mapping, request.recipe, request.model, context)
    profiler = Profiler(opened.columns, opened.source.size_bytes, tokens, request.model, request.max_length)
    profile(pipeline.run(rows), profiler, lambda _done: context.check())
    return profiler.result(exact=exact, rows=opened.total)


def _counter_or_note(request: PreparedRequest, context: RequestContext) -> TokenCounter | None:
    """The model's token counter; without one the figures are made without tokens, and that is said."""
    try:
        return counter(request.model, context)
    except MacTunerError as error:
        context.emit(events.Noted(text=f"Tokens are not counted: {error.message} {error.hint}", warning=True))
        return None


def tell_findings(opened: Opened, request: CheckRequest, context: RequestContext) -> None:
    """What the data doctor finds in the rows as they come out of the recipe."""
    opened.scanned(context)
    context.begin("checking")
    limit = models.context_length(models.folder_of(request.model, context.emit))
    examiner = Examiner(counter(request.model, context).tokenizer, request.max_length, limit)
    pipeline = opened.pipeline(request.mapping, request.recipe, request.model, context)
    items = pipeline.run(opened.all_rows(context), strict=False)
    while batch := list(islice(items, BATCH)):
        examiner.take(batch)
    examiner.unusable(pipeline.unusable, pipeline.unusable_count)
    context.begin("tokenising a sample")
    for finding in examiner.findings(lambda done, total: context.progress(done, total, "rows")):
        context.emit(events.FindingMade(finding=finding))


def tell_split(opened: Opened, request: SplitRequest, context: RequestContext) -> None:
    """How many rows would go where."""
    with Waiting() as waiting:
        pipeline = clean(
            opened, request.mapping, request.recipe, request.model, request.split.stratify, waiting, context
        )
        division = divide(waiting, request.rows, request.split, context)
    context.emit(counted(opened.scanned(context), pipeline, division))
