"""The chat screen: a conversation with the tuned model, its base, or both at once."""

from __future__ import annotations

import asyncio
from typing import ClassVar, Literal

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widgets import Select, Static

from mactuner_tui.core import library
from mactuner_tui.core.conversation import Conversation, Exchange
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import Event, Progressed, StageStarted
from mactuner_tui.core.overview import JobView
from mactuner_tui.core.specs.chat import AnswerRequest, GenerationSpec
from mactuner_tui.runtime.warm_chat import WarmChat
from mactuner_tui.screens.chat.answering import take_answer
from mactuner_tui.screens.chat.head import VOICES, ChatHead, Voice, speakers
from mactuner_tui.screens.chat.model_choice import ModelChoice, newest_model
from mactuner_tui.screens.chat.prompt import Prompt
from mactuner_tui.screens.chat.transcript import Transcript
from mactuner_tui.screens.chat.turn import Turn
from mactuner_tui.widgets.confirm import ConfirmModal
from mactuner_tui.widgets.notice import Notice
from mactuner_tui.widgets.shell import LEAVE_BINDING, SIDE_BINDINGS, Shell, help_text
from mactuner_tui.widgets.spec_form import Group, SpecForm
from mactuner_tui.widgets.texts import capitalised

Phase = Literal["asleep", "loading", "ready", "answering", "failed"]

LONG_CONVERSATION = 3
"""Exchanges from which clearing asks first."""
GROUPS = (Group("", tuple(GenerationSpec.model_fields)),)


class ChatScreen(Shell):
    """Asks the model of a chat session and shows its answers as they come."""

    MODE = "chat"
    HELP = help_text("chat")
    AUTO_FOCUS = "#prompt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="chat.stop", tooltip="Stop the answer"),
        LEAVE_BINDING,
        Binding("ctrl+t", "next_voice", "Tuned/base", id="chat.voice", tooltip="Who answers: tuned, base or both"),
        Binding("ctrl+r", "ask_again", "Again", id="chat.again", tooltip="The last question, to who answers now"),
        Binding("ctrl+l", "clear", "Clear", id="chat.clear", tooltip="Begin a new conversation"),
        Binding("enter", "focus_prompt", "Prompt", show=False, id="chat.prompt", tooltip="Back to the prompt"),
        Binding("r", "reload", "Load", show=False, id="chat.reload", tooltip="Load the model now"),
        *SIDE_BINDINGS,
    ]

    prompt = getters.query_one(Prompt)
    transcript = getters.query_one(Transcript)
    notice = getters.query_one("#chat-notice", Notice)
    head = getters.query_one(ChatHead)
    phase: reactive[Phase] = reactive("asleep", init=False, bindings=True)
    voice: reactive[Voice] = reactive("tuned", init=False)

    def __init__(self, chat: WarmChat) -> None:
        super().__init__()
        self._chat = chat
        self._conversation = Conversation()
        self._loading = asyncio.Lock()
        self._model = library.STARTER
        self._was_chosen = False
        self._may_load = False
        self._stage = ""
        self._pending: Exchange | None = None
        """The question that was sent and is not dealt with yet."""

    def compose_middle(self) -> ComposeResult:
        yield ChatHead()
        yield Transcript()
        yield Notice(id="chat-notice")
        yield Prompt()

    def compose_side(self) -> ComposeResult:
        yield Static("Model", classes="heading")
        yield ModelChoice()
        yield Static("Answers", classes="heading")
        yield SpecForm(GenerationSpec, GROUPS)

    def on_mount(self) -> None:
        self.query_one(SpecForm).fill(GenerationSpec())
        self.head.show_voice(self.voice)

    def on_screen_resume(self) -> None:
        self._may_load = True
        super().on_screen_resume()

    def show_jobs(self, views: tuple[JobView, ...]) -> None:
        """Each time the screen comes up: take the newest model, and load it unless a run needs the memory."""
        if self.phase == "ready" and self._chat.model is None:
            self.phase = "asleep"
        if not self._may_load:
            return
        self._may_load = False
        if not self._was_chosen and not self._conversation.exchanges:
            self._model = newest_model()
        self.query_one(ModelChoice).show(self._model)
        if self.phase == "ready" and self._chat.model != self._model:
            self.phase = "asleep"
        if self.phase == "asleep" and not self._is_training:
            self._load()
        self._show_phase()

    @property
    def _is_training(self) -> bool:
        return any(view.status.is_live and view.needs_gpu for view in self.app.jobs)

    # -- the model -----------------------------------------------------------------------------------------------------

    def use_model(self, model: str) -> None:
        """Chat with this model from now on, in a new conversation."""
        self._model, self._was_chosen = model, True
        self.query_one(ModelChoice).show(model)
        self._begin_anew()
        self._load()

    @on(Select.Changed, "#chat-choice")
    def choose_model(self, event: Select.Changed) -> None:
        if event.value != self._model:
            self.use_model(str(event.value))

    @work(group="load", exclusive=True, exit_on_error=False)
    async def _load(self) -> None:
        await self._ensure_loaded()

    async def _ensure_loaded(self) -> bool:
        """Load the chosen model unless it is loaded. Whether it is now; if not, the screen says why."""
        async with self._loading:
            if self._chat.model == self._model:
                return True
            self.phase = "loading"
            self._show_loading("starting", None)
            try:
                async for event in self._chat.load(self._model):
                    self._take_progress(event)
            except MacTunerError as error:
                self._show_failure(error)
                return False
            except asyncio.CancelledError:
                self.phase = "asleep"
                raise
            loaded = self._chat.loaded
            self.phase = "ready" if loaded else "asleep"
            if loaded and (loaded.adapter is None or self.voice == "base"):
                self.voice = "tuned" if loaded.adapter else "base"
            return loaded is not None

    def _take_progress(self, event: Event) -> None:
        match event:
            case StageStarted():
                self._stage = event.stage
                self._show_loading(event.stage, None)
            case Progressed():
                self._show_loading(self._stage, (event.done, event.total))

    # -- questions and answers -----------------------------------------------------------------------------------------

    @on(Prompt.Sent)
    def ask(self, event: Prompt.Sent) -> None:
        if self._is_asked_too_soon():
            return
        generation = self._generation()
        if generation is not None:
            self.prompt.clear()
            self._put(self._conversation.ask(event.text), generation)

    def _is_asked_too_soon(self) -> bool:
        """Whether another question is still being dealt with; then that is said."""
        if self._pending is not None:
            self.notify("One question at a time: this one stays here until the last is answered.", markup=False)
        return self._pending is not None

    def _generation(self) -> GenerationSpec | None:
        """The parameters as entered; when one is wrong, the panel opens at it."""
        spec = self.query_one(SpecForm).read()
        if isinstance(spec, GenerationSpec):
            return spec
        self.side_open = True
        return None

    def _put(self, exchange: Exchange, generation: GenerationSpec, turn: Turn | None = None) -> None:
        self._pending = exchange
        self._show_phase()
        self._answer(exchange, generation, turn)

    @work(group="answers", exclusive=True, exit_on_error=False)
    async def _answer(self, exchange: Exchange, generation: GenerationSpec, turn: Turn | None) -> None:
        """Let whoever shall speak answer the last question, one after the other; a new question gets a turn first."""
        try:
            if turn is None:
                turn = await self.transcript.add(exchange.question)
            if await self._ensure_loaded():
                self.phase = "answering"
                await self._take_answers(exchange, generation, turn)
        finally:
            # Not when another question, or none, has taken its place since.
            if self._pending is exchange:
                self._pending = None
                if self.phase == "answering":
                    self._rest()

    def _rest(self) -> None:
        self.phase = "ready" if self._chat.loaded else "asleep"

    async def _take_answers(self, exchange: Exchange, generation: GenerationSpec, turn: Turn) -> None:
        for speaker in speakers(self.voice):
            request = AnswerRequest(
                messages=self._conversation.messages_for(speaker, generation),
                generation=generation,
                adapter=speaker == "tuned",
            )
            answer = await turn.open_answer(speaker)
            text, may_go_on = await take_answer(self._chat, request, answer)
            exchange.answers[speaker] = text
            if not may_go_on:
                break

    # -- what is shown -------------------------------------------------------------------------------------------------

    def watch_phase(self) -> None:
        self._show_phase()

    def watch_voice(self, voice: Voice) -> None:
        self.head.show_voice(voice)

    def _show_phase(self) -> None:
        """Say what state the chat is in: above the conversation, and in its place while there is none."""
        is_new = not self._conversation.exchanges
        self.set_class(is_new, "-new")
        loaded = self._chat.loaded
        match self.phase:
            case "ready" | "answering" if loaded:
                self.head.show_loaded(loaded)
                self.notice.show(
                    "Ask it something",
                    "Compare what it says now with what it said before: tuned, base, or both side by side.",
                    [("enter", "send"), ("ctrl+t", "tuned, base or both"), ("esc 4", "back to training")],
                )
            case "asleep":
                self.head.show_state(self._model, "not loaded")
                why = "A run is training and may need the memory. " if self._is_training else ""
                self.notice.show(
                    "The model is not loaded", f"{why}It loads when you ask.", [("enter", "send a question")]
                )

    def _show_loading(self, stage: str, progress: tuple[float, float] | None) -> None:
        self.head.show_state(self._model, f"{stage} …")
        self.notice.show(f"{capitalised(stage)} …", self._model, mood="busy", progress=progress)

    def _show_failure(self, error: MacTunerError) -> None:
        self.phase = "failed"
        self.head.show_state(self._model, "not loaded")
        keys = [("esc r", "try again"), ("ctrl+o", "choose another model")]
        self.notice.show(error.message, error.hint, keys, mood="bad")
        if self._conversation.exchanges:
            self.notify(f"{error.message} {error.hint}", title="Not loaded", severity="error", markup=False)

    # -- actions -------------------------------------------------------------------------------------------------------

    def focus_middle(self) -> None:
        self.prompt.focus()

    def action_focus_prompt(self) -> None:
        self.prompt.focus()

    def action_leave(self) -> None:
        """From the prompt to the conversation, where letters are keys; from anywhere else to the prompt."""
        if self.focused is self.prompt:
            self.fold_what_covers()
            self.set_focus(self.transcript if self.transcript.display else None)
        else:
            super().action_leave()

    def action_stop(self) -> None:
        self._chat.cancel()

    def action_next_voice(self) -> None:
        if self._chat.loaded is not None and self._chat.loaded.adapter is None:
            self.notify("This model has no adapter: there is only the base to answer.", markup=False)
            return
        self.voice = VOICES[(VOICES.index(self.voice) + 1) % len(VOICES)]

    def action_ask_again(self) -> None:
        if self._is_asked_too_soon():
            return
        turn, generation = self.transcript.last, self._generation()
        if turn is not None and generation is not None:
            self._put(self._conversation.exchanges[-1], generation, turn)

    def action_reload(self) -> None:
        self._load()

    @work(group="clear", exclusive=True, exit_on_error=False)
    async def action_clear(self) -> None:
        count = len(self._conversation.exchanges)
        if count > LONG_CONVERSATION and not await self.app.push_screen_wait(
            ConfirmModal("Clear the conversation?", f"Its {count} questions and their answers are lost.", "Clear")
        ):
            return
        self._begin_anew()

    def _begin_anew(self) -> None:
        """An empty conversation; a question that is still being dealt with is given up."""
        self.workers.cancel_group(self, "answers")
        self._pending = None
        if self.phase == "answering":
            self._rest()
        self._conversation = Conversation()
        self.transcript.clear()
        self._show_phase()
        self.prompt.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "stop":
                return self.phase == "answering"
            case "ask_again":
                return self.phase != "answering" and bool(self._conversation.exchanges)
            case "reload":
                return self.phase in ("asleep", "failed")
        return super().check_action(action, parameters)
