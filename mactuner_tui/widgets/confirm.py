"""A question before an act that cannot be taken back."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static


class ConfirmModal(ModalScreen[bool]):
    """Asks; `True` when the act was confirmed. Before a dangerous act, enter means no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "No", show=False, id="confirm.no", tooltip="Leave everything as it is"),
        Binding("y", "answer(True)", "Yes", show=False, id="confirm.yes", tooltip="Do it"),
        Binding("left,right", "app.focus_next", "Other", show=False, id="confirm.other", tooltip="The other button"),
    ]

    def __init__(self, question: str, detail: str, act: str, dangerous: bool = True) -> None:
        super().__init__()
        self._question = question
        self._detail = detail
        self._act = act
        self._dangerous = dangerous

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(self._question, id="question", markup=False)
            yield Static(self._detail, id="detail", markup=False)
            with Horizontal(id="answers"):
                yield Button(f"{self._act}  y", variant="error" if self._dangerous else "primary", id="yes", flat=True)
                yield Button("Cancel  esc", id="no", flat=True)

    def on_mount(self) -> None:
        self.query_one("#no" if self._dangerous else "#yes").focus()

    @on(Button.Pressed)
    def take_answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)
