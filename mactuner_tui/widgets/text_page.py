"""A long text above the screen, a part at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar, NamedTuple

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.widgets.dialog import Dialog


class Part(NamedTuple):
    """A part of a text: where it begins, and how long the whole is, in characters."""

    text: str
    start: int
    total: int


class TextPageModal(Dialog[None]):
    """Shows a text that is read part by part by the function it is given."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss(None)", "Close", show=False, id="page.close", tooltip="Back to the rows"),
        Binding("right", "turn(1)", "Next part", show=False, id="page.next", tooltip="The next part of the text"),
        Binding("left", "turn(-1)", "Part before", show=False, id="page.before", tooltip="The part before"),
        Binding("y", "copy", "Copy", show=False, id="page.copy", tooltip="Copy this part"),
    ]

    def __init__(self, title: str, read: Callable[[int], Awaitable[Part]]) -> None:
        super().__init__()
        self._title = title
        self._read = read
        self._starts = [0]
        self._part = Part("", 0, 0)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            yield Static(self._title, classes="dialog-title", markup=False)
            with VerticalScroll():
                yield Static(markup=False, id="page-text")
            yield Static(classes="dialog-keys", id="page-keys")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self._load()

    @work(group="page", exclusive=True, exit_on_error=False)
    async def _load(self) -> None:
        try:
            self._part = await self._read(self._starts[-1])
        except MacTunerError as error:
            self.query_one("#page-text", Static).update(Content(f"! {error.message} {error.hint}"))
            return
        self.query_one("#page-text", Static).update(Content(self._part.text))
        self.query_one(VerticalScroll).scroll_home(animate=False)
        self.query_one("#page-keys", Static).update(self._keys())

    def _keys(self) -> str:
        part = self._part
        end = part.start + len(part.text)
        if end >= part.total and not part.start:
            return f"{part.total:,} characters · y copy · escape close"
        place = f"characters {part.start + 1:,} to {end:,} of {part.total:,}"
        return f"{place} · ← → other parts · y copy · escape close"

    def action_turn(self, direction: int) -> None:
        end = self._part.start + len(self._part.text)
        if direction > 0 and end < self._part.total:
            self._starts.append(end)
        elif direction < 0 and len(self._starts) > 1:
            self._starts.pop()
        else:
            return
        self._load()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._part.text)
        self.notify("Copied.", markup=False)
