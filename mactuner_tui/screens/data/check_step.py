"""Check: a row as the model will see it, and what the data doctor finds in all of them."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import FindingMade, RequestCancelled, RowTokenised
from mactuner_tui.core.profile import Finding, Repair
from mactuner_tui.core.specs.data_requests import CheckRequest, TokensRequest
from mactuner_tui.screens.data.findings import Findings, explained
from mactuner_tui.screens.data.messages import PlanReturned, RecipeChosen, ViewChosen
from mactuner_tui.screens.data.step import Step
from mactuner_tui.screens.data.view_form import ViewSpec, view_form
from mactuner_tui.widgets.choice import Choice, ChoiceModal, NumberModal
from mactuner_tui.widgets.panes import Page
from mactuner_tui.widgets.progress_line import ProgressLine
from mactuner_tui.widgets.spec_form import SpecForm
from mactuner_tui.widgets.token_text import TokenText, legend

REST_SECONDS = 0.2
FIRST_ROWS = 10
"""Rows that can be looked at before all are read."""


class CheckStep(Step):
    """Tokens above, findings below."""

    NAME = "check"
    TITLE = "Check"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "turn(1)", "Next row", id="check.next", tooltip="The next row"),
        Binding("left", "turn(-1)", "Row before", show=False, id="check.before", tooltip="The row before"),
        Binding("g", "go_to", "Go to row", show=False, id="check.go", tooltip="Go to a row by its number"),
        Binding("f", "repair", "Fix", id="check.fix", tooltip="Do what mends the highlighted finding"),
        Binding("u", "undo", "Undo", id="check.undo", tooltip="Take the last change back"),
        Binding("U,ctrl+y", "redo", "Redo", show=False, id="check.redo", tooltip="Make the change again"),
        Binding("r", "again", "Check again", show=False, id="check.again", tooltip="Look at all rows again"),
    ]

    findings = getters.query_one(Findings)
    progress = getters.query_one("#check-progress", ProgressLine)
    form = getters.query_one(SpecForm)

    _row = 0
    _opening = 0
    _tokens_for: TokensRequest | None = None
    _asked: tuple[int, CheckRequest] | None = None
    found: tuple[Finding, ...] = ()
    _example = 0
    """How many examples of the highlighted finding were looked at."""

    def compose_middle(self) -> ComposeResult:
        with Horizontal(id="check-head"):
            yield Static(id="check-row")
            yield Static(id="check-counts")
        yield Static(id="check-gone")
        with Page(id="check-tokens"):
            yield TokenText()
        yield Static(legend(), id="check-legend")
        yield ProgressLine(id="check-progress")
        yield Static("findings", classes="heading", id="check-title")
        yield Findings()
        yield Static(id="check-detail")

    def compose_side(self) -> ComposeResult:
        yield Static("Seen by", classes="heading")
        yield view_form()

    @property
    def main(self) -> Widget:
        return self.findings

    @property
    def _last(self) -> int:
        return (self.state.scanned.rows if self.state.scanned else FIRST_ROWS) - 1

    # -- what is shown -------------------------------------------------------------------------------------------------

    def show_data(self) -> None:
        self.show_body()
        if self._opening != self.state.opening:
            self._opening, self._row, self.found = self.state.opening, 0, ()
        if not self.form.has_focus_within:
            self.form.fill(ViewSpec(model=self.state.model, max_length=self.state.plan.max_length))
        if self._asked != (self.state.opening, self.state.request(CheckRequest)):
            self._check()
        if self._tokens_for != self.state.request(TokensRequest, row=self._row):
            self._tokenise()
        self.screen.refresh_bindings()

    def _show_row(self, row: RowTokenised) -> None:
        of = f" of {self._last + 1:,}" if self.state.scanned else ""
        head = Content.assemble((f"row {row.row + 1:,}", "bold"), (f"{of}, {self.state.model}", "$quiet"))
        self.query_one("#check-row", Static).update(head)
        gone = self.query_one("#check-gone", Static)
        gone.display = bool(row.dropped_by)
        gone.update(f"! This row does not come so far: the step {row.dropped_by} drops it.")
        counts = f"{row.total:,} tokens · {row.trained:,} trained · {row.masked:,} masked"
        cut = (f" · ! {row.cut:,} cut off", "$state-warn") if row.cut else ""
        self.query_one("#check-counts", Static).update(Content.assemble(counts, cut))
        self.query_one(TokenText).show(row.tokens)
        self.query_one("#check-tokens").scroll_home(animate=False)

    # -- asking --------------------------------------------------------------------------------------------------------

    @work(group="tokens", exclusive=True, exit_on_error=False)
    async def _tokenise(self) -> None:
        request = self._tokens_for = self.state.request(TokensRequest, row=self._row)
        try:
            async for event in self.ask(request):
                if isinstance(event, RowTokenised):
                    self._show_row(event)
        except MacTunerError as error:
            self.query_one("#check-row", Static).update(Content.styled(f"row {self._row + 1:,}", "bold"))
            self.query_one("#check-counts", Static).update("")
            problem = Content.assemble((f"! {error.message}", "bold $state-bad"), " ", error.hint)
            self.query_one(TokenText).update(problem)

    @work(group="check", exclusive=True, exit_on_error=False)
    async def _check(self) -> None:
        request = self.state.request(CheckRequest)
        self._asked = (self.state.opening, request)
        await asyncio.sleep(REST_SECONDS)
        self.progress.begin("checking all rows")
        found: list[Finding] = []
        try:
            async for event in self.ask(request):
                self.progress.follow(event)
                match event:
                    case FindingMade():
                        found.append(event.finding)
                    case RequestCancelled():
                        self._asked = None
            if self._asked is not None:
                self.found = tuple(found)
                self.findings.show(found)
                self._say_total()
        except MacTunerError as error:
            self._asked = None
            self.show_failure(error)
        finally:
            self.progress.end()

    def _say_total(self) -> None:
        bad = sum(one.severity in ("error", "warning") for one in self.found)
        to_know = sum(one.severity == "note" for one in self.found)
        told = f"findings: {bad} to look at" if bad else f"findings: ✓ {len(self.found) - to_know} checks are fine"
        told += f" · {to_know} to know" if to_know else ""
        self.query_one("#check-title", Static).update(told)

    # -- choosing ------------------------------------------------------------------------------------------------------

    @on(OptionList.OptionHighlighted, "#check-findings")
    def explain(self) -> None:
        self._example = 0
        finding = self.findings.finding
        self.query_one("#check-detail", Static).update(explained(finding) if finding else "")
        self.screen.refresh_bindings()

    @on(OptionList.OptionSelected, "#check-findings")
    def show_example(self) -> None:
        """The first example row of the finding; the next one each further time."""
        finding = self.findings.finding
        if finding and finding.examples:
            self._go_to(finding.examples[self._example % len(finding.examples)])
            self._example += 1

    @on(SpecForm.Edited)
    def look_otherwise(self, event: SpecForm.Edited) -> None:
        if isinstance(event.spec, ViewSpec):
            self.post_message(ViewChosen(event.spec.model, event.spec.max_length, topic=event.path))

    def _go_to(self, row: int) -> None:
        self._row = min(max(row, 0), max(self._last, 0))
        self.show()

    # -- actions -------------------------------------------------------------------------------------------------------

    def action_turn(self, direction: int) -> None:
        self._go_to(self._row + direction)

    @work(group="modal", exclusive=True, exit_on_error=False)
    async def action_go_to(self) -> None:
        row = await self.app.push_screen_wait(NumberModal("Go to row", self._last + 1))
        if row is not None:
            self._go_to(row - 1)

    @work(group="modal", exclusive=True, exit_on_error=False)
    async def action_repair(self) -> None:
        finding = self.findings.finding
        if finding is None or not finding.repairs:
            return
        place: int | None = 0
        if len(finding.repairs) > 1:
            choices = [Choice(repair.title, repair.step.title if repair.step else "") for repair in finding.repairs]
            place = await self.app.push_screen_wait(ChoiceModal(finding.title, choices))
        if place is not None:
            self._apply(finding.repairs[place])

    def _apply(self, repair: Repair) -> None:
        plan = self.state.plan
        if repair.max_length is not None:
            self.post_message(ViewChosen(self.state.model, repair.max_length))
        if repair.step is not None:
            self.post_message(RecipeChosen((*plan.recipe, repair.step)))
        self.notify(f"Done: {repair.title}. u takes it back.", markup=False)

    def action_undo(self) -> None:
        self.post_message(PlanReturned(back=True))

    def action_redo(self) -> None:
        self.post_message(PlanReturned(back=False))

    def action_again(self) -> None:
        self._asked = self._tokens_for = None
        self.show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "repair":
                finding = self.findings.finding
                return bool(finding and finding.repairs)
            case "undo":
                return self.state.can_undo
            case "redo":
                return self.state.can_redo
            case "turn" | "go_to":
                return self.state.opened is not None and not self.has_notice
            case "again":
                return self.state.opened is not None
        return super().check_action(action, parameters)
