"""What the steps of the data screen share: the source, what shall be done with it, and what is known of the result.

A fold: choices and events go in, requests and figures come out. Knows nothing of Textual.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from mactuner_tui.core import library
from mactuner_tui.core.events import (
    BaseEvent,
    Noted,
    RecipePreviewed,
    RequestFinished,
    RowsCounted,
    SourceOpened,
    SourceScanned,
)
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.cleaning import Step
from mactuner_tui.core.specs.data import MapSpec, PrepareSpec, ReadSpec
from mactuner_tui.core.specs.data_requests import (
    CleanRequest,
    MapRequest,
    OpenRequest,
    PreparedRequest,
    ScanRequest,
    SplitRequest,
)

R = TypeVar("R", bound=PreparedRequest)
RECIPE = PrepareSpec().recipe
LENGTH = PreparedRequest().max_length
KEPT = 100
"""How many changes can be undone."""


@dataclass(frozen=True)
class Plan:
    """What a repair can change, and `undo` takes back."""

    recipe: tuple[Step, ...] = RECIPE
    max_length: int = LENGTH


@dataclass
class DataState:
    """The work on one source."""

    reading: ReadSpec = field(default_factory=ReadSpec)
    source: str = ""
    opening: int = 0
    """Counts the times a source was to be opened: what was found out before belongs to another."""
    mapping: MapSpec = field(default_factory=MapSpec)
    model: str = library.STARTER
    plan: Plan = Plan()
    output: PrepareSpec = field(default_factory=PrepareSpec)
    """Of it: name, rows and split."""
    opened: SourceOpened | None = None
    scanned: SourceScanned | None = None
    notes: tuple[str, ...] = ()
    """What a person should know of how the source is read."""
    _undone: list[Plan] = field(default_factory=list)
    _done: list[Plan] = field(default_factory=list)
    _last_topic: str = ""
    _previews: dict[CleanRequest, RecipePreviewed] = field(default_factory=dict)
    _counts: dict[SplitRequest, RowsCounted] = field(default_factory=dict)
    _finished: dict[type[RequestSpec], RequestSpec] = field(default_factory=dict)
    """By kind, the request that was carried out last."""

    # -- choices -------------------------------------------------------------------------------------------------------

    def open(self, source: str, reading: ReadSpec) -> None:
        """Begin with a source; the recipe stays, for it may suit this one too."""
        if source != self.source:
            self.mapping = MapSpec()
            self.output = PrepareSpec()
        self.source, self.reading = source, reading
        self.opening += 1
        self.opened = self.scanned = None
        self.notes = ()
        self._previews.clear()
        self._counts.clear()
        self._finished.clear()

    def change(self, topic: str = "", **changes: Any) -> None:
        """Change the plan, so that it can be undone; what follows on one topic, such as typing, is one change."""
        plan = replace(self.plan, **changes)
        if plan != self.plan:
            if not topic or topic != self._last_topic:
                self._done = [*self._done, self.plan][-KEPT:]
            self._undone.clear()
            self._last_topic = topic
            self.plan = plan

    def undo(self) -> bool:
        """Take the last change of the plan back. Whether there was one."""
        return self._step(self._done, self._undone)

    def redo(self) -> bool:
        """Make the change again that was taken back last. Whether there was one."""
        return self._step(self._undone, self._done)

    def _step(self, from_: list[Plan], to: list[Plan]) -> bool:
        if not from_:
            return False
        to.append(self.plan)
        self.plan = from_.pop()
        self._last_topic = ""
        return True

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    # -- what happened -------------------------------------------------------------------------------------------------

    def apply(self, request: RequestSpec, event: BaseEvent) -> bool:
        """Take in what a request brought to light. Whether it was of interest."""
        match request, event:
            case OpenRequest(), SourceOpened():
                self.opened = event
                self.notes = event.notes
            case OpenRequest() | ScanRequest(), Noted(warning=True):
                self.notes = tuple(dict.fromkeys((*self.notes, event.text)))
            case _, SourceScanned():
                self.scanned = event
            case CleanRequest(), RecipePreviewed():
                self._previews[request] = event
            case SplitRequest(), RowsCounted():
                self._counts[request] = event
            case _, RequestFinished():
                self._finished[type(request)] = request
            case _:
                return False
        return True

    # -- what follows --------------------------------------------------------------------------------------------------

    def request(self, kind: Callable[..., R], **more: Any) -> R:
        """A request for what this mapping and recipe leave of the source."""
        return kind(
            mapping=self.mapping,
            recipe=self.plan.recipe,
            model=self.model,
            max_length=self.plan.max_length,
            **more,
        )

    @property
    def split_request(self) -> SplitRequest:
        """Asks how many rows would go where."""
        return self.request(SplitRequest, rows=self.output.rows, split=self.output.split)

    def is_finished(self, kind: type[PreparedRequest]) -> bool:
        """Whether a request of this kind was carried out for what is chosen now."""
        last, now = self._finished.get(kind), self.request(PreparedRequest)
        return last is not None and all(getattr(last, name) == getattr(now, name) for name in type(now).model_fields)

    @property
    def is_mapped(self) -> bool:
        """Whether rows were rendered with the mapping that is chosen now."""
        last = self._finished.get(MapRequest)
        return isinstance(last, MapRequest) and last.mapping == self.mapping

    @property
    def stops_at(self) -> int:
        """How many rows the making of a dataset would stop at: those that cannot be read or used."""
        if self.scanned is None or self.reading.bad_rows == "skip":
            return 0
        if self.counts is not None:
            return self.counts.bad
        return self.scanned.bad + (self.preview.unusable if self.preview else 0)

    @property
    def preview(self) -> RecipePreviewed | None:
        """What the recipe does, as far as that is known."""
        return self._previews.get(self.request(CleanRequest))

    @property
    def estimate(self) -> RecipePreviewed | None:
        """The same; for want of it what was known last, of another recipe, as an estimate."""
        if self.preview is not None or not self._previews:
            return self.preview
        return list(self._previews.values())[-1].model_copy(update={"exact": False})

    @property
    def counts(self) -> RowsCounted | None:
        """How many rows would go where, if that was counted."""
        return self._counts.get(self.split_request)

    @property
    def prepare_spec(self) -> PrepareSpec:
        """The job that makes the dataset."""
        return PrepareSpec(
            source=self.source,
            name=self.output.name,
            rows=self.output.rows,
            split=self.output.split,
            reading=self.reading,
            mapping=self.mapping,
            recipe=self.plan.recipe,
            model=self.model,
        )
