"""Batches: every row once an epoch, hardly any padding, the same plan for the same seed."""

import random

import numpy as np

from mactuner_tui.engines.training.batches import collate, plan_epoch, plan_evaluation, plan_run
from mactuner_tui.engines.training.tokens import IGNORED, TokenRow

_CHANCE = random.Random(1)
LENGTHS = [_CHANCE.randrange(40, 280) for _ in range(1000)]


def _row(length: int) -> TokenRow:
    return TokenRow(np.arange(1, length + 1, dtype=np.int32), np.arange(length) >= 2)


def test_an_epoch_holds_every_row_once() -> None:
    numbers = [number for batch in plan_epoch(LENGTHS, 8, seed=1, epoch=0) for number in batch]
    assert sorted(numbers) == list(range(len(LENGTHS)))


def test_the_plan_depends_on_seed_and_epoch_alone() -> None:
    assert plan_epoch(LENGTHS, 8, 1, 0) == plan_epoch(LENGTHS, 8, 1, 0)
    assert plan_epoch(LENGTHS, 8, 1, 0) != plan_epoch(LENGTHS, 8, 1, 1)
    assert plan_epoch(LENGTHS, 8, 1, 0) != plan_epoch(LENGTHS, 8, 2, 0)


def test_less_than_a_tenth_is_padding() -> None:
    batches = plan_epoch(LENGTHS, 8, seed=1, epoch=0)
    computed = sum(len(batch) * max(LENGTHS[number] for number in batch) for batch in batches)
    assert sum(LENGTHS) / computed > 0.9


def test_long_and_short_batches_come_in_random_order() -> None:
    longest = [max(LENGTHS[number] for number in batch) for batch in plan_epoch(LENGTHS, 8, seed=1, epoch=0)]
    assert longest != sorted(longest)


def test_a_run_goes_on_into_the_next_epoch() -> None:
    first = plan_epoch(LENGTHS, 8, 1, 0)
    assert plan_run(LENGTHS, 8, 1, len(first) + 3) == first + plan_epoch(LENGTHS, 8, 1, 1)[:3]


def test_evaluation_scores_every_row_once_the_longest_first() -> None:
    batches = plan_evaluation([3, 9, 5], 2)
    assert batches == [[1, 2], [0]]


def test_collate_pads_right_without_labels() -> None:
    batch = collate([_row(3), _row(5)], pad_multiple=4)
    assert batch["input_ids"].tolist() == [[1, 2, 3, 0, 0, 0, 0, 0], [1, 2, 3, 4, 5, 0, 0, 0]]
    skip = IGNORED
    assert batch["labels"].tolist() == [[skip, skip, 3, *[skip] * 5], [skip, skip, 3, 4, 5, *[skip] * 3]]
