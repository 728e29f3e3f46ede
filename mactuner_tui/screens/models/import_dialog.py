"""Taking in a model that is on this machine: choose it, read the report on it, say how it shall be kept."""

from __future__ import annotations

from contextlib import aclosing
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from mactuner_tui.core import library, paths
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import CheckMade
from mactuner_tui.core.specs.model_requests import CheckRequest
from mactuner_tui.core.specs.models import ImportSpec
from mactuner_tui.runtime.session_desk import SessionDesk
from mactuner_tui.screens.models.acts import name_problem
from mactuner_tui.screens.models.panel import check_line
from mactuner_tui.widgets.dialog import Dialog
from mactuner_tui.widgets.source_picker import Offer, Sought, SourcePicker
from mactuner_tui.widgets.spec_form import Group, SpecForm
from mactuner_tui.widgets.texts import one_line

MODELS = Sought(
    placeholder="a folder with config.json, or a .safetensors, .bin or .gguf file",
    suffixes=(".safetensors", ".bin", ".gguf"),
    whole=("this folder as a model", "config.json is in it"),
    sign="config.json",
    names=(paths.STARTER,),
)
OFFERS = (
    Offer("source", paths.STARTER, paths.STARTER, "the model that comes along, nothing to download"),
    Offer("folder", "./", "./", "the folder MacTuner was started in"),
    Offer("folder", "~/", "~/", "your home folder"),
)
PICKER_KEYS = "enter choose · / type a path · ← folder above · h hidden files · escape close"
NAME_WIDTH = 16
FIELDS = ("name", "keep", "gguf")


class ImportModal(Dialog[ImportSpec | None]):
    """A picker; then the report, with the choices below it. Answers with the job to start."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False, id="import.back", tooltip="To the choice of a model, and out"),
        Binding("ctrl+s,i", "take", "Import", show=False, id="import.take", tooltip="Take this model in"),
        Binding("r", "again", "Check again", show=False, id="import.again", tooltip="Look the model over again"),
    ]

    def __init__(self, desk: SessionDesk) -> None:
        super().__init__()
        self._desk = desk
        self._source = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            yield Static("Add a model of this machine", classes="dialog-title", id="import-title", markup=False)
            with Vertical(id="import-choice"):
                yield SourcePicker(MODELS)
            with Vertical(id="import-report"):
                with VerticalScroll(id="import-page"):
                    yield Static(id="import-checks")
                    yield Static(id="import-verdict")
                yield SpecForm(ImportSpec, (Group("", FIELDS),), rest=False)
                with Horizontal(classes="dialog-answers"):
                    yield Button("Import  i", variant="primary", id="import", flat=True, disabled=True)
                    yield Button("Back  esc", id="back", flat=True)
            yield Static(PICKER_KEYS, classes="dialog-keys", id="import-keys")

    def on_mount(self) -> None:
        self.query_one("#import-report").display = False
        self.query_one(SpecForm).fill(ImportSpec())
        picker = self.query_one(SourcePicker)
        picker.show(OFFERS)
        picker.focus()

    # -- looking it over -----------------------------------------------------------------------------------------------

    @on(SourcePicker.Chosen)
    def choose(self, event: SourcePicker.Chosen) -> None:
        if event.source == paths.STARTER:
            self.dismiss(ImportSpec())
            return
        self._source = event.source
        form = self.query_one(SpecForm)
        form.fill(ImportSpec(source=event.source))
        form.field("gguf").display = library.is_gguf(event.source)
        self._show_report(True)
        self.query_one("#import-page").focus()
        self._check()

    def _show_report(self, is_shown: bool) -> None:
        for name, shown in (("report", is_shown), ("choice", not is_shown), ("keys", not is_shown)):
            self.query_one(f"#import-{name}").display = shown
        title = f"Looking over {self._source}" if is_shown else "Add a model of this machine"
        self.query_one("#import-title", Static).update(title)

    @work(group="check", exclusive=True, exit_on_error=False)
    async def _check(self) -> None:
        lines: list[Content] = []
        self._say(lines, Content.styled("looking it over …", "$quiet"))
        self.query_one("#import", Button).disabled = True
        self.query_one(SpecForm).display = True
        wrong: list[CheckMade] = []
        try:
            async with aclosing(self._desk.ask(CheckRequest(source=self._source, is_new=True))) as events:
                async for event in events:
                    if isinstance(event, CheckMade):
                        wrong += [] if event.passed else [event]
                        lines.append(check_line(event, NAME_WIDTH))
                        self._say(lines, Content.styled("looking it over …", "$quiet"))
        except MacTunerError as error:
            self._say(lines, Content.assemble((f"! {error.message}", "bold $state-bad"), "\n", error.hint))
            return
        if wrong:
            self.query_one(SpecForm).display = False
            head = ("! It cannot be taken in as it is. ", "bold $state-bad")
            self._say(lines, Content.assemble(head, one_line(f"{wrong[0].name}: {wrong[0].detail}")))
            return
        self._say(lines, Content.styled("✓ It can be taken in.", "bold $state-good"))
        button = self.query_one("#import", Button)
        button.disabled = False
        button.focus()

    def _say(self, lines: list[Content], verdict: Content) -> None:
        self.query_one("#import-checks", Static).update(Content("\n").join(lines))
        self.query_one("#import-verdict", Static).update(verdict)
        self.query_one("#import-page", VerticalScroll).scroll_end(animate=False)

    # -- answering -----------------------------------------------------------------------------------------------------

    @on(Button.Pressed)
    def take_answer(self, event: Button.Pressed) -> None:
        if event.button.id == "import":
            self.action_take()
        else:
            self.action_back()

    def action_take(self) -> None:
        form = self.query_one(SpecForm)
        if self.query_one("#import", Button).disabled:
            return
        values = {path: form.field(path).value for path in FIELDS}
        if (name := values["name"]) and (problem := name_problem(name)):
            form.show_problem("name", problem)
            return
        self.dismiss(ImportSpec.of({"source": self._source, **values}))

    def action_back(self) -> None:
        if self._source:
            self.workers.cancel_group(self, "check")
            self._source = ""
            self._show_report(False)
            self.query_one(SourcePicker).focus()
        else:
            self.dismiss(None)

    def action_again(self) -> None:
        if self._source:
            self._check()
