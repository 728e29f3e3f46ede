"""Clean: a recipe of steps, and what each of them does to real rows."""

from __future__ import annotations

import asyncio
import inspect
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import RecipePreviewed, RequestCancelled
from mactuner_tui.core.specs.cleaning import STEPS, Step
from mactuner_tui.core.specs.data_requests import CleanRequest
from mactuner_tui.screens.data import recipes
from mactuner_tui.screens.data.messages import PlanReturned, RecipeChosen, SideAsked
from mactuner_tui.screens.data.step import Step as DataStep
from mactuner_tui.screens.data.step_list import StepList
from mactuner_tui.screens.data.step_settings import StepSettings
from mactuner_tui.widgets.changes import change_content
from mactuner_tui.widgets.choice import Choice, ChoiceModal
from mactuner_tui.widgets.progress_line import ProgressLine
from mactuner_tui.widgets.spec_form import SpecForm

REST_SECONDS = 0.2
"""How long choices must rest before their effect is asked for."""


class CleanStep(DataStep):
    """The recipe above, before and after below; the highlighted step's settings at the right."""

    NAME = "clean"
    TITLE = "Clean"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "Add", id="clean.add", tooltip="Add a step below the highlighted one"),
        Binding("space", "switch", "On/off", id="clean.switch", tooltip="Switch the highlighted step on or off"),
        Binding("d", "delete", "Delete", id="clean.delete", tooltip="Take the highlighted step out"),
        Binding("u", "undo", "Undo", id="clean.undo", tooltip="Take the last change back"),
        Binding("U,ctrl+y", "redo", "Redo", show=False, id="clean.redo", tooltip="Make the change again"),
        Binding("e", "edit", "Edit", show=False, id="clean.edit", tooltip="Settings of the highlighted step"),
        Binding("J,shift+down", "move(1)", "Move down", show=False, id="clean.down", tooltip="Later in the recipe"),
        Binding("K,shift+up", "move(-1)", "Move up", show=False, id="clean.up", tooltip="Earlier in the recipe"),
        Binding("i", "take", "Take recipe", show=False, id="clean.take", tooltip="Take over a dataset's recipe"),
        Binding("r", "again", "Try again", show=False, id="clean.again", tooltip="Ask for the effect again"),
    ]

    steps = getters.query_one(StepList)
    settings = getters.query_one(StepSettings)
    progress = getters.query_one("#clean-progress", ProgressLine)

    _asked: tuple[int, CleanRequest] | None = None

    def compose_middle(self) -> ComposeResult:
        yield StepList()
        yield Static(id="clean-none")
        yield Static(id="clean-unusable")
        yield ProgressLine(id="clean-progress")
        yield Static(id="clean-title", classes="heading")
        with VerticalScroll(id="clean-changes"):
            yield Static(id="clean-examples")

    def compose_side(self) -> ComposeResult:
        yield StepSettings()

    @property
    def main(self) -> Widget:
        return self.steps

    @property
    def recipe(self) -> tuple[Step, ...]:
        return self.state.plan.recipe

    @property
    def place(self) -> int:
        """Of the highlighted step."""
        return min(self.steps.highlighted or 0, max(len(self.recipe) - 1, 0))

    @property
    def step(self) -> Step | None:
        return self.recipe[self.place] if self.recipe else None

    # -- what is shown -------------------------------------------------------------------------------------------------

    def show_data(self) -> None:
        self.show_body()
        self.steps.show(self.recipe, self.state.preview)
        self._show_examples()
        self.settings.show(self.place, self.step)
        if self._asked != (self.state.opening, self.state.request(CleanRequest)):
            self._ask_effect()
        self.screen.refresh_bindings()

    def _show_examples(self) -> None:
        none = self.query_one("#clean-none", Static)
        none.display = not self.recipe
        none.update("No steps: the rows stay as they are.  n adds one.")
        step, preview = self.step, self.state.preview
        unusable = self.query_one("#clean-unusable", Static)
        unusable.display = bool(preview and preview.unusable)
        if preview and preview.unusable:
            unusable.update(Content.assemble(("! ", "bold $state-warn"), _unusable(preview)))
        title = self.query_one("#clean-title", Static)
        examples = self.query_one("#clean-examples", Static)
        if step is None or preview is None or self.place >= len(preview.steps):
            title.update("")
            examples.update("")
            return
        effect = preview.steps[self.place]
        title.update(Content(f"{step.title}: before − and after +"))
        lines = [
            Content.assemble(
                (f"row {change.row + 1:,}{' goes' if change.after is None else ''}\n", "$quiet"),
                change_content(change.before, change.after),
            )
            for change in effect.examples
        ]
        none_changed = "off: it does nothing" if not step.on else _nothing(preview)
        examples.update(Content("\n").join(lines) if lines else Content.styled(none_changed, "$quiet"))

    # -- asking --------------------------------------------------------------------------------------------------------

    @work(group="effect", exclusive=True, exit_on_error=False)
    async def _ask_effect(self) -> None:
        request = self.state.request(CleanRequest)
        self._asked = (self.state.opening, request)
        await asyncio.sleep(REST_SECONDS)
        self.progress.begin("cleaning all rows")
        try:
            async for event in self.ask(request):
                self.progress.follow(event)
                if isinstance(event, RequestCancelled):
                    self._asked = None
        except MacTunerError as error:
            self._asked = None
            self.show_failure(error)
        finally:
            self.progress.end()

    # -- choosing ------------------------------------------------------------------------------------------------------

    @on(OptionList.OptionHighlighted, "#clean-steps")
    def show_step(self) -> None:
        self._show_examples()
        self.settings.show(self.place, self.step)

    @on(OptionList.OptionSelected, "#clean-steps")
    def edit_step(self) -> None:
        self.action_edit()

    @on(SpecForm.Edited)
    def take_edit(self, event: SpecForm.Edited) -> None:
        step = self.step
        if step is None or event.spec is None or type(event.spec) is not type(step):
            return
        changed = event.spec.model_copy(update={"on": step.on})
        if changed != step:
            self._change({self.place: changed}, topic=f"{self.place} {event.path}")

    def _change(self, replaced: dict[int, Step], topic: str = "") -> None:
        recipe = tuple(replaced.get(index, step) for index, step in enumerate(self.recipe))
        self.post_message(RecipeChosen(recipe, topic))

    def _put(self, recipe: list[Step], place: int) -> None:
        """Choose a recipe, with the cursor on this place of it."""
        self.post_message(RecipeChosen(tuple(recipe)))
        self.steps.show(recipe, None)
        self.steps.highlighted = max(min(place, len(recipe) - 1), 0) if recipe else None

    # -- actions -------------------------------------------------------------------------------------------------------

    @work(group="modal", exclusive=True, exit_on_error=False)
    async def action_add(self) -> None:
        choices = [Choice(kind.title, inspect.getdoc(kind) or "") for kind in STEPS]
        chosen = await self.app.push_screen_wait(ChoiceModal("Add a step", choices))
        if chosen is not None:
            recipe = list(self.recipe)
            place = self.place + 1 if recipe else 0
            recipe.insert(place, recipes.new(STEPS[chosen]))
            self._put(recipe, place)

    @work(group="modal", exclusive=True, exit_on_error=False)
    async def action_take(self) -> None:
        stored = await asyncio.to_thread(recipes.stored)
        if not stored:
            self.notify("No dataset of the library has a recipe yet.", markup=False)
            return
        choices = [Choice(name, ", ".join(step.title for step in recipe) or "no steps") for name, recipe in stored]
        chosen = await self.app.push_screen_wait(ChoiceModal("Take over the recipe of a dataset", choices))
        if chosen is not None:
            self._put(list(stored[chosen][1]), 0)

    def action_switch(self) -> None:
        if self.step is not None:
            self._change({self.place: self.step.model_copy(update={"on": not self.step.on})})

    def action_delete(self) -> None:
        recipe = list(self.recipe)
        if recipe:
            place = self.place
            recipe.pop(place)
            self._put(recipe, place)

    def action_move(self, by: int) -> None:
        recipe, place = list(self.recipe), self.place
        if recipe and 0 <= place + by < len(recipe):
            recipe.insert(place + by, recipe.pop(place))
            self._put(recipe, place + by)

    def action_undo(self) -> None:
        self.post_message(PlanReturned(back=True))

    def action_redo(self) -> None:
        self.post_message(PlanReturned(back=False))

    def action_edit(self) -> None:
        self.post_message(SideAsked(True))
        self.call_after_refresh(self.settings.focus_first)

    def action_again(self) -> None:
        self._asked = None
        self.show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "again":
                return self.has_notice and self.state.opened is not None
            case "undo":
                return self.state.can_undo
            case "redo":
                return self.state.can_redo
            case "switch" | "delete" | "move" | "edit":
                return bool(self.recipe) and self.state.opened is not None
            case "add" | "take":
                return self.state.opened is not None
        return super().check_action(action, parameters)


def _nothing(preview: RecipePreviewed) -> str:
    return "There is nothing for it to do." if preview.exact else "Nothing to do in the rows seen so far."


def _unusable(preview: RecipePreviewed) -> str:
    """Rows that no step drops, and that do not come out of the recipe all the same."""
    near = "" if preview.exact else "≈ "
    many = "1 row has" if preview.unusable == 1 else f"{near}{preview.unusable:,} rows have"
    return f"{many} no question or no answer, or cannot be mapped, and cannot be used."
