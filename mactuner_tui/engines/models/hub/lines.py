"""What the Hub tells of a model, as a line of a search: any of it may be missing, or of a wrong type."""

import re
from collections.abc import Mapping
from typing import Any

from huggingface_hub import ModelInfo

from mactuner_tui.core.hub_models import HubModel
from mactuner_tui.core.model_facts import ModelFacts

EXPAND = (
    "downloads",
    "likes",
    "lastModified",
    "gated",
    "private",
    "pipeline_tag",
    "library_name",
    "tags",
    "safetensors",
    "gguf",
)
LICENSE = "license:"


def line(info: ModelInfo) -> HubModel:
    """The line of a model; of its facts what is known without its config.json."""
    return HubModel(
        id=info.id,
        facts=facts(info, {}),
        weight_bytes=_weight_bytes(info),
        downloads=_count(info.downloads) or 0,
        likes=_count(info.likes) or 0,
        updated=info.last_modified.timestamp() if info.last_modified else None,
        license=next((tag.removeprefix(LICENSE) for tag in tags(info) if tag.startswith(LICENSE)), ""),
        gate=info.gated if info.gated in ("auto", "manual") else "no",
        private=bool(info.private),
        task=_word(info.pipeline_tag),
        library=_word(info.library_name),
    )


def facts(info: ModelInfo, config: Mapping[str, Any]) -> ModelFacts:
    """What config.json tells; what it does not, from the weights' own headers as the Hub has read them."""
    gguf = _object(info.gguf)
    total = _count(info.safetensors.total) if info.safetensors else _count(gguf.get("total"))
    told = {"model_type": gguf.get("architecture"), "max_position_embeddings": gguf.get("context_length")}
    return ModelFacts.of({**told, **config}, total)


def tags(info: ModelInfo) -> list[str]:
    """Its tags."""
    return [tag for tag in info.tags or () if isinstance(tag, str)]


def _weight_bytes(info: ModelInfo) -> int | None:
    if info.safetensors and isinstance(info.safetensors.parameters, dict):
        counts = {dtype: _count(count) or 0 for dtype, count in info.safetensors.parameters.items()}
        return sum(count * _bits(dtype) // 8 for dtype, count in counts.items())
    return _count(_object(info.gguf).get("totalFileSize"))


def _bits(dtype: str) -> int:
    """Of a dtype as safetensors name it: BF16, F8_E4M3, BOOL."""
    number = re.search(r"\d+", dtype)
    return int(number[0][:3]) if number else 8


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(value: object) -> int | None:
    return value if type(value) is int and value >= 0 else None


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
