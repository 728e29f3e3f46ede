"""Dividing rows into training and validation: reproducible, and never tearing apart what says nearly the same."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mactuner_tui.core.errors import DataError
from mactuner_tui.core.specs.data import SplitSpec
from mactuner_tui.engines.data.alike import groups

MARGIN = 0.1
"""Two standard errors of the estimated similarity: pairs that are a little less alike than asked stay together too."""


@dataclass(frozen=True)
class Split:
    """For each text whether it goes to validation, and how many texts the largest group of alike ones has."""

    is_valid: list[bool]
    largest: int


def drawn(count: int, at_most: int | None, seed: int) -> Sequence[int]:
    """Which of `count` rows are taken when at most so many are wanted, in order."""
    if at_most is None or at_most >= count:
        return range(count)
    return sorted(random.Random(seed).sample(range(count), at_most))


def assign(
    texts: Iterable[str],
    split: SplitSpec,
    strata: Sequence[str] | None = None,
    check: Callable[[], None] = lambda: None,
) -> Split:
    """Divide texts into training and validation. `strata` gives each text's value of the column to stratify by.

    Groups of texts that are alike are drawn as a whole, in random order, from each stratum until it has its share; a
    group belongs to the stratum of its first text. `check` is called often, and may raise to end it. Raises `DataError`
    when there are fewer than two groups.
    """
    leaders = _alike(texts, split.similarity, check)
    members: dict[int, list[int]] = defaultdict(list)
    for position, leader in enumerate(leaders):
        members[leader].append(position)
    if len(members) < 2:
        raise DataError(
            f"{len(leaders)} rows are too much alike to be split: they are all one group.",
            "Give more rows, or raise split.similarity, the likeness from which rows are kept together.",
        )
    by_stratum: dict[str, list[int]] = defaultdict(list)
    for leader in members:
        by_stratum[strata[leader] if strata else ""].append(leader)
    draw = random.Random(split.seed)
    chosen = [False] * len(leaders)
    for _, own in sorted(by_stratum.items()):
        draw.shuffle(own)
        _fill(chosen, [members[leader] for leader in own], split.valid_share)
    _leave_none_empty(chosen, list(members.values()), draw)
    return Split(chosen, max(map(len, members.values())))


def _alike(texts: Iterable[str], similarity: float, check: Callable[[], None]) -> list[int]:
    if similarity < 1:
        return groups(texts, similarity - MARGIN, check)
    first: dict[str, int] = {}
    return [first.setdefault(text, position) for position, text in enumerate(texts)]


def _fill(chosen: list[bool], drawn: Sequence[Sequence[int]], share: float) -> None:
    """Choose whole groups, in order, as long as they fit into the share."""
    room = round(share * sum(map(len, drawn)))
    for group in drawn:
        if len(group) <= room:
            room -= len(group)
            for position in group:
                chosen[position] = True


def _leave_none_empty(chosen: list[bool], members: Sequence[Sequence[int]], draw: random.Random) -> None:
    """With few rows or large groups a side may have got nothing: then one group goes over."""
    for side in (True, False):
        if side not in chosen:
            for position in draw.choice(sorted(members, key=len)[: max(1, len(members) // 2)]):
                chosen[position] = side
