"""The app: screens, themes and keys; the watchers that follow jobs and machine.

Knows no feature: screens send wishes up, and values go down as reactives of `Host`. Imports at the top only what the
first frame needs; the rest comes in a thread while that frame is on the screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.actions import parse
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.widgets.host import ChatAsked, Host, JobAsked, JobOpened, LoggedIn, Place, StartAsked, TrainAsked
from mactuner_tui.widgets.opening import Opening
from mactuner_tui.widgets.shell import Shell
from mactuner_tui.widgets.themes import DARK, LIGHT, meanings

if TYPE_CHECKING:
    from mactuner_tui.core.overview import JobView
    from mactuner_tui.runtime.desk import Desk

LIVE_SECONDS, IDLE_SECONDS = 0.4, 1.0
"""Between two readings of the job folders: while something runs or waits, and otherwise."""
TELEMETRY_SECONDS = 2.0
CPU_READINGS = 60
FIRST_MODE = "training"
MODEL_JOBS = ("download-", "import-")
"""How the ids of jobs begin that the models screen shows."""


def style_files() -> list[str | PurePath]:
    """The style sheets: in the package when installed from a wheel, beside it in a source checkout."""
    package = Path(__file__).parent
    folder = next(path for path in (package / "styles", package.parent / "styles") if path.is_dir())
    return [*sorted(folder.glob("*.tcss"))]


class MacTunerApp(Host):
    """MacTuner in the terminal."""

    TITLE = "MacTuner"
    CSS_PATH = style_files()
    DEFAULT_MODE = "opening"
    PLACES = (
        Place("2", "models", "Models"),
        Place("3", "data", "Data"),
        Place("4", "training", "Training"),
        Place("5", "chat", "Chat"),
    )
    BINDING_GROUP_TITLE = "Everywhere"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                place.key,
                f"app.switch_mode('{place.mode}')",
                place.title,
                show=False,
                id=f"go.{place.mode}",
                tooltip=f"Go to {place.title}",
            )
            for place in PLACES
        ),
        Binding("f1", "toggle_help", "Help", id="app.help", tooltip="Help for the focused thing"),
        Binding("question_mark", "toggle_keys", "Keys", show=False, id="app.keys", tooltip="All keys"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit", tooltip="Leave; jobs go on"),
    ]

    def __init__(self, screen: str | None = None) -> None:
        super().__init__()
        self._first_mode = screen or FIRST_MODE
        self.add_mode("opening", partial(Opening, self._first_mode))
        self.add_mode("models", self._models_screen)
        self.add_mode("data", self._data_screen)
        self.add_mode("training", self._training_screen)
        self.add_mode("chat", self._chat_screen)
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name

    @cached_property
    def desk(self) -> Desk:
        """The way to jobs, machine, models, data and chat."""
        from mactuner_tui.runtime.desk import Desk

        return Desk()

    def _models_screen(self) -> Screen[None]:
        from mactuner_tui.screens.models import ModelsScreen

        return ModelsScreen(self.desk.models)

    def _data_screen(self) -> Screen[None]:
        from mactuner_tui.screens.data import DataScreen

        return DataScreen(self.desk.data)

    def _training_screen(self) -> Screen[None]:
        from mactuner_tui.screens.training import TrainingScreen

        return TrainingScreen()

    def _chat_screen(self) -> Screen[None]:
        from mactuner_tui.screens.chat import ChatScreen

        return ChatScreen(self.desk.chat)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return meanings(self.current_theme)

    def on_ready(self) -> None:
        self._open()

    @work(group="open", exit_on_error=False)
    async def _open(self) -> None:
        """Bring in the libraries behind the first frame, then the first screen."""
        await asyncio.to_thread(import_module, "mactuner_tui.runtime.desk")
        await asyncio.to_thread(import_module, f"mactuner_tui.screens.{self._first_mode}")
        self._follow_jobs()
        self._follow_machine()
        if self.current_mode == "opening":
            await self.switch_mode(self._first_mode)
        await self.remove_mode("opening")

    async def on_unmount(self) -> None:
        await self.desk.leave()

    # -- what goes down ------------------------------------------------------------------------------------------------

    @work(group="jobs", exclusive=True, exit_on_error=False)
    async def _follow_jobs(self) -> None:
        while True:
            await self._read_jobs()
            busy = any(not view.status.is_over for view in self.jobs)
            await asyncio.sleep(LIVE_SECONDS if busy else IDLE_SECONDS)

    async def _read_jobs(self) -> None:
        views = await self.desk.jobs()
        before = {view.id: view for view in self.jobs}
        self.jobs = views
        self.jobs_known = True
        for view in views:
            if (old := before.get(view.id)) and not old.status.is_over and view.status.is_over:
                self._tell_end(view)
        await self._attempt(self.desk.move_queue(views))

    @work(group="machine", exclusive=True, exit_on_error=False)
    async def _follow_machine(self) -> None:
        self.machine = await self.desk.machine()
        while True:
            snapshot = await self.desk.snapshot()
            self.cpu_history = (*self.cpu_history, snapshot.cpu_percent)[-CPU_READINGS:]
            self.snapshot = snapshot
            await asyncio.sleep(TELEMETRY_SECONDS)

    def _tell_end(self, view: JobView) -> None:
        """A toast when a job is over."""
        failure = view.history.failure
        self.notify(
            failure.message if failure else f"{view.status.symbol} {view.status}",
            title=view.title,
            severity="error" if view.status in ("failed", "interrupted") else "information",
            markup=False,
        )

    # -- what comes up -------------------------------------------------------------------------------------------------

    @on(StartAsked)
    @work(group="acts", exit_on_error=False)
    async def start_job(self, event: StartAsked) -> None:
        await self._attempt(self.desk.start(event.spec))
        await self._read_jobs()

    @on(JobAsked)
    @work(group="acts", exit_on_error=False)
    async def act_on_job(self, event: JobAsked) -> None:
        view = next((view for view in self.jobs if view.id == event.job_id), None)
        if view is None:
            return
        if self.desk.is_stopping(view.id):
            self.notify(f"It is already stopping. {_when_stopped(view)}", title=view.title, markup=False)
            return
        if event.act == "stop" and view.status.is_live:
            self.notify(_when_stopped(view), title=f"Stopping {view.title}", markup=False)
        await self._attempt(self.desk.act(event.act, view))
        await self._read_jobs()

    async def _attempt(self, act: Awaitable[None]) -> None:
        """Do something with jobs, and tell when it does not work."""
        try:
            await act
        except MacTunerError as error:
            self.notify(f"{error.message} {error.hint}", title="That did not work", severity="error", markup=False)

    @on(JobOpened)
    async def open_job(self, event: JobOpened) -> None:
        await self.switch_mode("models" if event.job_id.startswith(MODEL_JOBS) else "training")
        if isinstance(self.screen, Shell):
            self.screen.open_job(event.job_id)

    @on(ChatAsked)
    async def open_chat(self, event: ChatAsked) -> None:
        from mactuner_tui.screens.chat import ChatScreen

        await self.switch_mode("chat")
        if isinstance(self.screen, ChatScreen):
            self.screen.use_model(event.model)

    @on(TrainAsked)
    async def open_training(self, event: TrainAsked) -> None:
        from mactuner_tui.screens.training import TrainingScreen

        await self.switch_mode("training")
        if isinstance(self.screen, TrainingScreen):
            self.screen.prepare_run(event.model, event.data)

    @on(LoggedIn)
    def show_account(self, event: LoggedIn) -> None:
        self.account = event.name

    # -- actions -------------------------------------------------------------------------------------------------------

    def action_toggle_help(self) -> None:
        self._toggle_panel(keys_only=False)

    def action_toggle_keys(self) -> None:
        self._toggle_panel(keys_only=True)

    def _toggle_panel(self, keys_only: bool) -> None:
        from mactuner_tui.widgets.help_panel import SideHelp

        if self.screen.is_modal:
            return
        shown = self.screen.query_one_optional(SideHelp)
        if shown is not None:
            shown.remove()
        if shown is None or shown.keys_only != keys_only:
            self.screen.query_one("#frame").mount(SideHelp(keys_only))

    async def action_quit(self) -> None:
        if not self.screen.is_modal:
            self._quit()

    @work(group="quit", exclusive=True, exit_on_error=False)
    async def _quit(self) -> None:
        from mactuner_tui.widgets.confirm import ConfirmModal

        going_on = ", ".join(view.title for view in self.jobs if not view.status.is_over)
        detail = (
            f"Still at work: {going_on}. It goes on without this window; "
            "open MacTuner again, here or from another terminal, to see it."
        )
        question = ConfirmModal("Quit MacTuner?", detail, "Quit", dangerous=False)
        if not going_on or await self.push_screen_wait(question):
            self.exit()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action that makes sense now, by name: those of the key map, and the few that have no key."""
        yield SystemCommand("Theme", "Change the colours", self.action_change_theme)
        yield SystemCommand("Screenshot", "Save the screen as an SVG file", self.deliver_screenshot)
        for node, binding in self._actions_of(screen):
            yield SystemCommand(binding.description, binding.tooltip, partial(self.run_action, binding.action, node))

    def _actions_of(self, screen: Screen[object]) -> Iterable[tuple[DOMNode, Binding]]:
        """The actions that make sense now, each once. Those whose key is text in the focused field are among them."""
        active = [(one.node, one.binding) for one in screen.active_bindings.values() if one.enabled]
        actors = (*screen.actors, self) if isinstance(screen, Shell) else (screen, self)
        declared = [(node, binding) for node in actors for binding in bindings_of(type(node))]
        offered: set[str] = set()
        for node, binding in [*active, *declared]:
            _, action, parameters = parse(binding.action)
            if binding.id and binding.action not in offered and node.check_action(action, parameters):
                offered.add(binding.action)
                yield node, binding


def _when_stopped(view: JobView) -> str:
    return view.spec.when_stopped if view.spec else ""


def bindings_of(node: type[DOMNode]) -> list[Binding]:
    """The bindings that a class and its bases declare."""
    declared = (binding for base in node.__mro__ for binding in vars(base).get("BINDINGS", ()))
    return [binding for binding in declared if isinstance(binding, Binding)]
