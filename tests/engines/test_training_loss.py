"""The chunked loss equals the plain one, in value and in gradient, and gives way where it would not."""

from typing import Any

import pytest
import torch
from transformers import Gemma2Config, Gemma2ForCausalLM, LlamaConfig, LlamaForCausalLM

from mactuner_tui.core.specs.training import LoraSpec
from mactuner_tui.engines.training import loss as losses
from mactuner_tui.engines.training.loss import AnswerLoss
from mactuner_tui.engines.training.methods import attach_lora
from mactuner_tui.engines.training.tokens import IGNORED

SIZES: dict[str, Any] = {
    "vocab_size": 300,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
}


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


def _batch(rows: int = 3, length: int = 12) -> dict[str, torch.Tensor]:
    ids = torch.randint(1, 300, (rows, length))
    labels = ids.clone()
    labels[:, :4] = IGNORED
    labels[0, 9:] = IGNORED
    return {"input_ids": ids, "labels": labels}


def _with_adapter(model: Any) -> Any:
    adapted = attach_lora(model, LoraSpec(r=4, lora_dropout=0.0))
    for name, weights in adapted.named_parameters():
        if "lora_B" in name:  # Fresh adapters change nothing; these do.
            torch.nn.init.normal_(weights, std=0.1)
    return adapted


def _adapted() -> tuple[Any, Any]:
    model = _with_adapter(LlamaForCausalLM(LlamaConfig(**SIZES)))
    return model, model.get_base_model()


def _whole(tied: bool) -> tuple[Any, Any]:
    model = LlamaForCausalLM(LlamaConfig(**SIZES, tie_word_embeddings=tied))
    return model, model


def _only_bias() -> tuple[Any, Any]:
    """All frozen but the head's bias."""
    model = LlamaForCausalLM(LlamaConfig(**SIZES)).requires_grad_(False)
    model.lm_head.bias = torch.nn.Parameter(torch.randn(300))
    return model, model


LEARNERS = {
    "adapter": _adapted,
    "whole": lambda: _whole(tied=False),
    "whole, tied": lambda: _whole(tied=True),
    "bias of the head": _only_bias,
}


@pytest.mark.parametrize("learner", LEARNERS)
@pytest.mark.parametrize("chunk", [256, 5])
def test_value_and_gradient_equal_the_models_own(chunk: int, learner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(losses, "CHUNK_ROWS", chunk)
    model, base = LEARNERS[learner]()
    batch = _batch()

    loss = AnswerLoss(base)
    assert loss.check(batch)
    score = loss(batch)
    (score.loss / score.tokens).backward()  # type: ignore[no-untyped-call]
    ours = {name: weights.grad.clone() for name, weights in model.named_parameters() if weights.requires_grad}

    model.zero_grad()
    own = model(**batch, use_cache=False).loss
    own.backward()
    assert score.tokens == int((batch["labels"][:, 1:] != IGNORED).sum())
    torch.testing.assert_close(score.loss / score.tokens, own)
    assert ours
    for name, weights in model.named_parameters():
        if weights.requires_grad:
            torch.testing.assert_close(ours[name], weights.grad, msg=name)


def test_two_batches_add_up_to_one() -> None:
    """Gradients of a head that learns are added to, not replaced."""
    model, _ = _whole(tied=True)
    loss, batch = AnswerLoss(model), _batch(rows=4)
    loss(batch).loss.backward()  # type: ignore[no-untyped-call]
    at_once = model.lm_head.weight.grad.clone()
    model.zero_grad()
    for rows in (slice(0, 2), slice(2, 4)):
        loss({name: tensor[rows] for name, tensor in batch.items()}).loss.backward()  # type: ignore[no-untyped-call]
    torch.testing.assert_close(model.lm_head.weight.grad, at_once)


def test_in_bfloat16_the_gradient_is_as_exact_as_the_models_own() -> None:
    model, _ = _whole(tied=True)
    batch = _batch()
    exact = torch.autograd.grad(AnswerLoss(model)(batch).loss, model.lm_head.weight)[0]
    with torch.autocast("cpu", torch.bfloat16):
        ours = AnswerLoss(model)(batch).loss
        logits = model(batch["input_ids"]).logits[:, :-1].float()
        plain = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), batch["labels"][:, 1:].flatten(), reduction="sum"
        )
    errors = [
        float((torch.autograd.grad(loss, model.lm_head.weight)[0] - exact).norm() / exact.norm())
        for loss in (ours, plain)
    ]
    assert errors[0] < max(1.2 * errors[1], 0.01)


def test_accuracy_counts_right_guesses() -> None:
    model = LlamaForCausalLM(LlamaConfig(**SIZES))
    batch = _batch()
    guesses = model(batch["input_ids"]).logits[:, :-1].argmax(-1)
    batch["labels"][:, 1:][1] = guesses[1]
    learnt = batch["labels"][:, 1:] != IGNORED
    model.requires_grad_(False)
    assert AnswerLoss(model)(batch).correct == int((guesses == batch["labels"][:, 1:])[learnt].sum()) >= 11


def test_padding_changes_nothing() -> None:
    model = LlamaForCausalLM(LlamaConfig(**SIZES)).requires_grad_(False)
    batch = _batch(rows=1)
    padded = {
        "input_ids": torch.nn.functional.pad(batch["input_ids"], (0, 20)),
        "labels": torch.nn.functional.pad(batch["labels"], (0, 20), value=IGNORED),
    }
    loss = AnswerLoss(model)
    torch.testing.assert_close(loss(padded).loss, loss(batch).loss)


def test_a_model_that_caps_its_logits_keeps_its_own_loss() -> None:
    model = Gemma2ForCausalLM(Gemma2Config(**SIZES, final_logit_softcapping=0.5, query_pre_attn_scalar=8))
    torch.nn.init.normal_(model.lm_head.weight, std=1.0)
    model.requires_grad_(False)
    loss, batch = AnswerLoss(model), _batch()
    assert loss.check(batch) is False
    torch.testing.assert_close(loss(batch).loss / loss(batch).tokens, model(**batch).loss)


def test_a_plain_model_passes_the_check() -> None:
    assert AnswerLoss(LlamaForCausalLM(LlamaConfig(**SIZES)).requires_grad_(False)).check(_batch()) is True
