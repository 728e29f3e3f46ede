"""The settings of one cleaning step: what it does, and a form made of its class."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

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
    _next: Sequence[tuple[int, Step | None]] = ()
    """The step that is to be shown, while one is being shown."""

    def compose(self) -> ComposeResult:
        yield Static("Step", classes="heading", id="clean-step-title", markup=False)
        yield Static(id="clean-step-help", classes="quiet", markup=False)
        yield Vertical(id="clean-form")

    def show(self, place: int, step: Step | None) -> None:
        """Show this step, which stands at this place of the recipe."""
        is_showing, self._next = bool(self._next), [(place, step)]
        if not is_showing:
            self._show_next()

    @work(group="form", exit_on_error=False)
    async def _show_next(self) -> None:
        """One form after the other: cancelled while it takes a form away, this would end the app with it."""
        while self._next:
            place, step = self._next[-1]
            await self._show(place, step)
            if self._next[-1] == (place, step):
                self._next = []

    async def _show(self, place: int, step: Step | None) -> None:
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
