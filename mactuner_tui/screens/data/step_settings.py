"""The settings of one cleaning step: what it does, and a form made of its class."""

from __future__ import annotations

import inspect

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from mactuner_tui.core.specs.cleaning import Step
from mactuner_tui.widgets.spec_form import Group, SpecForm

NO_FIELDS = ("step", "on")
"""Fields that are not edited in the form: which step it is, and whether it is on."""


class StepSettings(Vertical):
    """Shows the step it is given. What is being typed is not overwritten."""

    _shown: tuple[int, type[Step]] | None = None
    """Place and kind of the step whose form is there."""

    def compose(self) -> ComposeResult:
        yield Static("Step", classes="heading", id="clean-step-title", markup=False)
        yield Static(id="clean-step-help", classes="quiet", markup=False)
        yield Vertical(id="clean-form")

    @work(group="form", exclusive=True, exit_on_error=False)
    async def show(self, place: int, step: Step | None) -> None:
        """Show this step, which stands at this place of the recipe."""
        box = self.query_one("#clean-form", Vertical)
        wanted = (place, type(step)) if step else None
        if wanted != self._shown:
            self._shown = None
            await box.remove_children()
            if step is not None:
                await box.mount(_form(type(step)))
            self._shown = wanted
        self.query_one("#clean-step-title", Static).update(step.title if step else "Step")
        self.query_one("#clean-step-help", Static).update((inspect.getdoc(step) or "") if step else "")
        for form in box.query(SpecForm):
            if step is not None and not form.has_focus_within:
                form.fill(step)

    def focus_first(self) -> None:
        """Go to the first setting, if there is one."""
        for form in self.query(SpecForm):
            form.focus_first()


def _form(kind: type[Step]) -> SpecForm | Static:
    fields = tuple(name for name in kind.model_fields if name not in NO_FIELDS)
    return (
        SpecForm(kind, (Group("", fields),), rest=False) if fields else Static("It has no settings.", classes="quiet")
    )
