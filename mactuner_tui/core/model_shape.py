"""The shape of a model as the memory estimate needs it: all of it known, or that of a published model of its size."""

import math
from dataclasses import dataclass
from typing import NamedTuple, Self

from mactuner_tui.core.model_facts import ModelFacts


@dataclass(frozen=True)
class Shape:
    """What the formulas need of a model, all of it known."""

    parameters: int
    embedding: int
    """Parameters of the embedding and the output projection."""
    experts: int
    """Parameters of the experts, if there are any."""
    layers: int
    hidden: int
    feed: int
    """Width of the feed-forward part that one token goes through."""
    matrices: int
    """Of the feed-forward part: two, or with a gate three."""
    heads: int
    queries: int
    """Width of the queries of all heads together."""
    keys: int
    """Width of the keys of all heads together, and of the values."""
    vocabulary: int

    @classmethod
    def of(cls, facts: ModelFacts) -> Self | None:
        """None when the number of parameters is unknown; a typical shape when no more than that is known."""
        if facts.parameters is None:
            return None
        for known in (facts, typical(facts.parameters)):
            embedding, feed = known.embedding_parameters, known.intermediate
            layers, hidden = known.layers, known.hidden
            heads, kv_heads, head_size, vocabulary = known.heads, known.kv_heads, known.head_size, known.vocabulary
            if embedding and feed and layers and hidden and heads and kv_heads and head_size and vocabulary:
                return cls(
                    parameters=facts.parameters,
                    embedding=min(embedding, facts.parameters),
                    experts=min(known.expert_parameters, facts.parameters),
                    layers=layers,
                    hidden=hidden,
                    feed=feed * known.active_experts,
                    matrices=known.matrices,
                    heads=heads,
                    queries=heads * head_size,
                    keys=kv_heads * head_size,
                    vocabulary=vocabulary,
                )
        return None

    def adapter_parameters(self, r: int) -> int:
        """Two matrices beside each linear layer: r times its inputs, r times its outputs."""
        attention = 4 * self.hidden + 2 * self.queries + 2 * self.keys
        feed_forward = 0 if self.experts else self.matrices * (self.hidden + self.feed)
        return self.layers * r * (attention + feed_forward)


class _Published(NamedTuple):
    parameters: float
    layers: int
    hidden: int
    intermediate: int
    heads: int
    kv_heads: int
    head_size: int
    vocabulary: int
    tied: bool


PUBLISHED = (
    _Published(0.135e9, 30, 576, 1536, 9, 3, 64, 49_152, True),
    _Published(0.49e9, 24, 896, 4864, 14, 2, 64, 151_936, True),
    _Published(1.24e9, 16, 2048, 8192, 32, 8, 64, 128_256, True),
    _Published(1.54e9, 28, 1536, 8960, 12, 2, 128, 151_936, True),
    _Published(3.09e9, 36, 2048, 11_008, 16, 2, 128, 151_936, True),
    _Published(8.03e9, 32, 4096, 14_336, 32, 8, 128, 128_256, False),
    _Published(14.8e9, 48, 5120, 13_824, 40, 8, 128, 152_064, False),
    _Published(32.8e9, 64, 5120, 27_648, 40, 8, 128, 152_064, False),
    _Published(72.7e9, 80, 8192, 29_568, 64, 8, 128, 152_064, False),
)
"""From config.json of SmolLM2 135M, Llama 3.2 1B and 3.1 8B, Qwen2.5 0.5B, 1.5B, 3B, 14B, 32B and 72B."""


def typical(parameters: int) -> ModelFacts:
    """The facts of the published model nearest in size, with this number of parameters."""
    nearest = min(PUBLISHED, key=lambda known: abs(math.log(known.parameters / parameters)))
    return ModelFacts(**nearest._asdict() | {"parameters": parameters})
