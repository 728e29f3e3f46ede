"""The line above the conversation: which model is loaded, and who answers."""

from __future__ import annotations

from typing import Literal

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from mactuner_tui.core.events import ModelLoaded
from mactuner_tui.core.numbers import duration_text
from mactuner_tui.widgets.texts import last_part

Voice = Literal["tuned", "base", "both"]
VOICES: tuple[Voice, ...] = ("tuned", "base", "both")


def speakers(voice: Voice) -> tuple[str, ...]:
    """Who answers when this voice is chosen, in order."""
    return ("tuned", "base") if voice == "both" else (voice,)


class ChatHead(Horizontal):
    """At the left the model, at the right the voices with the present one marked."""

    def compose(self) -> ComposeResult:
        yield Static(id="chat-model")
        yield Static(id="chat-voice")

    def show_loaded(self, loaded: ModelLoaded) -> None:
        """A model is ready."""
        base = f" on {last_part(loaded.base)}" if loaded.adapter else ""
        facts = f"{base} · {loaded.device} · loaded in {duration_text(loaded.seconds)}"
        name = loaded.adapter or last_part(loaded.model)
        self.query_one("#chat-model", Static).update(Content.assemble((last_part(name), "bold"), (facts, "$quiet")))

    def show_state(self, model: str, state: str) -> None:
        """No model is ready, and why."""
        self.query_one("#chat-model", Static).update(
            Content.assemble((last_part(model), "bold"), (f" · {state}", "$quiet"))
        )

    def show_voice(self, voice: Voice) -> None:
        """Mark who answers."""
        marks = [
            (f" ● {one} ", "bold $text-primary on $primary-muted") if one == voice else (f" ○ {one} ", "$quiet")
            for one in VOICES
        ]
        self.query_one("#chat-voice", Static).update(Content.assemble(*marks))
