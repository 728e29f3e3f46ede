"""The step that looks at a row's columns, before they are mapped."""

from collections.abc import Mapping, Sequence
from typing import Any

from mactuner_tui.core.errors import SpecError
from mactuner_tui.core.mapping import check_columns, columns_used
from mactuner_tui.core.specs.cleaning import MissingValues
from mactuner_tui.core.specs.data import MapSpec
from mactuner_tui.core.template import template, text_of, value_of


class MissingStep:
    """A step on missing values, with its columns worked out from the mapping where it names none.

    Raises `SpecError` when it is to do without columns and names none.
    """

    def __init__(self, step: MissingValues, mapping: MapSpec) -> None:
        self._step = step
        self._named = [name.strip() for name in step.columns.split(",") if name.strip()]
        if step.action == "drop_column" and not self._named:
            raise SpecError(
                f"{step.title}: columns = {step.columns!r}: drop_column must be told which columns to do without.",
                "Name them, with commas between, or choose another action.",
            )
        self._columns = self._named or _needed(mapping)

    def check(self, columns: Sequence[str]) -> None:
        """Raise `DataError` when it names a column that is not among these. A path is known by its column."""
        unknown = [name for name in self._named if name.split(".")[0] not in columns]
        check_columns(f"The step {self._step.title!r}", unknown, columns, ())

    def change(self, values: dict[str, Any]) -> dict[str, Any] | None:
        """The row's values, the same object when nothing is to do, None when the row goes."""
        if self._step.action == "drop_column":
            if not any(column in values for column in self._columns):
                return values
            return {column: value for column, value in values.items() if column not in self._columns}
        missing = [column for column in self._columns if is_missing(values, column)]
        if not missing:
            return values
        if self._step.action == "drop_row":
            return None
        return {**values, **dict.fromkeys(missing, self._step.fill)}


def is_missing(values: Mapping[str, Any], column: str) -> bool:
    """Whether a row has nothing in a column: no such column, null, or blanks only."""
    return not text_of(value_of(values, column)).strip()


def _needed(mapping: MapSpec) -> list[str]:
    """The first column of each template: what follows it is often there for some rows only."""
    if mapping.messages:
        return [mapping.messages]
    firsts = [template(text).columns[:1] for text in (mapping.prompt, mapping.answer, mapping.text)]
    return [column for first in firsts for column in first] or columns_used(mapping)
