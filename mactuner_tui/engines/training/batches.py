"""Which rows go together at which step, and their tensors.

Rows of like length share a batch, so that hardly anything is padding. The plan is a pure function of lengths, size and
seed: a resumed run finds its place in it by counting.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import count, islice

import torch
from torch import Tensor

from mactuner_tui.engines.training.tokens import IGNORED, TokenRow

POOL_BATCHES = 50
"""Rows are sorted by length within random pools of so many batches: near-equal lengths, yet a new mix each epoch."""

Batch = dict[str, Tensor]


def plan_epoch(lengths: Sequence[int], batch_size: int, seed: int, epoch: int) -> list[list[int]]:
    """The batches of one epoch as row numbers: every row once, batches in random order."""
    chance = random.Random(f"{seed}-{epoch}")
    order = list(range(len(lengths)))
    chance.shuffle(order)
    batches = []
    for pool in _chunks(order, batch_size * POOL_BATCHES):
        batches += _chunks(sorted(pool, key=lengths.__getitem__), batch_size)
    chance.shuffle(batches)
    return batches


def plan_run(lengths: Sequence[int], batch_size: int, seed: int, batches: int) -> list[list[int]]:
    """The first `batches` batches of as many epochs as that takes."""
    endless = (batch for epoch in count() for batch in plan_epoch(lengths, batch_size, seed, epoch))
    return list(islice(endless, batches))


def plan_evaluation(lengths: Sequence[int], batch_size: int) -> list[list[int]]:
    """Every row once, the longest first, so that what does not fit fails at once."""
    return _chunks(sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True), batch_size)


def _chunks(items: list[int], size: int) -> list[list[int]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def collate(rows: Sequence[TokenRow], pad_multiple: int) -> Batch:
    """The tensors of a batch: `input_ids` and `labels`, both (rows, longest row rounded up to `pad_multiple`).

    Padding stands at the right and has no label. It needs no attention mask: in a causal model no token sees what comes
    after it, and without a mask attention takes its fast path.
    """
    longest = max(len(row) for row in rows)
    width = -(-longest // pad_multiple) * pad_multiple
    input_ids = torch.zeros(len(rows), width, dtype=torch.long)
    labels = torch.full((len(rows), width), IGNORED)
    for index, row in enumerate(rows):
        ids = torch.from_numpy(row.ids).long()
        input_ids[index, : len(row)] = ids
        labels[index, : len(row)] = ids.where(torch.from_numpy(row.learnt), IGNORED)
    return {"input_ids": input_ids, "labels": labels}


class PlannedBatches(torch.utils.data.Sampler[list[int]]):
    """A plan in the shape a DataLoader takes as its batch sampler."""

    def __init__(self, plan: list[list[int]]) -> None:
        self.plan = plan

    def __iter__(self) -> Iterator[list[int]]:
        return iter(self.plan)

    def __len__(self) -> int:
        return len(self.plan)
