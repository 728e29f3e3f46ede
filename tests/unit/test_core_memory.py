"""The memory estimate: its terms on paper. `tests.bench memory_estimate` compares it with real runs."""

from dataclasses import replace

import pytest

from mactuner_tui.core import memory
from mactuner_tui.core.machine import Machine
from mactuner_tui.core.memory import METHODS, Estimate, Load
from mactuner_tui.core.model_facts import ModelFacts
from mactuner_tui.core.model_shape import PUBLISHED, typical
from tests.unit.test_core_model_facts import GEMMA_2B, GPT2, QWEN3_30B_A3B, SMOLLM2

GIB = 1024**3
STARTER = ModelFacts.of(SMOLLM2, 134_515_008)


def _estimate(load: Load, facts: ModelFacts = STARTER) -> Estimate:
    found = memory.estimate(facts, load)
    assert found is not None
    return found


def _mac(gib: int) -> Machine:
    return Machine("Apple M3 Max", gib * GIB, gpu_limit=gib * GIB * 3 // 4)


def test_the_terms_are_stated_and_add_up() -> None:
    lora = _estimate(Load("lora"))
    assert list(lora.terms) == ["program", "weights", "adapters", "optimizer", "activations", "loss"]
    assert lora.total == sum(lora.terms.values())
    assert lora.terms["weights"] == 2 * 134_515_008
    # 2,442,240 numbers, as PEFT counts them for r = 8 on every linear layer of this model.
    assert lora.terms["adapters"] == 4 * 2_442_240
    assert lora.terms["optimizer"] == 8 * 2_442_240


def test_full_keeps_everything_in_float32() -> None:
    full = _estimate(Load("full", accumulating=True))
    assert full.terms["weights"] == full.terms["gradients"] == 4 * 134_515_008
    assert full.terms["optimizer"] == 8 * 134_515_008
    assert "adapters" not in full.terms


def test_gradients_come_as_activations_go() -> None:
    short, long = (_estimate(Load("full", length, place="cpu")) for length in (16, 2048))
    later = ("activations", "loss", "gradients")
    assert sum(short.terms[name] for name in later) == pytest.approx(4 * 134_515_008)
    assert "gradients" not in long.terms


def test_qlora_packs_all_but_the_embedding() -> None:
    linear = 134_515_008 - 49_152 * 576
    assert _estimate(Load("qlora")).terms["weights"] == pytest.approx(0.516 * linear + 2 * 49_152 * 576)


def test_neither_packing_nor_adapters_reach_experts() -> None:
    facts = ModelFacts.of(QWEN3_30B_A3B)
    assert facts.parameters
    lora, qlora = (_estimate(Load(method), facts).terms for method in ("lora", "qlora"))
    assert qlora["weights"] > 0.9 * lora["weights"] == 0.9 * 2 * facts.parameters
    assert lora["adapters"] < 4 * facts.parameters / 1000


def test_activations_grow_with_the_batch_and_faster_than_the_length() -> None:
    one, two, twice_as_long = (
        _estimate(Load("lora", length, rows, checkpointing=False)).terms["activations"]
        for length, rows in ((512, 1), (512, 2), (1024, 1))
    )
    assert two == pytest.approx(2 * one, rel=0.01)
    assert twice_as_long > 2.2 * one


@pytest.mark.parametrize("method", METHODS)
def test_checkpointing_saves(method: memory.Method) -> None:
    kept, again = (_estimate(Load(method, 1024, 4, checkpointing=on)).terms["activations"] for on in (False, True))
    assert again < kept / 2


def test_checkpointing_is_left_to_the_length_on_a_gpu_only() -> None:
    for place, length, on in (("mps", 1024, True), ("mps", 1023, False), ("cpu", 4096, False)):
        load = Load("lora", length, place="cpu" if place == "cpu" else "mps")
        assert _estimate(load) == _estimate(replace(load, checkpointing=on))


def test_without_bfloat16_a_run_takes_more() -> None:
    assert _estimate(Load("lora", bf16=False)).total > _estimate(Load("lora")).total


@pytest.mark.parametrize("known", PUBLISHED, ids=lambda known: f"{known.parameters / 1e9:g}B")
def test_the_typical_shapes_have_the_parameters_they_stand_for(known: tuple[float, ...]) -> None:
    facts = typical(int(known[0]))
    assert facts.layers
    assert facts.layer_parameters
    assert facts.embedding_parameters
    counted = facts.layers * facts.layer_parameters + facts.embedding_parameters
    assert counted == pytest.approx(known[0], rel=0.01)


@pytest.mark.parametrize("facts", [STARTER, ModelFacts.of(GPT2), ModelFacts.of(GEMMA_2B)])
def test_the_number_of_parameters_alone_gives_a_like_estimate(facts: ModelFacts) -> None:
    for method in ("lora", "full"):
        known = _estimate(Load(method), facts).total
        assert _estimate(Load(method), ModelFacts(parameters=facts.parameters)).total == pytest.approx(known, rel=0.3)


def test_nothing_known_is_no_estimate() -> None:
    assert memory.estimate(ModelFacts(), Load("lora")) is None
    assert memory.fitting(ModelFacts(), _mac(64)) is None
    assert memory.needs(ModelFacts(), _mac(64)) == {}


def test_the_budget_stays_below_what_the_gpu_may_hold() -> None:
    assert memory.budget(_mac(64)) == int(0.9 * 48 * GIB)
    assert memory.budget(Machine("EPYC", 64 * GIB)) == int(0.9 * 64 * GIB)


FITS = [
    (0.135, 8, ("full", "lora", "qlora")),
    (8.0, 8, ()),
    (8.0, 16, ("qlora",)),
    (8.0, 36, ("lora", "qlora")),
    (32.8, 36, ("qlora",)),
    (72.7, 96, ("qlora",)),
    (8.0, 192, ("full", "lora", "qlora")),
    (400.0, 192, ()),
]


@pytest.mark.parametrize(("billions", "gib", "methods"), FITS)
def test_what_fits(billions: float, gib: int, methods: tuple[str, ...]) -> None:
    assert memory.fitting(ModelFacts(parameters=int(billions * 1e9)), _mac(gib)) == methods
