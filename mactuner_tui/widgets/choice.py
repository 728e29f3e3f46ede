"""Small questions above the screen: one of several things, a number, or a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from mactuner_tui.widgets.dialog import Dialog

CANCEL = Binding("escape", "dismiss(None)", "Cancel", show=False, id="choice.cancel", tooltip="Choose nothing")


class Choice(NamedTuple):
    """Something that can be chosen, and a sentence on it."""

    title: str
    note: str = ""


class ChoiceModal(Dialog[int | None]):
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


class NumberModal(Dialog[int | None]):
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


class TextModal(Dialog[str | None]):
    """Asks for a text. `problem` says what is wrong with one, or None; only a right one can be sent off."""

    BINDINGS: ClassVar[list[BindingType]] = [CANCEL]

    def __init__(self, question: str, text: str, problem: Callable[[str], str | None]) -> None:
        super().__init__()
        self._question = question
        self._text = text
        self._problem = problem

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._question, classes="dialog-title", markup=False)
            yield Input(self._text, compact=True)
            yield Static(classes="dialog-problem", markup=False)
            yield Static("enter take it · escape cancel", classes="dialog-keys")

    @on(Input.Changed)
    def judge(self, event: Input.Changed) -> None:
        text = event.value.strip()
        problem = None if text == self._text else self._problem(text)
        self.query_one(".dialog-problem", Static).update(f"! {problem}" if problem else "")

    @on(Input.Submitted)
    def take_text(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if text == self._text or not self._problem(text):
            self.dismiss(text)
