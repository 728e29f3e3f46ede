"""What the steps tell their screen: what was chosen, and what was found out."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from mactuner_tui.core.events import BaseEvent
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.cleaning import Step
from mactuner_tui.core.specs.data import MapSpec, PrepareSpec, ReadSpec


@dataclass
class SourceChosen(Message):
    """This source shall be opened, read like this."""

    source: str
    reading: ReadSpec


@dataclass
class ReadingChosen(Message):
    """A source shall be read like this from now on; what is open already stays as it is."""

    reading: ReadSpec


@dataclass
class MappingChosen(Message):
    """The columns shall be used like this."""

    mapping: MapSpec


@dataclass
class RecipeChosen(Message):
    """The rows shall be cleaned like this."""

    recipe: tuple[Step, ...]
    topic: str = ""
    """Choices on one topic that follow each other, as typing does, are undone together."""


@dataclass
class ViewChosen(Message):
    """Tokens shall be counted with this model and cut at this length."""

    model: str
    max_length: int
    topic: str = ""
    """As for a recipe."""


@dataclass
class OutputChosen(Message):
    """The dataset shall have this name, so many rows, and be split like this."""

    output: PrepareSpec


@dataclass
class PlanReturned(Message):
    """The last change of recipe or length shall be undone, or done again."""

    back: bool


@dataclass
class Learnt(Message):
    """A request brought something to light."""

    request: RequestSpec
    event: BaseEvent


@dataclass
class SideAsked(Message):
    """The right panel shall be open; or not be in the way."""

    is_open: bool


@dataclass
class StepAsked(Message):
    """Another step shall be shown."""

    name: str
