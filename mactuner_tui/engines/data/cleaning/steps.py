"""A recipe's steps as streams: items go in, what is left of them comes out, and each step knows what it did."""

import hashlib
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from mactuner_tui.core.errors import DataError, os_errors_in_words
from mactuner_tui.core.events.data import Change, StepEffect
from mactuner_tui.core.records import Record, texts_of
from mactuner_tui.core.specs.cleaning import (
    ExactDuplicates,
    LengthInCharacters,
    LengthInTokens,
    NearDuplicates,
    RegularExpression,
    Roles,
    StepSpec,
)
from mactuner_tui.engines.data.alike import groups
from mactuner_tui.engines.data.batches import batches
from mactuner_tui.engines.data.cleaning import texts
from mactuner_tui.engines.data.cleaning.parts import changed, texts_in
from mactuner_tui.engines.data.cleaning.roles import in_order
from mactuner_tui.engines.data.rows import Item

if TYPE_CHECKING:
    from mactuner_tui.engines.data.counting import TokenCounter

EXAMPLES = 8
EXAMPLE_CHARACTERS = 2000
LEAD_IN = 400
"""Characters shown before the first change."""
BATCH = 1000
BATCH_CHARACTERS = 1_000_000
Edit = Callable[[Record], Record | None]
"""What a step makes of a record: the same object when it leaves it, None when the row goes."""
Counter = Callable[[], "TokenCounter"]
Refusal = Callable[[Item, DataError], None]
"""Told of an item that a step can do nothing with."""


@dataclass
class Effect:
    """What a step did so far."""

    seen: int = 0
    changed: int = 0
    dropped: int = 0
    examples: list[Change] = field(default_factory=list)

    def note(self, row: int, before: str, after: str | None) -> None:
        """A row was changed, or dropped."""
        if after is None:
            self.dropped += 1
        else:
            self.changed += 1
        if len(self.examples) < EXAMPLES:
            start = max(0, _first_difference(before, after) - LEAD_IN) if after else 0
            cut = None if after is None else _cut(after, start)
            self.examples.append(Change(row=row, before=_cut(before, start), after=cut))

    def told(self) -> StepEffect:
        """The effect as an event tells it."""
        return StepEffect(seen=self.seen, changed=self.changed, dropped=self.dropped, examples=tuple(self.examples))


def _first_difference(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (before, after) in pairs if before != after), min(len(one), len(other)))


def _cut(text: str, start: int) -> str:
    """A part of a long text, from a little before what changed."""
    return f"{'…' if start else ''}{text[start : start + EXAMPLE_CHARACTERS]}"


def text_of_record(record: Record) -> str:
    """All that a record says, in one text."""
    return "\n".join(texts_of(record))


def through(
    step: StepSpec,
    items: Iterator[Item],
    effect: Effect,
    counter: Counter,
    refuse: Refusal,
    check: Callable[[], None] = lambda: None,
) -> Iterator[Item]:
    """The items that a step leaves, changed by it. Those it can do nothing with are told to `refuse` and go.

    Where it takes long between two, `check` is called, and may raise to end it.
    """
    match step:
        case NearDuplicates(similarity=similarity):
            return _without_alike(items, similarity, effect, check)
        case LengthInTokens():
            return _within_tokens(items, step, effect, counter, refuse, check)
    return _edited(items, _edit(step), effect, refuse, check)


def _edited(
    items: Iterator[Item], edit: Edit, effect: Effect, refuse: Refusal, check: Callable[[], None]
) -> Iterator[Item]:
    for item in items:
        check()
        effect.seen += 1
        before = item.record
        try:
            after = edit(before)
        except DataError as error:
            refuse(item, error)
            continue
        if after is not before:
            _note(effect, item.number, before, after)
        if after is not None:
            item.record = after
            yield item


def _note(effect: Effect, number: int, before: Record, after: Record | None) -> None:
    """Remember the first text that was changed; of a dropped row, all."""
    if after is None:
        effect.note(number, text_of_record(before), None)
        return
    pairs = zip(texts_of(before), texts_of(after), strict=False)
    first = next((pair for pair in pairs if pair[0] != pair[1]), (text_of_record(before), text_of_record(after)))
    effect.note(number, *first)


def _edit(step: StepSpec) -> Edit:
    match step:
        case Roles():
            return in_order
        case ExactDuplicates():
            return _unless_met()
        case LengthInCharacters(part=part, minimum=minimum, maximum=maximum):
            return lambda record: _if(within(sum(map(len, texts_in(record, part))), minimum, maximum), record)
        case RegularExpression(pattern=""):
            return lambda record: record
        case RegularExpression(action="drop_matching" | "keep_matching"):
            return _by_match(step)
    change = texts.changer(step)
    if change is None:
        raise TypeError(f"{type(step).__name__} is no step on records")
    where: str = step.model_dump()["part"]
    return lambda record: changed(record, where, change)


def _if(keep: bool, record: Record) -> Record | None:
    return record if keep else None


def within(length: int, minimum: int, maximum: int) -> bool:
    """Whether a length lies between two bounds, of which 0 is none."""
    return length >= minimum and (maximum == 0 or length <= maximum)


def _unless_met() -> Edit:
    met: set[bytes] = set()

    def edit(record: Record) -> Record | None:
        key = hashlib.blake2b(repr(record).encode(), digest_size=16).digest()
        if key in met:
            return None
        met.add(key)
        return record

    return edit


def _by_match(step: RegularExpression) -> Edit:
    pattern, wanted = texts.compiled(step), step.action == "keep_matching"

    def edit(record: Record) -> Record | None:
        for text in texts_in(record, step.part):
            try:
                if pattern.search(text, timeout=texts.PATTERN_SECONDS):
                    return _if(wanted, record)
            except TimeoutError:
                raise texts.too_slow(step, text) from None
        return _if(not wanted, record)

    return edit


def _within_tokens(
    items: Iterator[Item],
    step: LengthInTokens,
    effect: Effect,
    counter: Counter,
    refuse: Refusal,
    check: Callable[[], None],
) -> Iterator[Item]:
    for batch in batches(items, _characters, BATCH, BATCH_CHARACTERS):
        check()
        effect.seen += len(batch)
        for item, length in zip(batch, counter().count_accepted([item.record for item in batch]), strict=True):
            try:
                # Counted again by itself, a row that the chat template refuses says why.
                tokens = counter().count([item.record])[0] if length is None else length
            except DataError as error:
                refuse(item, error)
                continue
            if within(tokens, step.minimum, step.maximum):
                yield item
            else:
                effect.note(item.number, text_of_record(item.record), None)


def _characters(item: Item) -> int:
    return sum(map(len, texts_of(item.record)))


def _without_alike(
    items: Iterator[Item], similarity: float, effect: Effect, check: Callable[[], None]
) -> Iterator[Item]:
    """All items have to be seen before the first can be let through: meanwhile they lie on disk."""
    with os_errors_in_words(tempfile.gettempdir()), tempfile.TemporaryFile() as waiting:
        leaders = groups(_set_aside(items, waiting, effect), similarity, check)
        waiting.seek(0)
        for position, leader in enumerate(leaders):
            item: Item = pickle.load(waiting)
            if leader == position:
                yield item
            else:
                effect.note(item.number, text_of_record(item.record), None)


def _set_aside(items: Iterable[Item], waiting: IO[bytes], effect: Effect) -> Iterator[str]:
    for item in items:
        effect.seen += 1
        pickle.dump(item, waiting, pickle.HIGHEST_PROTOCOL)
        yield text_of_record(item.record)
