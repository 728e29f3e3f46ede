"""One value of a spec as a line of a form: its title, an editor that fits its type, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Grid
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Select, Static, TextArea

from mactuner_tui.core.specs.base import Spec
from mactuner_tui.core.specs.fields import Field, check

OTHER = "\0other"
"""The value of the choice that opens a text field. No name can be equal to it."""


class SpecField(Grid):
    """Judges its value as it is typed. A text field with `suggestions` is a list of them, and free text besides.

    A text that is `long` may have several lines.
    """

    @dataclass
    class Edited(Message):
        """A person changed the value."""

        path: str

    def __init__(self, spec: type[Spec], field: Field, suggestions: Sequence[str] = (), long: bool = False) -> None:
        super().__init__(classes="spec-field -long" if long else "spec-field")
        self.field = field
        self.problem: str | None = None
        self._spec = spec
        self._suggestions = list(suggestions)
        self._is_long = long

    def compose(self) -> ComposeResult:
        yield Static(self.field.title, classes="field-title", markup=False)
        yield self._editor()
        if self._suggestions:
            yield Input(compact=True, placeholder="folder", classes="field-other")
        yield Static(classes="field-problem", markup=False)

    def _editor(self) -> Widget:
        match self.field.type:
            case "switch":
                return Checkbox(compact=True)
            case "choice":
                return Select([(Content(name), name) for name in self.field.choices], allow_blank=False, compact=True)
        if self._suggestions:
            return Select(self._options(), allow_blank=False, compact=True)
        if self._is_long:
            area = TextArea(compact=True)
            area.match_cursor_bracket = False
            return area
        return Input(compact=True, placeholder="" if self.field.default is not None else "automatic")

    def _options(self) -> list[tuple[Content, str]]:
        return [*((Content(name), name) for name in self._suggestions), (Content("a folder …"), OTHER)]

    @property
    def value(self) -> Any:
        """What is entered, as the spec takes it: text is turned into numbers there."""
        for box in self.query(Checkbox):
            return box.value
        for choice in self.query(Select):
            if choice.value != OTHER:
                return choice.value
        for area in self.query(TextArea):
            return area.text
        text = self.query_one(Input).value
        # Where nothing is a text as good as any, so are blanks.
        return text if self.field.default == "" else text.strip() or None

    def fill(self, value: Any) -> None:
        """Show a value; what is read back is the same value."""
        with self.prevent(Checkbox.Changed, Select.Changed, Input.Changed, TextArea.Changed):
            for box in self.query(Checkbox):
                box.value = bool(value)
            for choice in self.query(Select):
                choice.value = value if self._is_listed(value) else OTHER
            for text in self.query(Input):
                text.value = "" if value is None else _exact(value)
            for area in self.query(TextArea):
                if area.text != value:
                    area.text = value
        self._show_other()
        self.judge()

    def suggest(self, names: Sequence[str]) -> None:
        """Offer other names; the value stays."""
        value = self.value
        self._suggestions = list(names)
        with self.prevent(Select.Changed):
            self.query_one(Select).set_options(self._options())
        self.fill(value)

    def _is_listed(self, value: Any) -> bool:
        return value in (self.field.choices or self._suggestions)

    def _show_other(self) -> None:
        for text in self.query(".field-other").results(Input):
            text.display = self.query_one(Select).value == OTHER

    def judge(self) -> bool:
        """Check the value and show what is wrong with it. Returns whether it is right."""
        value = self.value
        problem = check(self._spec, self.field.path, value)
        if problem and value is None:
            problem = "A value is needed"
        self.show_problem(problem)
        return problem is None

    def show_problem(self, problem: str | None) -> None:
        """Mark the field as wrong, with the reason below it, or as right."""
        self.problem = problem
        self.set_class(problem is not None, "-wrong")
        self.query_one(".field-problem", Static).update(f"! {problem}" if problem else "")

    def focus_editor(self) -> None:
        """Put the focus on what takes the value."""
        wanted = next(widget for widget in self.query("Input, Select, Checkbox, TextArea") if widget.display)
        wanted.focus()

    @on(Input.Changed)
    @on(Select.Changed)
    @on(Checkbox.Changed)
    @on(TextArea.Changed)
    def take_edit(self, event: Message) -> None:
        event.stop()
        self._show_other()
        self.judge()
        self.post_message(self.Edited(self.field.path))


def _exact(value: Any) -> str:
    """A value as text that means the same: short where that loses nothing (`1e-05`, `2`), else with all digits."""
    short = f"{value:g}" if isinstance(value, float) else str(value)
    return short if not isinstance(value, float) or float(short) == value else repr(value)
