"""Before a download: its files, what it takes and leaves of the disk, and the name the library will have for it."""

from __future__ import annotations

from contextlib import aclosing
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Select, Static

from mactuner_tui.core.errors import MacTunerError, ModelError
from mactuner_tui.core.events import DownloadPlanned, HubModelDescribed
from mactuner_tui.core.hub_models import HubDetail, HubFile
from mactuner_tui.core.numbers import bytes_text, count_text
from mactuner_tui.core.specs.model_requests import DescribeRequest, PlanRequest
from mactuner_tui.core.specs.models import DownloadSpec
from mactuner_tui.runtime.session_desk import SessionDesk
from mactuner_tui.screens.models.account import TokenModal
from mactuner_tui.screens.models.acts import name_problem
from mactuner_tui.screens.models.hub_words import file_content
from mactuner_tui.widgets.dialog import Dialog
from mactuner_tui.widgets.spec_form import Group, SpecForm
from mactuner_tui.widgets.texts import hint, one_line

GROUPS = (Group("", ("name", "xet")),)
USUAL = "Q4_K_M"
"""The GGUF type that is proposed, as most people take it."""
TRAINABLE = "the weights to train with"


class GetModal(Dialog[DownloadSpec | None]):
    """Plans the download, again for each other choice; answers with the job to start."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", show=False, id="get.cancel", tooltip="Get nothing"),
        Binding("ctrl+s,g", "get", "Get", show=False, id="get.get", tooltip="Start the download"),
        Binding("r", "again", "Try again", show=False, id="get.again", tooltip="Ask the Hub again"),
        Binding("k", "token", "Token", show=False, id="get.token", tooltip="Access token of the Hub"),
    ]

    def __init__(self, desk: SessionDesk, repo: str, detail: HubDetail | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._repo = repo
        self._detail = detail
        self._plan: DownloadPlanned | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(f"Get {self._repo}", classes="dialog-title", markup=False)
            yield Select[str]([], prompt="…", compact=True, id="get-file")
            with VerticalScroll(id="get-plan", can_focus=False):
                yield Static(id="get-files")
            yield Static(id="get-sum")
            yield SpecForm(DownloadSpec, GROUPS, rest=False)
            with Horizontal(classes="dialog-answers"):
                yield Button("Get  g", variant="primary", id="get", flat=True, disabled=True)
                yield Button("Cancel  esc", id="cancel", flat=True)

    def on_mount(self) -> None:
        self.query_one("#get-file").display = False
        self.query_one(SpecForm).fill(DownloadSpec(repo=self._repo))
        self._look()

    @property
    def file(self) -> str:
        """The GGUF file that was chosen, empty for the weights that can be trained."""
        chosen = self.query_one("#get-file", Select).value
        return chosen if isinstance(chosen, str) else ""

    # -- planning ------------------------------------------------------------------------------------------------------

    @work(group="plan", exclusive=True, exit_on_error=False)
    async def _look(self) -> None:
        """Find out which files there are to choose from, then plan."""
        self._say("asking the Hub …")
        try:
            if self._detail is None:
                self._detail = await self._describe()
            if self._detail is None:
                return
            if not self._detail.abilities:
                raise ModelError(f"MacTuner can do nothing with {self._repo}.", self._detail.cannot)
            self._offer(self._detail)
            await self._ask_plan()
        except MacTunerError as error:
            self._show_problem(error)

    async def _describe(self) -> HubDetail | None:
        detail = None
        async with aclosing(self._desk.ask(DescribeRequest(repo=self._repo))) as events:
            async for event in events:
                if isinstance(event, HubModelDescribed):
                    detail = event.detail
        return detail

    def _offer(self, detail: HubDetail) -> None:
        """Let a file be chosen where there are several."""
        files = [(Content(f"{one_line(file.path)}  {bytes_text(file.size)}"), file.path) for file in detail.ggufs]
        weights = [(Content(TRAINABLE), "")] if "train" in detail.abilities or not files else []
        choice = self.query_one("#get-file", Select)
        usual = next((file.path for file in detail.ggufs if USUAL in file.path), None)
        with self.prevent(Select.Changed):
            choice.set_options([*weights, *files])
            choice.value = "" if weights else usual or detail.ggufs[0].path
        choice.display = bool(files)

    async def _ask_plan(self) -> None:
        self._plan = None
        self._say(f"asking the Hub what {self.file or 'it'} takes …")
        async with aclosing(self._desk.ask(PlanRequest(repo=self._repo, file=self.file))) as events:
            async for event in events:
                if isinstance(event, DownloadPlanned):
                    self._show_plan(event)

    @on(Select.Changed, "#get-file")
    @work(group="plan", exclusive=True, exit_on_error=False)
    async def plan_again(self, event: Select.Changed) -> None:
        try:
            await self._ask_plan()
        except MacTunerError as error:
            self._show_problem(error)

    # -- what is shown -------------------------------------------------------------------------------------------------

    def _show_plan(self, plan: DownloadPlanned) -> None:
        self._plan = plan
        self.query_one(SpecForm).display = True
        self.query_one("#get-files", Static).update(Content("\n").join(file_content(file) for file in _needed(plan)))
        self.query_one("#get-sum", Static).update(_sum(plan))
        button = self.query_one("#get", Button)
        button.disabled = plan.missing > plan.free
        if not button.disabled and not self.query_one(SpecForm).has_focus_within:
            button.focus()

    def _show_problem(self, error: MacTunerError) -> None:
        keys = Content("   ").join([hint("r", "try again"), hint("k", "access token")])
        self._say(Content.assemble((f"! {error.message}", "bold $state-bad"), "\n", error.hint, "\n\n", keys))
        self.query_one(SpecForm).display = False
        self.set_focus(None)

    def _say(self, text: str | Content) -> None:
        self.query_one("#get", Button).disabled = True
        self.query_one("#get-files", Static).update(text if isinstance(text, Content) else Content(text))
        self.query_one("#get-sum", Static).update("")

    # -- answering -----------------------------------------------------------------------------------------------------

    @on(Button.Pressed)
    def take_answer(self, event: Button.Pressed) -> None:
        if event.button.id == "get":
            self.action_get()
        else:
            self.dismiss(None)

    def action_again(self) -> None:
        self._look()

    @work(group="token", exclusive=True, exit_on_error=False)
    async def action_token(self) -> None:
        await self.app.push_screen_wait(TokenModal(self._desk))
        self._look()

    def action_get(self) -> None:
        form = self.query_one(SpecForm)
        values = {path: form.field(path).value for path in GROUPS[0].paths}
        if self._plan is None or self.query_one("#get", Button).disabled:
            return
        if (name := values["name"]) and (problem := name_problem(name)):
            form.show_problem("name", problem)
            return
        self.dismiss(DownloadSpec(repo=self._plan.repo, file=self.file, name=name or None, xet=values["xet"]))


def _sum(plan: DownloadPlanned) -> Content:
    needed = _needed(plan)
    whole = sum(file.size for file in needed)
    missing = f"{bytes_text(plan.missing)} to download" if plan.missing else "all on this disk, nothing to download"
    told = f"{count_text(len(needed), 'file')}, {bytes_text(whole)}: {missing}"
    left = plan.free - plan.missing
    if left < 0:
        room = Content.styled(f"! only {bytes_text(plan.free)} are free on the disk of the cache", "bold $state-bad")
    else:
        room = Content.styled(f"{bytes_text(plan.free)} free now, {bytes_text(left)} afterwards", "$quiet")
    return Content.assemble((told, "bold"), "\n", room)


def _needed(plan: DownloadPlanned) -> list[HubFile]:
    """The files to get, the largest first."""
    return sorted((file for file in plan.files if file.needed), key=lambda file: -file.size)
