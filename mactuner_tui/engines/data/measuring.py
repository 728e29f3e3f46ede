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
from mactuner_tui.core.template import text_of, value_of
from mactuner_tui.engines.data import models
from mactuner_tui.engines.data.cleaning.steps import text_of_record
from mactuner_tui.engines.data.counting import TokenCounter
from mactuner_tui.engines.data.doctor.examiner import Examiner
from mactuner_tui.engines.data.opened import Opened, counter, told_every
from mactuner_tui.engines.data.profiling import Profiler, profile
from mactuner_tui.engines.data.rows import Row
from mactuner_tui.engines.data.splitting import assign, drawn
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
    table = opened.scanned(context)
    context.begin("cleaning")
    _run_recipe(opened, told_every(table.rows(), len(table), context), request, context, exact=True)


def _run_recipe(
    opened: Opened, rows: Iterable[Row], request: CleanRequest, context: RequestContext, exact: bool
) -> None:
    pipeline = opened.pipeline(request, context)
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
    tokens = _counter_or_note(request, context)
    if request.sample:
        sampled = _profile(opened, opened.source.sample(SAMPLE_ROWS), request, tokens, context)
        context.emit(events.Profiled(profile=sampled))
    table = opened.scanned(context)
    context.begin("measuring")
    rows = told_every(table.rows(), len(table), context)
    measured = _profile(opened, rows, request, tokens, context, exact=True)
    context.emit(events.Profiled(profile=measured))
    if request.report:
        # Imported here: Plotly is an extra, and few want the page.
        from mactuner_tui.engines.data import report

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
    pipeline = opened.pipeline(request, context)
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
    table = opened.scanned(context)
    context.begin("checking")
    limit = models.context_length(models.folder_of(request.model, context.emit))
    examiner = Examiner(counter(request.model, context).tokenizer, request.max_length, limit)
    pipeline = opened.pipeline(request, context)
    items = pipeline.run(told_every(table.rows(), len(table), context), strict=False)
    while batch := list(islice(items, BATCH)):
        examiner.take(batch)
    context.begin("tokenising a sample")
    for finding in examiner.findings(lambda done, total: context.progress(done, total, "rows")):
        context.emit(events.FindingMade(finding=finding))


def tell_split(opened: Opened, request: SplitRequest, context: RequestContext) -> None:
    """How many rows would go where."""
    if request.split.stratify:
        opened.check_column("split.stratify", request.split.stratify)
    table = opened.scanned(context)
    context.begin("splitting")
    pipeline = opened.pipeline(request, context)
    texts, strata = [], []
    for item in pipeline.run(told_every(table.rows(), len(table), context)):
        texts.append(text_of_record(item.record))
        strata.append(text_of(value_of(item.row.values, request.split.stratify)))
    taken = drawn(len(texts), request.rows, request.split.seed)
    chosen = [texts[position] for position in taken]
    is_valid = assign(chosen, request.split, [strata[position] for position in taken], context.check)
    context.emit(
        events.RowsCounted(
            read=pipeline.read + table.bad_count,
            bad=pipeline.unusable_count + table.bad_count,
            mapped=pipeline.mapped,
            clean=pipeline.clean,
            train=is_valid.count(False),
            valid=is_valid.count(True),
        )
    )
