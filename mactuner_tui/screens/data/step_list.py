"""The steps of a recipe as lines: on or off, what each is, and what it does to the rows."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from mactuner_tui.core.events import RecipePreviewed
from mactuner_tui.core.events.data import StepEffect
from mactuner_tui.core.specs.cleaning import Step

TITLE_WIDTH = 22


class StepList(OptionList):
    """Draws a recipe; the cursor goes to the step that changed."""

    def __init__(self) -> None:
        super().__init__(compact=True, id="clean-steps")
        self._recipe: tuple[Step, ...] = ()

    def show(self, recipe: Sequence[Step], preview: RecipePreviewed | None) -> None:
        """Draw these steps with what is known of their effect."""
        effects = preview.steps if preview and len(preview.steps) == len(recipe) else [None] * len(recipe)
        exact = preview is not None and preview.exact
        rows = [
            _row(number, step, effect, exact)
            for number, (step, effect) in enumerate(zip(recipe, effects, strict=True), start=1)
        ]
        if len(rows) == self.option_count:
            for index, row in enumerate(rows):
                self.replace_option_prompt_at_index(index, row)
        else:
            self.set_options(Option(row) for row in rows)
        if tuple(recipe) != self._recipe:
            self.highlighted = min(_first_change(self._recipe, recipe), len(rows) - 1) if rows else None
            self._recipe = tuple(recipe)


def _first_change(before: Sequence[Step], after: Sequence[Step]) -> int:
    """The first place in which two recipes are not the same."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((place for place, (old, new) in pairs if old != new), min(len(before), len(after)))


def _row(number: int, step: Step, effect: StepEffect | None, exact: bool) -> Content:
    mark = ("☑ ", "$state-good") if step.on else ("☐ ", "$quiet")
    return Content.assemble(
        (f"{number:>2} ", "$quiet"),
        mark,
        (step.title.ljust(TITLE_WIDTH), "" if step.on else "$quiet"),
        _effect(step, effect, exact),
    )


def _effect(step: Step, effect: StepEffect | None, exact: bool) -> Content:
    if not step.on:
        return Content.styled("off", "$quiet")
    if effect is None:
        return Content.styled("…", "$quiet")
    near = "  " if exact else "≈ "
    changes = (f"{near}changes {effect.changed:>7,}", "" if effect.changed else "$quiet")
    drops = (f"   {near}drops {effect.dropped:>7,}", "$state-warn" if effect.dropped else "$quiet")
    return Content.assemble(changes, drops)
