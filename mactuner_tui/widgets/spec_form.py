"""A form made from a spec: every field with its title, checked as typed, the focused one explained below."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Collapsible, Static

from mactuner_tui.core.errors import SpecError
from mactuner_tui.core.specs.base import Spec
from mactuner_tui.core.specs.fields import Field, fields_of
from mactuner_tui.widgets.spec_field import SpecField


@dataclass(frozen=True)
class Group:
    """Fields that stand together, by path. A group without a title is always open; the others fold."""

    title: str
    paths: tuple[str, ...]


class SpecForm(Vertical):
    """Fields that no group names, nested ones above all, follow in groups of their own; without `rest`, not at all.

    Texts named in `long` may have several lines.
    """

    @dataclass
    class Edited(Message):
        """A person changed a value. `spec` is the whole as entered, None while something in it is wrong."""

        form: SpecForm
        path: str
        spec: Spec | None

    def __init__(
        self,
        spec: type[Spec],
        groups: Sequence[Group],
        suggestions: Mapping[str, Sequence[str]] | None = None,
        rest: bool = True,
        long: Collection[str] = (),
    ) -> None:
        super().__init__()
        self._spec = spec
        self._groups = groups
        self._suggestions = suggestions or {}
        self._rest = rest
        self._long = long
        self._is_filled = False
        """Before it is, editors tell of first values of their own, which nobody has entered."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="fields", can_focus=False):
            for title, fields in self._grouped():
                widgets = [self._field(field) for field in fields]
                if title:
                    yield Collapsible(*widgets, title=title)
                else:
                    yield from widgets
        yield Static("Each field is explained here when you come to it.", classes="field-help")

    def _field(self, field: Field) -> SpecField:
        return SpecField(self._spec, field, self._suggestions.get(field.path, ()), field.path in self._long)

    def _grouped(self) -> Iterator[tuple[str, list[Field]]]:
        fields = {field.path: field for field in fields_of(self._spec)}
        for group in self._groups:
            yield group.title, [fields.pop(path) for path in group.paths]
        if not self._rest:
            return
        for title in dict.fromkeys(field.group for field in fields.values()):
            yield title or "More", [field for field in fields.values() if field.group == title]

    @property
    def fields(self) -> list[SpecField]:
        return list(self.query(SpecField))

    def field(self, path: str) -> SpecField:
        """The field with this path."""
        return next(field for field in self.fields if field.field.path == path)

    def fill(self, spec: Spec) -> None:
        """Show the values of a spec."""
        self._is_filled = True
        for field in self.fields:
            value: Any = spec
            for name in field.field.path.split("."):
                value = getattr(value, name)
            field.fill(value)

    def read(self) -> Spec | None:
        """The spec as entered. When something is wrong: None, and the focus on the first wrong field."""
        wrong = [field for field in self.fields if not field.judge()]
        if wrong:
            self.show_problem(wrong[0].field.path, wrong[0].problem)
            return None
        try:
            return self._spec.of(self._values())
        except SpecError as error:
            self.notify(error.message, title="These values do not go together", severity="error", markup=False)
            return None

    @property
    def spec(self) -> Spec | None:
        """The spec as entered, None while something is wrong."""
        if any(field.problem for field in self.fields):
            return None
        try:
            return self._spec.of(self._values())
        except SpecError:
            return None

    @on(SpecField.Edited)
    def pass_edit_on(self, event: SpecField.Edited) -> None:
        event.stop()
        if self._is_filled:
            self.post_message(self.Edited(self, event.path, self.spec))

    def show_problem(self, path: str, problem: str | None) -> None:
        """Say at the field what is wrong with it, unfold its group and go there."""
        field = self.field(path)
        field.show_problem(problem)
        for ancestor in field.ancestors:
            if isinstance(ancestor, Collapsible):
                ancestor.collapsed = False
        self.call_after_refresh(field.focus_editor)

    def _values(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for field in self.fields:
            *groups, name = field.field.path.split(".")
            place = values
            for group in groups:
                place = place.setdefault(group, {})
            place[name] = field.value
        return values

    def focus_first(self) -> None:
        """Go to the first field."""
        self.fields[0].focus_editor()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for ancestor in event.widget.ancestors:
            if isinstance(ancestor, SpecField):
                self.query_one(".field-help", Static).update(_explained(ancestor.field))
                return


def _explained(field: Field) -> Content:
    """What a field is for, what is allowed and what it is set to by itself."""
    known = [field.range, "" if field.default is None else f"default {_plain(field.default)}"]
    facts = "  ·  ".join(part for part in known if part)
    return Content.assemble((field.title, "bold"), "  ", (facts, "$text-primary"), "\n", field.help)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
