"""Library: what can be done with the models on this machine, and with those on their way."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from mactuner_tui.core import library
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.job import Status
from mactuner_tui.core.specs.models import ImportSpec
from mactuner_tui.runtime.session_desk import SessionDesk
from mactuner_tui.screens.models import acts
from mactuner_tui.screens.models.import_dialog import ImportModal
from mactuner_tui.screens.models.library_list import LibraryList
from mactuner_tui.widgets.choice import ChoiceModal
from mactuner_tui.widgets.column_list import ColumnList
from mactuner_tui.widgets.host import ChatAsked, JobAsked, StartAsked, TrainAsked

JOB_ACTS: dict[str, frozenset[Status]] = {
    "pause": frozenset({Status.RUNNING}),
    "continue": frozenset({Status.PAUSED}),
    "stop": frozenset({Status.RUNNING, Status.PAUSED, Status.QUEUED}),
    "resume": frozenset(status for status in Status if status.can_resume),
}


class LibraryTab(LibraryList):
    """The keys follow what the cursor is on."""

    NAME = "library"
    TITLE = "Library"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "chat", "Chat", id="models.chat", tooltip="Talk to this model"),
        Binding("t", "train", "Train", id="models.train", tooltip="Tune this model"),
        Binding("p", "job('pause')", "Pause", id="models.pause", tooltip="Halt this download"),
        Binding("p", "job('continue')", "Continue", id="models.continue", tooltip="Let it go on"),
        Binding("x", "job('stop')", "Stop", id="models.stop", tooltip="Stop this download or import"),
        Binding("r", "job('resume')", "Resume", id="models.resume", tooltip="Go on where it was broken off"),
        Binding("n", "add", "Add", id="models.add", tooltip="Take in a model that is on this machine"),
        Binding("s", "unpack", "Starter", show=False, id="models.starter", tooltip="Unpack the model that comes along"),
        Binding("d", "delete", "Delete", id="models.delete", tooltip="Take this out of the library"),
        Binding("e", "rename", "Rename", show=False, id="models.rename", tooltip="Give this model another name"),
        Binding("y", "copy_path", "Copy path", show=False, id="models.copy", tooltip="Copy the path of its folder"),
        Binding("f", "open_folder", "Folder", show=False, id="models.folder", tooltip="Open its folder, or show where"),
        Binding("slash", "filter", "Filter", show=False, id="models.filter", tooltip="Show only what matches"),
        Binding("escape", "leave_filter", "Back", show=False, id="models.leave", tooltip="Back to the whole list"),
    ]

    def __init__(self, desk: SessionDesk) -> None:
        super().__init__()
        self._desk = desk

    # -- jobs ----------------------------------------------------------------------------------------------------------

    def action_job(self, act: str) -> None:
        if self.job is not None and self.job.status in JOB_ACTS[act]:
            self.post_message(JobAsked(act, self.job.id))

    def action_unpack(self) -> None:
        self.post_message(StartAsked(ImportSpec()))

    @work(group="modal", exclusive=True, exit_on_error=False)
    async def action_add(self) -> None:
        spec = await self.app.push_screen_wait(ImportModal(self._desk))
        if spec is not None:
            self.post_message(StartAsked(spec))

    # -- models --------------------------------------------------------------------------------------------------------

    @on(ColumnList.Chosen)
    @work(group="modal", exclusive=True, exit_on_error=False)
    async def use(self) -> None:
        """Ask what to do with the model the cursor is on."""
        if self.model is None:
            return
        uses = [use for use in acts.USES if self.check_action(use.action, ())]
        chosen = await self.app.push_screen_wait(ChoiceModal(self.model.model.name, [use.choice for use in uses]))
        if chosen is not None:
            await self.run_action(uses[chosen].action)

    def action_chat(self) -> None:
        if self.model:
            self.post_message(ChatAsked(self.model.model.name))

    def action_train(self) -> None:
        if self.model:
            self.post_message(TrainAsked(model=self.model.model.name))

    @work(group="modal", exclusive=True, exit_on_error=False)
    async def action_delete(self) -> None:
        try:
            if self.job is not None:
                await acts.delete_job(self, self.job)
            elif self.model is not None and await acts.delete_model(self.app, self.model.model.name):
                self.read()
        except MacTunerError as error:
            self._tell(error)

    @work(group="modal", exclusive=True, exit_on_error=False)
    async def action_rename(self) -> None:
        if self.model is None:
            return
        try:
            new = await acts.rename_model(self.app, self.model.model.name)
        except MacTunerError as error:
            self._tell(error)
        else:
            self._wanted = f"model:{new}" if new else None
            self.read()

    def action_copy_path(self) -> None:
        if self.model:
            acts.copy_path(self.app, self.model.model.artefact.content)

    def action_open_folder(self) -> None:
        if self.model:
            acts.open_folder(self.app, self.model.model.artefact.content)

    def _tell(self, error: MacTunerError) -> None:
        self.notify(f"{error.message} {error.hint}", title="That did not work", severity="error", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self._models is None:
            return False
        job, model = self.job, self.model
        is_there = model is not None and model.model.is_there
        match action:
            case "job":
                return job is not None and bool(parameters) and job.status in JOB_ACTS[str(parameters[0])]
            case "delete":
                return model is not None or (job is not None and job.status.is_over)
            case "chat":
                return is_there
            case "train":
                return is_there and model is not None and model.model.artefact.kind == "model"
            case "rename":
                return model is not None and model.model.name != library.STARTER
            case "copy_path" | "open_folder":
                return model is not None
            case "unpack":
                return not any(one.model.name == library.STARTER for one in self._models) and not self._jobs
            case "leave_filter":
                return bool(self.field.display)
        return super().check_action(action, parameters)
