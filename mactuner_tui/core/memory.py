"""How much memory a training run needs, term by term, before anything is loaded; and what this machine can give.

What a layer keeps for its backward pass was counted with `torch.autograd.graph.saved_tensors_hooks` on a Llama with the
adapters, precision and loss of `engines.training`; `tests.bench memory_estimate` compares the whole with real runs on
a CPU. What is said of MPS follows from FOUNDATIONS (3.3, 11) and is not measured. All sizes in bytes.
"""

from dataclasses import dataclass
from typing import Literal

from mactuner_tui.core.machine import Machine
from mactuner_tui.core.model_facts import ModelFacts
from mactuner_tui.core.model_shape import Shape

Method = Literal["full", "lora", "qlora"]
METHODS: tuple[Method, ...] = ("full", "lora", "qlora")
Place = Literal["mps", "cpu"]

SHARE = 0.9
"""Of what the machine can give, how much a run may take."""
CHECKPOINTING_FROM = 1024
"""From this row length on, attention scores of all layers at once outgrow the rest on MPS (no fused backward there)."""
EAGER_BELOW = 512
"""Up to this row length attention is computed step by step on a CPU, and its scores kept (`engines.device`)."""
LOSS_ROWS = 256
"""Labelled positions that the loss projects onto the vocabulary at once."""

LEAN = "rows of 512 tokens, one at a time, with activation checkpointing"
"""The settings at which it is judged whether a model fits, in words."""

PROGRAM = 620_000_000
"""Resident size of a job's process before it loads a model: Python, torch, transformers, PEFT (measured, Linux)."""
NF4 = 0.516
"""Bytes of a parameter in NF4 with double quantisation: half a byte, and the scale of its block of 64, in 8 bit
(Dettmers et al. 2023, arXiv:2305.14314, section 3)."""
GAPS_ON_CPU = 0.23
"""On a CPU, how much of what layers keep is lost to gaps between it,"""
CHURN_ON_CPU = 4.6
"""and how many times what the layer at work holds lies about freed. Measured with glibc 2.36, which seldom reuses the
gaps between aligned blocks: with every tensor in pages of its own (MALLOC_MMAP_THRESHOLD_=131072) both are about 0,
and a step takes 1.7 times the processor's time."""


@dataclass(frozen=True)
class Load:
    """What a run does with the model, and where, as far as its memory depends on it."""

    method: Method
    max_length: int = 512
    batch_size: int = 1
    checkpointing: bool | None = None
    """Of activations. None: as the setting "auto" has it."""
    accumulating: bool = False
    """Whether several batches make a step, so that gradients stay while the next batch goes through."""
    r: int = 8
    """Rank of the adapters, which every linear layer gets."""
    dropout: bool = True
    """Whether the adapters drop some of their inputs."""
    place: Place = "mps"
    bf16: bool = True
    """Whether the device computes in bfloat16; otherwise weights and activations are float32."""

    @property
    def number(self) -> int:
        """Bytes of one number as the device computes it."""
        return 2 if self.bf16 else 4

    @property
    def tokens(self) -> int:
        return self.batch_size * self.max_length


@dataclass(frozen=True)
class Estimate:
    """Bytes by term, in the order in which they are shown. They add up to the peak.

    `activations` and `gradients` are never whole at the same time: the former go as the latter come. `gradients` is
    what these take beyond the room that activations and loss leave them.
    """

    terms: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.terms.values())


def estimate(facts: ModelFacts, load: Load) -> Estimate | None:
    """The memory of a run at its peak; None when the facts do not even tell how many parameters there are.

    Where they tell no more than that, the shape of a published model of about this size stands in for the rest.
    """
    shape = Shape.of(facts)
    if shape is None:
        return None
    full = load.method == "full"
    trained = shape.parameters if full else shape.adapter_parameters(load.r)
    # Autocast computes with copies in bfloat16 of the float32 weights that learn, and keeps them for the backward pass.
    copies = 2 * trained if load.bf16 else 0
    activations = copies + _activations(shape, load)
    loss = _loss(shape, load)
    gradients = 4 * trained
    terms = {
        "program": PROGRAM,
        "weights": _weights(shape, load),
        "adapters": 0 if full else 4 * trained,
        "optimizer": 8 * trained,  # AdamW's two moments, in float32.
        "activations": activations,
        "loss": loss,
        "gradients": gradients if load.accumulating else max(0, gradients - activations - loss),
    }
    return Estimate({name: int(size) for name, size in terms.items() if size})


def needs(facts: ModelFacts, machine: Machine) -> dict[Method, Estimate]:
    """What each method takes on this machine with `LEAN` settings; empty when it cannot be told."""
    place: Place = "cpu" if machine.gpu_limit is None else "mps"
    lean = {method: Load(method, checkpointing=True, place=place, bf16=machine.bf16) for method in METHODS}
    found = {method: estimate(facts, load) for method, load in lean.items()}
    return {method: need for method, need in found.items() if need}


def fitting(facts: ModelFacts, machine: Machine) -> tuple[Method, ...] | None:
    """The methods whose `needs` this machine can meet; None when that cannot be told."""
    found = needs(facts, machine)
    return tuple(method for method, need in found.items() if need.total <= budget(machine)) if found else None


def budget(machine: Machine) -> int:
    """What a run may take on this machine at most.

    Counted from all its memory, not from what is free at the moment: other programs come and go.
    """
    limit = machine.memory_total if machine.gpu_limit is None else machine.gpu_limit
    return int(SHARE * min(limit, machine.memory_total))


def checkpoints_itself(place: str, length: int) -> bool:
    """Whether activations of rows of so many tokens are checkpointed when that is left to us."""
    return place != "cpu" and length >= CHECKPOINTING_FROM


def _weights(shape: Shape, load: Load) -> float:
    match load.method:
        case "full":
            return 4 * shape.parameters
        case "lora":
            return load.number * shape.parameters
        case "qlora":
            packed = max(0, shape.parameters - shape.embedding - shape.experts)
            # On a CPU the embedding stays in the mapped file, and with it all of the file that has been read.
            unpacked = shape.parameters - (packed if load.place == "mps" else 0)
            return NF4 * packed + load.number * unpacked


def _activations(shape: Shape, load: Load) -> float:
    """What layers keep for the backward pass, and what the one whose turn it is works with."""
    scores = load.batch_size * shape.heads * load.max_length**2
    kept = load.tokens * _kept_by_token(shape, load) + _kept_by_score(load) * scores
    # Gradients of what a layer keeps; on MPS also three times its scores, beside the ones that are kept.
    at_work = kept + (3 * load.number * scores if load.place == "mps" else 0)
    checkpointed = load.checkpointing
    if checkpointed is None:
        checkpointed = checkpoints_itself(load.place, load.max_length)
    # Checkpointed, layers keep but their inputs, in the precision of the weights, and one of them all it needs.
    inputs = load.tokens * shape.hidden * (4 if load.method == "full" else load.number)
    in_all = shape.layers * inputs + kept if checkpointed else shape.layers * kept
    at_work += _unpacked(shape) if load.method == "qlora" else 0
    if load.place == "cpu":
        return (1 + GAPS_ON_CPU) * in_all + (1 + CHURN_ON_CPU) * at_work
    return in_all + at_work


def _unpacked(shape: Shape) -> float:
    """The largest packed matrix while it is unpacked: 14 bytes a parameter with all steps between (FOUNDATIONS, 4)."""
    return 14 * shape.hidden * max(shape.queries, 0 if shape.experts else shape.feed)


def _kept_by_token(shape: Shape, load: Load) -> float:
    """Bytes that one layer keeps of one token, attention scores aside."""
    adapted = load.method != "full"
    inputs = 2 + shape.matrices  # Queries, keys, values, and all of the feed-forward part but its output.
    # In the device's precision: those inputs; what lies between the feed-forward matrices, before and after activation
    # and gate; queries, attention's result and (again) the input of the output projection; keys and values, which are
    # repeated for every query head where attention is not fused.
    values = inputs * shape.hidden + 2 * (shape.matrices - 1) * shape.feed
    values += 4 * shape.queries if not _fused(load) else (3 if adapted else 2) * shape.queries + 2 * shape.keys
    # In float32: what the two norms were given, and what they make of it where they learn.
    norms = (2 if adapted else 4) * shape.hidden
    # In float32: what dropout let through, at the input of each linear layer.
    dropped = inputs * shape.hidden + shape.queries + shape.feed if adapted and load.dropout else 0
    return load.number * values + 4 * (norms + dropped)


def _fused(load: Load) -> bool:
    """Whether attention keeps no scores for its backward pass."""
    return load.place == "cpu" and load.max_length >= EAGER_BELOW


def _kept_by_score(load: Load) -> int:
    """Bytes that one layer keeps of each attention score."""
    if _fused(load):
        return 0
    # Step by step, the softmax is in float32, and its copy in the precision of the values.
    return load.number if load.place == "mps" else 4 + (2 if load.bf16 else 0)


def _loss(shape: Shape, load: Load) -> float:
    """Logits of one chunk, as they come, in float32, and their gradient."""
    chunk = min(LOSS_ROWS, load.tokens) * shape.vocabulary * (load.number + 4 + 4)
    # The gradient of a projection that learns is taken on the spot: its sum, and the share of one chunk.
    return chunk + (shape.vocabulary * shape.hidden * (4 + load.number) if load.method == "full" else 0)
