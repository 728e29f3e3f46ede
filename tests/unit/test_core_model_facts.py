"""What config.json tells of a model, in every family's own words, and in hostile ones."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mactuner_tui.core.model_facts import ModelFacts

SMOLLM2: dict[str, Any] = {
    "model_type": "llama",
    "hidden_size": 576,
    "intermediate_size": 1536,
    "num_hidden_layers": 30,
    "num_attention_heads": 9,
    "num_key_value_heads": 3,
    "vocab_size": 49_152,
    "max_position_embeddings": 8192,
    "tie_word_embeddings": True,
    "dtype": "bfloat16",
}
GPT2: dict[str, Any] = {
    "model_type": "gpt2",
    "n_embd": 768,
    "n_layer": 12,
    "n_head": 12,
    "n_positions": 1024,
    "n_inner": None,
    "vocab_size": 50_257,
}
QWEN3_30B_A3B: dict[str, Any] = {
    "model_type": "qwen3_moe",
    "hidden_size": 2048,
    "intermediate_size": 6144,
    "moe_intermediate_size": 768,
    "num_experts": 128,
    "num_experts_per_tok": 8,
    "num_hidden_layers": 48,
    "num_attention_heads": 32,
    "num_key_value_heads": 4,
    "head_dim": 128,
    "vocab_size": 151_936,
    "tie_word_embeddings": False,
}
FALCON_7B: dict[str, Any] = {
    "model_type": "falcon",
    "hidden_size": 4544,
    "num_hidden_layers": 32,
    "num_attention_heads": 71,
    "multi_query": True,
    "new_decoder_architecture": False,
    "vocab_size": 65_024,
}
GEMMA_2B: dict[str, Any] = {
    "model_type": "gemma",
    "hidden_size": 2048,
    "intermediate_size": 16_384,
    "num_hidden_layers": 18,
    "num_attention_heads": 8,
    "num_key_value_heads": 1,
    "head_dim": 256,
    "vocab_size": 256_000,
}
PUBLISHED = [
    (SMOLLM2, 134_515_008),
    (GPT2, 124_439_808),
    (QWEN3_30B_A3B, 30_532_122_624),
    (FALCON_7B, 6_921_720_704),
    (GEMMA_2B, 2_506_172_416),
]


@pytest.mark.parametrize(("config", "published"), PUBLISHED, ids=lambda value: str(value)[:30])
def test_the_parameters_follow_from_the_shape(config: dict[str, Any], published: int) -> None:
    assert ModelFacts.of(config).parameters == pytest.approx(published, rel=0.01)


def test_what_the_weights_tell_wins() -> None:
    assert ModelFacts.of(SMOLLM2, 134_515_008).parameters == 134_515_008


def test_every_fact_of_a_plain_config() -> None:
    assert ModelFacts.of(SMOLLM2, 134_515_008).model_dump() == {
        "architecture": "llama",
        "parameters": 134_515_008,
        "layers": 30,
        "hidden": 576,
        "intermediate": 1536,
        "experts": 1,
        "active_experts": 1,
        "heads": 9,
        "kv_heads": 3,
        "head_size": 64,
        "vocabulary": 49_152,
        "context": 8192,
        "dtype": "bfloat16",
        "tied": True,
    }


def test_gpt2_has_names_of_its_own() -> None:
    facts = ModelFacts.of(GPT2)
    assert (facts.layers, facts.hidden, facts.heads, facts.kv_heads, facts.head_size) == (12, 768, 12, 12, 64)
    assert (facts.intermediate, facts.context, facts.tied) == (3072, 1024, True)


def test_of_several_models_in_one_the_text_model_counts() -> None:
    config = {
        "model_type": "llava",
        "vision_config": {"hidden_size": 1024, "num_hidden_layers": 24},
        "text_config": {**SMOLLM2, "dtype": None, "tie_word_embeddings": None},
        "torch_dtype": "torch.float16",
        "tie_word_embeddings": False,
    }
    facts = ModelFacts.of(config)
    assert (facts.architecture, facts.hidden, facts.layers, facts.dtype) == ("llama", 576, 30, "float16")


TIES = [("llama", None, False), ("gemma2", None, True), ("gemma2", False, False), ("llama", True, True)]


@pytest.mark.parametrize(("family", "told", "tied"), TIES)
def test_a_family_may_tie_without_saying_so(family: str, told: bool | None, tied: bool) -> None:
    config = {**SMOLLM2, "model_type": family, "tie_word_embeddings": told}
    assert ModelFacts.of(config).tied is tied


HOSTILE: list[Any] = [None, -1, 0, True, 1.5, "576", [576], {"a": 1}, 10**30, float("inf"), float("nan")]


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_a_value_that_cannot_be_counts_as_not_told(value: Any) -> None:
    facts = ModelFacts.of(dict.fromkeys(SMOLLM2, value))
    assert facts == ModelFacts(
        tied=value is True, architecture="576" * (value == "576"), dtype="576" * (value == "576")
    )


def test_names_from_outside_stay_short_and_printable() -> None:
    assert ModelFacts.of({"model_type": "x" * 1000, "dtype": "bf\x1b[31m16"}) == ModelFacts()


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.none(), max_size=1)
configs = st.dictionaries(st.sampled_from([*SMOLLM2, *GPT2, *QWEN3_30B_A3B]), values)


@given(configs, st.none() | configs)
def test_no_config_is_too_odd(config: dict[str, Any], text: dict[str, Any] | None) -> None:
    facts = ModelFacts.of({**config, "text_config": text})
    assert ModelFacts.model_validate_json(facts.model_dump_json()) == facts
    assert all(value is None or value > 0 for value in (facts.parameters, facts.layers, facts.hidden, facts.heads))
