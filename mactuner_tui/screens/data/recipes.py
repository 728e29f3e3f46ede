"""The recipes that datasets of the library were made with."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from mactuner_tui.core import library
from mactuner_tui.core.specs.cleaning import Step, StepSpec

Recipe = tuple[Step, ...]
_STEP: TypeAdapter[Step] = TypeAdapter(Step)
_RECIPE: TypeAdapter[Recipe] = TypeAdapter(Recipe)


def new(kind: type[StepSpec]) -> Step:
    """A step of this kind with its defaults."""
    return _STEP.validate_python(kind())


def stored() -> list[tuple[str, Recipe]]:
    """Name and recipe of each dataset that has one, the newest first."""
    found = []
    for dataset in library.datasets():
        try:
            found.append((dataset.name, _RECIPE.validate_python(dataset.manifest.details.get("recipe"))))
        except ValidationError:
            continue  # It has none, or one of a newer version.
    return found
