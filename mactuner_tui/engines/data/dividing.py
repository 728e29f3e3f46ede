"""The way of all rows of a source into the two parts of a dataset, for whoever counts them or writes them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mactuner_tui.core import events
from mactuner_tui.core.mapping import check_columns
from mactuner_tui.core.numbers import count_text
from mactuner_tui.core.specs.cleaning import StepSpec
from mactuner_tui.core.specs.data import MapSpec, SplitSpec
from mactuner_tui.core.template import text_of, value_of
from mactuner_tui.engines.data.cleaning.pipeline import Pipeline
from mactuner_tui.engines.data.opened import Opened
from mactuner_tui.engines.data.reading import Table
from mactuner_tui.engines.data.splitting import Split, assign, drawn
from mactuner_tui.engines.data.waiting import Waiting
from mactuner_tui.engines.listener import Listener

TOLD_OFF = 0.05
"""So far may the share of the validation rows be off before it is told."""


def clean(
    opened: Opened,
    mapping: MapSpec,
    recipe: Sequence[StepSpec],
    model: str,
    stratify: str,
    waiting: Waiting,
    listener: Listener,
) -> Pipeline:
    """Let all rows that are usable through to where they wait. Returns the pipeline with its counts.

    Raises `DataError` for a mapping, a step or a column to stratify by that does not suit the source.
    """
    if stratify:
        check_columns("split.stratify", [stratify], opened.column_names, opened.first_values)
    pipeline = opened.pipeline(mapping, recipe, model, listener)
    opened.scanned(listener)
    listener.begin("cleaning")
    for item in pipeline.run(opened.all_rows(listener)):
        waiting.add(item.record, text_of(value_of(item.row.values, stratify)) if stratify else "")
    return pipeline


@dataclass(frozen=True)
class Division:
    """The rows that are taken, by their place, and for each whether it goes to validation."""

    chosen: Sequence[int]
    is_valid: Sequence[bool]

    @property
    def train(self) -> int:
        return self.is_valid.count(False)

    @property
    def valid(self) -> int:
        return self.is_valid.count(True)


def counted(table: Table, pipeline: Pipeline, division: Division) -> events.RowsCounted:
    """How many rows came how far."""
    return events.RowsCounted(
        read=len(table) + table.bad_count,
        bad=table.bad_count + pipeline.unusable_count,
        mapped=pipeline.mapped,
        clean=pipeline.clean,
        train=division.train,
        valid=division.valid,
    )


def divide(waiting: Waiting, at_most: int | None, split: SplitSpec, listener: Listener) -> Division:
    """Draw rows and divide them; a share far from the one asked for is told. Raises `DataError` when all are alike."""
    listener.begin("splitting")
    chosen = drawn(len(waiting), at_most, split.seed)
    strata = [waiting.strata[position] for position in chosen] if split.stratify else None
    parts = assign(_told(waiting.texts(chosen), len(chosen), listener), split, strata, listener.check)
    if warning := _share_warning(parts, split):
        listener.emit(events.Noted(text=warning, warning=True))
    return Division(chosen, parts.is_valid)


def _told(texts: Iterator[str], total: int, listener: Listener) -> Iterator[str]:
    for number, text in enumerate(texts):
        if number % 500 == 0:
            listener.check()
            listener.progress(number, total, "rows")
        yield text


def _share_warning(parts: Split, split: SplitSpec) -> str:
    count = len(parts.is_valid)
    share = parts.is_valid.count(True) / count
    if abs(share - split.valid_share) <= max(TOLD_OFF, 1 / count):
        return ""
    return (
        f"Validation got {share:.1%} of the rows, not {split.valid_share:.1%}: {count_text(parts.largest, 'row')} say "
        "so nearly the same that they stay on one side. Raise split.similarity to let them be divided."
    )
