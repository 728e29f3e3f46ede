"""Cross-entropy of a causal language model, computed only where there is something to learn.

A model's own loss projects every position onto the whole vocabulary and keeps the result in float32, which for a large
vocabulary is most of the memory and much of the time. Here only labelled positions are projected, a few at a time, and
the gradient of each chunk is taken on the spot, so no logits are kept (the idea is Liger Kernel's fused linear
cross-entropy, Hsu et al. 2024, arXiv:2410.10989).
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from mactuner_tui.core.memory import LOSS_ROWS
from mactuner_tui.engines.training.batches import Batch
from mactuner_tui.engines.training.tokens import IGNORED

CHUNK_ROWS = LOSS_ROWS
"""Labelled positions projected at once: with a vocabulary of 152k their logits take 0.16 GB."""
AGREEMENT = 0.02
"""Relative difference to the model's own loss below which both are the same but for rounding in bfloat16."""


@dataclass(frozen=True)
class Score:
    """Sums over the labelled tokens of a batch. `loss` is a scalar tensor that carries the gradient."""

    loss: Tensor
    correct: int
    tokens: int


class _SummedCrossEntropy(torch.autograd.Function):
    """sum(cross_entropy(hidden @ weight.T + bias, targets)), with the gradients of whatever of the three learns.

    hidden: (n, width), targets: (n,), weight: (vocabulary, width). Returns the sum and the number of right guesses.
    """

    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, targets: Tensor, weight: Tensor, bias: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        total = hidden.new_zeros((), dtype=torch.float32)
        correct = torch.zeros((), dtype=torch.long, device=hidden.device)
        needed = (ctx.needs_input_grad[0], ctx.needs_input_grad[2], ctx.needs_input_grad[3])
        of_hidden, of_weight, of_bias = (
            torch.zeros_like(tensor) if needs and tensor is not None else None
            for tensor, needs in zip((hidden, weight, bias), needed, strict=True)
        )
        for start in range(0, len(hidden), CHUNK_ROWS):
            rows = slice(start, start + CHUNK_ROWS)
            inputs = hidden[rows].to(weight.dtype)
            logits = functional.linear(inputs, weight, bias).float()
            total += functional.cross_entropy(logits, targets[rows], reduction="sum")
            correct += (logits.argmax(-1) == targets[rows]).sum()
            if not any(needed):
                continue
            # The gradient of cross-entropy: the softmax, less one at the target.
            slope = logits.softmax(-1)
            slope[torch.arange(len(slope), device=slope.device), targets[rows]] -= 1
            if of_bias is not None:
                of_bias += slope.sum(0)
            slope = slope.to(weight.dtype)
            if of_hidden is not None:
                of_hidden[rows] = slope @ weight
            if of_weight is not None:
                of_weight += slope.T @ inputs
        ctx.save_for_backward(of_hidden, of_weight, of_bias)
        ctx.mark_non_differentiable(correct)
        return total, correct

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, None, Tensor | None, Tensor | None]:
        # In place: of the weight it is as large as the weight, and no one goes through here twice.
        of_hidden, of_weight, of_bias = (
            slope if slope is None else slope.mul_(gradients[0].to(slope.dtype)) for slope in ctx.saved_tensors
        )
        return of_hidden, None, of_weight, of_bias


class AnswerLoss:
    """The loss of one model: by chunks where the model's head is a plain projection, else as the model computes it."""

    def __init__(self, model: PreTrainedModel) -> None:
        self._decoder = model.base_model
        self._model = model
        head = model.get_output_embeddings()  # type: ignore[no-untyped-call]
        plain = isinstance(head, torch.nn.Linear) and head.weight.is_floating_point()
        self._head = head if plain else None

    def __call__(self, batch: Batch) -> Score:
        """The score of a batch of `input_ids` and `labels`, both (rows, length)."""
        targets = batch["labels"][:, 1:]
        learnt = targets != IGNORED
        if self._head is None:
            return self._plain(batch, targets[learnt], learnt)
        hidden = self._decoder(input_ids=batch["input_ids"], use_cache=False).last_hidden_state
        picked = hidden[:, :-1][learnt]
        loss, correct = _SummedCrossEntropy.apply(  # type: ignore[no-untyped-call]
            picked, targets[learnt], self._head.weight, self._head.bias
        )
        return Score(loss, int(correct), len(picked))

    def check(self, batch: Batch) -> bool:
        """Compare with the model's own loss, and use that from now on if they differ.

        Some families scale or cap their logits after the projection; this finds them without a list of names.
        """
        with torch.no_grad():
            ours = float(self(batch).loss)
            targets = batch["labels"][:, 1:]
            learnt = targets != IGNORED
            own = float(self._plain(batch, targets[learnt], learnt).loss)
        if abs(ours - own) > AGREEMENT * abs(own):
            self._head = None
        return self._head is not None

    def _plain(self, batch: Batch, targets: Tensor, learnt: Tensor) -> Score:
        logits = self._model(input_ids=batch["input_ids"], use_cache=False).logits[:, :-1][learnt].float()
        loss = functional.cross_entropy(logits, targets, reduction="sum")
        return Score(loss, int((logits.argmax(-1) == targets).sum()), len(targets))
