"""A row's way from file to dataset: missing values, mapping, the steps of the recipe, and whether it is usable.

Streams: whatever is asked for, only what duplicates need is kept.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from mactuner_tui.core import records
from mactuner_tui.core.errors import DataError
from mactuner_tui.core.mapping import record_of
from mactuner_tui.core.specs.cleaning import MissingValues, StepSpec
from mactuner_tui.core.specs.data import MapSpec
from mactuner_tui.core.template import text_of
from mactuner_tui.engines.data.cleaning.missing import MissingStep
from mactuner_tui.engines.data.cleaning.steps import Counter, Effect, through
from mactuner_tui.engines.data.rows import BadRow, Item, Row

BAD_KEPT = 10_000
"""So many of the rows that cannot be used are remembered; the rest is only counted."""


class Pipeline:
    """Mapping and recipe at work. Made for one pass over the rows; `effects` has one entry for each step.

    `check` is called where a step takes long between two rows, and may raise to end it. `columns` are those of the
    source, where they are known. Raises `DataError` for a step that names another, and `SpecError` for one that says
    too little.
    """

    def __init__(
        self,
        mapping: MapSpec,
        recipe: Sequence[StepSpec],
        counter: Counter,
        check: Callable[[], None] = lambda: None,
        columns: Sequence[str] | None = None,
    ) -> None:
        self._mapping = mapping
        self._recipe = recipe
        self._counter = counter
        self._check = check
        self.effects = [Effect() for _ in recipe]
        self.read = self.mapped = self.clean = 0
        self.unusable: list[BadRow] = []
        self.unusable_count = 0
        self._missing = [
            (MissingStep(step, mapping), effect)
            for step, effect in zip(recipe, self.effects, strict=True)
            if step.on and isinstance(step, MissingValues)
        ]
        if columns is not None:
            for step, _ in self._missing:
                step.check(columns)

    def run(self, rows: Iterable[Row], strict: bool = True) -> Iterator[Item]:
        """The items that are left. Not `strict`: with those that came out without a question or an answer, which are
        noted as unusable all the same."""
        items = self._map(rows)
        for step, effect in zip(self._recipe, self.effects, strict=True):
            if step.on and not isinstance(step, MissingValues):
                items = through(step, items, effect, self._counter, self._note_item, self._check)
        return self._judged(items, strict)

    def _map(self, rows: Iterable[Row]) -> Iterator[Item]:
        for number, row in enumerate(rows):
            self.read += 1
            kept = _complete(row, number, self._missing) if self._missing else row
            if kept is None:
                continue
            try:
                record = record_of(kept.values, self._mapping, kept.where)
            except DataError as error:
                self._note(number, kept, error)
                continue
            self.mapped += 1
            yield Item(number, kept, record)

    def _judged(self, items: Iterator[Item], strict: bool) -> Iterator[Item]:
        for item in items:
            try:
                records.usable(item.record, item.row.where)
                self.clean += 1
            except DataError as error:
                self._note_item(item, error)
                if strict:
                    continue
            yield item

    def _note_item(self, item: Item, error: DataError) -> None:
        self._note(item.number, item.row, error)

    def _note(self, number: int, row: Row, error: DataError) -> None:
        """This row cannot be used."""
        self.unusable_count += 1
        if len(self.unusable) < BAD_KEPT:
            why = error.message.removeprefix(f"{row.where}: ")
            self.unusable.append(BadRow(row.file, row.line, f"{why} {error.hint}", number))


def _complete(row: Row, number: int, steps: Sequence[tuple[MissingStep, Effect]]) -> Row | None:
    """The row after the steps on missing values, None when one of them drops it."""
    for step, effect in steps:
        effect.seen += 1
        values = step.change(row.values)
        if values is None:
            effect.note(number, _shown(row.values), None)
            return None
        if values is not row.values:
            effect.note(number, _shown(row.values), _shown(values))
            row = Row(row.file, row.line, values)
    return row


def _shown(values: Mapping[str, Any]) -> str:
    return "\n".join(f"{column}: {text_of(value)}" for column, value in values.items())
