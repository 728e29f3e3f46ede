"""Where a question is typed: enter sends it, ctrl+j or shift+enter begins a new line."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea


class Prompt(TextArea):
    """Grows with its text."""

    BINDING_GROUP_TITLE = "Prompt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send", priority=True, id="prompt.send", tooltip="Ask the model"),
        Binding(
            "ctrl+j,shift+enter",
            "new_line",
            "New line",
            show=False,
            priority=True,
            id="prompt.line",
            tooltip="Begin a new line",
        ),
    ]

    @dataclass
    class Sent(Message):
        """A question was asked."""

        text: str

    def __init__(self) -> None:
        super().__init__(
            id="prompt",
            compact=True,
            highlight_cursor_line=False,
            placeholder="Ask something: enter sends, ctrl+j begins a new line",
        )

    def action_send(self) -> None:
        text = self.text.strip()
        if text:
            self.post_message(self.Sent(text))

    def action_new_line(self) -> None:
        self.insert("\n")
