"""Small questions above the screen: one of several things, or a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

CANCEL = Binding("escape", "dismiss(None)", "Cancel", show=False, id="choice.cancel", tooltip="Choose nothing")


class Choice(NamedTuple):
    """Something that can be chosen, and a sentence on it."""

    title: str
    note: str = ""


class ChoiceModal(ModalScreen[int | None]):
    """Asks for one of several things; what is said of the highlighted one stands below the list.

    Answers with its place in the list, None when nothing was chosen.
    """

    BINDINGS: ClassVar[list[BindingType]] = [CANCEL]

    def __init__(self, question: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._question = question
        self._choices = choices

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._question, classes="dialog-title", markup=False)
            yield OptionList(*(Option(Content(choice.title)) for choice in self._choices), compact=True)
            yield Static(classes="dialog-note", markup=False)
            yield Static("enter choose · escape cancel", classes="dialog-keys")

    @on(OptionList.OptionHighlighted)
    def explain(self, event: OptionList.OptionHighlighted) -> None:
        self.query_one(".dialog-note", Static).update(self._choices[event.option_index].note)

    @on(OptionList.OptionSelected)
    def take_choice(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)


class NumberModal(ModalScreen[int | None]):
    """Asks for a whole number from 1 to `most`."""

    BINDINGS: ClassVar[list[BindingType]] = [CANCEL]

    def __init__(self, question: str, most: int) -> None:
        super().__init__()
        self._question = question
        self._most = most

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(f"{self._question} 1 to {self._most:,}", classes="dialog-title", markup=False)
            yield Input(type="integer", compact=True)
            yield Static("enter go · escape cancel", classes="dialog-keys")

    @on(Input.Submitted)
    def take_number(self, event: Input.Submitted) -> None:
        digits = event.value.strip()
        self.dismiss(min(max(int(digits), 1), self._most) if digits.isdigit() else None)
