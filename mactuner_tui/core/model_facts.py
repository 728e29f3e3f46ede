"""What a model is, as far as its config.json and the headers of its weights tell: the input of the memory estimate.

Reads hostile files without harm: whatever has the wrong type, or is beyond anything that exists, counts as not told.
"""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

TEXT_PARTS = ("text_config", "llm_config", "language_config")
"""Where models of several parts (vision and text) keep the text model's config."""
WIDEST = 10_000_000
"""No dimension of any published model is larger; context lengths reach it, numbers of parameters are told apart."""
MOST_PARAMETERS = 10**14
UNGATED = frozenset(
    [
        "bloom",
        "codegen",
        "falcon",
        "gpt2",
        "gpt_bigcode",
        "gpt_neo",
        "gpt_neox",
        "gptj",
        "mpt",
        "nemotron",
        "opt",
        "persimmon",
        "phi",
        "starcoder2",
    ]
)
"""Families whose feed-forward part is two matrices; it is three, one of them a gate, in all others of today."""
TIED = frozenset(
    [
        "bloom",
        "cohere",
        "cohere2",
        "ernie4_5",
        "ernie4_5_moe",
        "falcon",
        "gemma",
        "gemma2",
        "gemma3",
        "gemma3_text",
        "gemma3n",
        "gemma3n_text",
        "gemma4",
        "gemma4_text",
        "gpt2",
        "gpt_bigcode",
        "gpt_neo",
        "lfm2",
        "lfm2_moe",
        "mpt",
        "opt",
        "smollm3",
        "starcoder2",
        "xglm",
    ]
)
"""Families that tie the embedding to the output unless their config says otherwise (defaults of transformers 5.23)."""


class ModelFacts(BaseModel):
    """The facts. None where nothing tells."""

    model_config = ConfigDict(frozen=True)

    architecture: str = ""
    """`model_type` of config.json: `llama`, `qwen3`."""
    parameters: int | None = None
    layers: int | None = None
    hidden: int | None = None
    intermediate: int | None = None
    """Width of the feed-forward part, or of one expert of it."""
    experts: int = 1
    active_experts: int = 1
    """Of the experts, how many each token goes through."""
    heads: int | None = None
    kv_heads: int | None = None
    head_size: int | None = None
    vocabulary: int | None = None
    context: int | None = None
    """Tokens the model was made for (`max_position_embeddings`)."""
    dtype: str = ""
    """Of the weights: `bfloat16`."""
    tied: bool = False
    """Whether the embedding is the output projection too."""

    @classmethod
    def of(cls, config: Mapping[str, Any], parameters: int | None = None) -> Self:
        """The facts of a parsed config.json; of several models in one (vision and text) those of the text model.

        `parameters`, where the weights tell their number; else it is computed from the shape.
        """
        text = _text_part(config)
        hidden = _size(text, "hidden_size", "n_embd", "d_model", "model_dim")
        heads = _size(text, "num_attention_heads", "n_head", "n_heads", "num_heads")
        one_key = text.get("multi_query") is True and text.get("new_decoder_architecture") is not True
        experts = _size(text, "n_routed_experts", "num_local_experts", "num_experts") or 1
        architecture = _word(text, "model_type") or _word(config, "model_type")
        facts = cls(
            architecture=architecture,
            parameters=parameters if parameters is not None and 0 < parameters <= MOST_PARAMETERS else None,
            layers=_size(text, "num_hidden_layers", "n_layer", "n_layers", "num_layers"),
            hidden=hidden,
            intermediate=_intermediate(text, hidden, experts),
            experts=experts,
            active_experts=min(experts, _size(text, "num_experts_per_tok", "top_k_experts") or 1),
            heads=heads,
            kv_heads=1 if one_key else _size(text, "num_key_value_heads", "num_kv_heads") or heads,
            head_size=_size(text, "head_dim") or (max(1, hidden // heads) if hidden and heads else None),
            vocabulary=_size(text, "vocab_size"),
            context=_size(text, "max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length"),
            dtype=_dtype(text) or _dtype(config),
            tied=_tied(text, config, architecture),
        )
        return facts if facts.parameters else facts.model_copy(update={"parameters": facts._from_shape()})

    @property
    def embedding_parameters(self) -> int | None:
        """Of the embedding, and of the output projection where that is a matrix of its own."""
        return self.vocabulary * self.hidden * (1 if self.tied else 2) if self.vocabulary and self.hidden else None

    @property
    def layer_parameters(self) -> int | None:
        """Of the matrices of one layer: attention and feed-forward."""
        if not (self.hidden and self.heads and self.kv_heads and self.head_size and self.intermediate):
            return None
        attention = 2 * self.hidden * self.head_size * (self.heads + self.kv_heads)
        return attention + self._feed_forward

    @property
    def matrices(self) -> int:
        """Of a feed-forward part (of one expert): up and down, and in most families a gate."""
        return 2 if self.architecture in UNGATED else 3

    @property
    def expert_parameters(self) -> int:
        """Of all experts of all layers; 0 without experts. They lie in one tensor a layer, in no linear layer of their
        own, so that neither adapters nor 4-bit packing reach them (transformers 5).
        """
        return (self.layers or 0) * self._feed_forward if self.experts > 1 else 0

    @property
    def _feed_forward(self) -> int:
        return self.matrices * (self.hidden or 0) * (self.intermediate or 0) * self.experts

    def _from_shape(self) -> int | None:
        """Exact for plain decoders but for norms and biases, which are under a thousandth."""
        if self.layers is None or self.layer_parameters is None or self.embedding_parameters is None:
            return None
        total = self.layers * self.layer_parameters + self.embedding_parameters
        return total if total <= MOST_PARAMETERS else None


def _text_part(config: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((part for name in TEXT_PARTS if isinstance(part := config.get(name), Mapping)), config)


def _size(config: Mapping[str, Any], *names: str) -> int | None:
    """The first of the names that holds a believable size."""
    values = (config.get(name) for name in names)
    return next((value for value in values if type(value) is int and 0 < value <= WIDEST), None)


def _word(config: Mapping[str, Any], name: str) -> str:
    value = config.get(name)
    return value if isinstance(value, str) and len(value) <= 80 and value.isprintable() else ""


def _intermediate(config: Mapping[str, Any], hidden: int | None, experts: int) -> int | None:
    of_an_expert = _size(config, "moe_intermediate_size") if experts > 1 else None
    told = of_an_expert or _size(config, "intermediate_size", "ffn_hidden_size", "ffn_dim", "n_inner")
    # What GPT-2 and its like do when they say nothing.
    return told or (4 * hidden if hidden else None)


def _dtype(config: Mapping[str, Any]) -> str:
    """`dtype` since transformers 5, `torch_dtype` before."""
    return (_word(config, "dtype") or _word(config, "torch_dtype")).removeprefix("torch.")


def _tied(text: Mapping[str, Any], config: Mapping[str, Any], architecture: str) -> bool:
    told = text.get("tie_word_embeddings", config.get("tie_word_embeddings"))
    return told if isinstance(told, bool) else architecture in TIED
