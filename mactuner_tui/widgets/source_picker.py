"""Choosing where something comes from: type a path or an id, or walk through offers and folders with the arrows.

Knows files and folders, but nothing of what can be read from them beyond the names it is told to look for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from mactuner_tui.core import paths
from mactuner_tui.core.numbers import bytes_text
from mactuner_tui.widgets.panes import Lines
from mactuner_tui.widgets.texts import shortened

LISTED = 400
"""Entries of a folder that are listed."""
TITLE_WIDTH = 34


class Offer(NamedTuple):
    """A line of the list: `value` is what choosing it means."""

    kind: Literal["source", "folder"]
    value: str
    title: str
    note: str = ""


@dataclass(frozen=True)
class Sought:
    """What is looked for."""

    placeholder: str
    suffixes: tuple[str, ...]
    """Of the files that are listed unless all are."""
    whole: tuple[str, str]
    """Title and note of the line that takes the folder one is in."""
    sign: str = ""
    """The file by which a folder can be taken as a whole. Empty: any that is listed."""
    names: tuple[str, ...] = ()
    """What is no path, and can be taken all the same."""
    hub: str = ""
    """What the id of something on the Hub is said to be. Empty: an id cannot be taken."""


DATA = Sought(
    placeholder="a file, a folder, or owner/name of a dataset on the Hugging Face Hub",
    suffixes=(".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".txt", ".md", ".parquet", ".gz"),
    whole=("this folder as one source", "all its files"),
    names=(paths.SAMPLE,),
    hub="a dataset of the Hub",
)


class SourcePicker(Vertical):
    """A field and a list below it. The list has the offers while the field is empty, and then the folder's files."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "edit", "Type", id="picker.edit", tooltip="Type a path or an id"),
        Binding("down", "list", "To the list", show=False, id="picker.list", tooltip="From the field to the list"),
        Binding("left", "leave_folder", "Up", show=False, id="picker.up", tooltip="The folder above"),
        Binding("h", "toggle_hidden", "Hidden", id="picker.hidden", tooltip="Show or hide hidden and other files"),
    ]

    @dataclass
    class Chosen(Message):
        """This source shall be taken: a path, the id of something on the Hub, or a name."""

        source: str

    def __init__(self, sought: Sought = DATA) -> None:
        super().__init__()
        self._sought = sought
        self._offers: Sequence[Offer] = ()
        self._listed: list[Offer] = []
        self._shows_all = False

    def compose(self) -> ComposeResult:
        yield Input(
            placeholder=self._sought.placeholder,
            suggester=PathSuggester(self._sought),
            compact=True,
            id="picker-path",
            classes="search",
        )
        yield Static(id="picker-problem", markup=False)
        yield Lines(id="picker-list", compact=True)

    def show(self, offers: Sequence[Offer]) -> None:
        """Offer these while nothing is typed."""
        self._offers = offers
        self._list()

    def focus(self, scroll_visible: bool = True) -> SourcePicker:
        """Give the focus to the list."""
        self.query_one(OptionList).focus(scroll_visible)
        return self

    def on_descendant_focus(self) -> None:
        self.screen.refresh_bindings()

    @property
    def text(self) -> str:
        return self.query_one(Input).value.strip()

    # -- the list ------------------------------------------------------------------------------------------------------

    @on(Input.Changed)
    def list_anew(self, event: Input.Changed) -> None:
        event.stop()
        self._say("")
        self._list()

    @work(group="listing", exclusive=True, exit_on_error=False)
    async def _list(self) -> None:
        text = self.text
        is_path = paths.looks_like_path(text)
        matching = [offer for offer in self._offers if text.lower() in offer.title.lower() and not is_path]
        found = await asyncio.to_thread(_entries, text, self._sought, self._shows_all) if text else []
        if matching or found or not text:
            self._listed = [*matching, *found]
        else:
            is_taken = self._sought.hub and paths.is_hub_id(text)
            self._listed = [Offer("source", text, text, self._sought.hub)] if is_taken else []
        options = self.query_one(OptionList)
        options.set_options(Option(_row(offer)) for offer in self._listed)
        options.highlighted = 0 if self._listed else None

    # -- choosing ------------------------------------------------------------------------------------------------------

    @on(Input.Submitted)
    def take_typed(self, event: Input.Submitted) -> None:
        event.stop()
        text = self.text
        if not text:
            self.query_one(OptionList).focus()
        elif text in self._sought.names or _is_file(text):
            self.post_message(self.Chosen(text))
        elif self._listed:
            self.query_one(OptionList).focus()
        else:
            self._say(f"! There is nothing to take that is called {text}.")

    @on(OptionList.OptionSelected)
    def take_offer(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        offer = self._listed[event.option_index]
        if offer.kind == "folder":
            self._enter(offer.value)
        else:
            self.post_message(self.Chosen(offer.value))

    def _enter(self, folder: str) -> None:
        field = self.query_one(Input)
        field.value = folder
        field.cursor_position = len(folder)

    def _say(self, problem: str) -> None:
        self.query_one("#picker-problem", Static).update(problem)

    # -- actions -------------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("edit", "leave_folder", "toggle_hidden"):
            return not self.query_one(Input).has_focus
        return super().check_action(action, parameters)

    def action_edit(self) -> None:
        self.query_one(Input).focus()

    def action_list(self) -> None:
        self.query_one(OptionList).focus()

    def action_leave_folder(self) -> None:
        """From a folder to the one above it; from there, and from a name half typed, to what is offered first."""
        if not self.text:
            return
        folder = _folder_of(self.text)
        above = folder.parent if self.text.endswith("/") else folder
        self._enter("" if above == folder else _shown(above))

    def action_toggle_hidden(self) -> None:
        self._shows_all = not self._shows_all
        self._list()


class PathSuggester(Suggester):
    """Completes a path by the first name that fits; `right` takes it."""

    def __init__(self, sought: Sought) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._sought = sought

    async def get_suggestion(self, value: str) -> str | None:
        if not paths.looks_like_path(value):
            return None
        entries = await asyncio.to_thread(_entries, value, self._sought, True)
        return next((entry.value for entry in entries if entry.value.startswith(value)), None)


def _is_file(text: str) -> bool:
    try:
        return Path(text).expanduser().is_file()
    except (RuntimeError, OSError, ValueError):  # `~name` of no one, or no name that a disk takes.
        return False


def _folder_of(text: str) -> Path:
    """The folder that a text names or half names."""
    path = Path(text).expanduser()
    return path if text.endswith("/") else path.parent


def _entries(text: str, sought: Sought, all_files: bool) -> list[Offer]:
    """What lies in the folder a text names, as far as its names go on from the rest of the text."""
    begun = "" if text.endswith("/") else text.rpartition("/")[2]
    try:
        folder = _folder_of(text)
        found = sorted(folder.iterdir(), key=lambda path: (not path.is_dir(), path.name.lower()))
    except (OSError, RuntimeError, ValueError):
        return []
    prefix = text[: len(text) - len(begun)] if begun else text
    entries = (_entry(path, prefix) for path in found if path.name.startswith(begun))
    fitting = [one for one in entries if one is not None and (all_files or _is_usual(one, begun, sought))]
    if begun:
        is_whole = False
    elif sought.sign:
        is_whole = any(path.name == sought.sign for path in found)
    else:
        is_whole = any(one.kind == "source" for one in fitting)
    return [*([Offer("source", _shown(folder), *sought.whole)] if is_whole else []), *fitting[:LISTED]]


def _entry(path: Path, prefix: str) -> Offer | None:
    try:
        if path.is_dir():
            return Offer("folder", f"{prefix}{path.name}/", f"{path.name}/", "folder")
        return Offer("source", f"{prefix}{path.name}", path.name, bytes_text(path.stat().st_size))
    except OSError:
        return None  # It vanished, or may not be looked at.


def _is_usual(offer: Offer, begun: str, sought: Sought) -> bool:
    if offer.title.startswith("."):
        return begun.startswith(".")
    return offer.kind == "folder" or Path(offer.title).suffix.lower() in sought.suffixes


def _shown(folder: Path) -> str:
    """A folder as it is typed."""
    home = Path.home()
    if folder.is_relative_to(home):
        return f"~/{folder.relative_to(home)}/".replace("/./", "/")
    return f"{folder}/".replace("//", "/")


def _row(offer: Offer) -> Content:
    mark = "▸ " if offer.kind == "folder" else "  "
    title = shortened(offer.title, TITLE_WIDTH).ljust(TITLE_WIDTH)
    return Content.assemble((mark, "$quiet"), title, "  ", (offer.note, "$quiet"))
