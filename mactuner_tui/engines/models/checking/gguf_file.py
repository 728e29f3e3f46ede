"""A GGUF file: whether it is whole, and what it says of itself."""

from collections import Counter
from pathlib import Path

from gguf import MODEL_ARCH_NAMES, LlamaFileType

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.model_folder import Weights
from mactuner_tui.core.numbers import count_text
from mactuner_tui.core.plain_files import GET_AGAIN
from mactuner_tui.core.records import shortened
from mactuner_tui.engines.models.checking.report import Found, Report
from mactuner_tui.engines.models.gguf_header import GgufHeader, read_header

NOT_FOR_CHAT = ("clip", "bert")
KNOWN = frozenset(MODEL_ARCH_NAMES.values())
TEMPLATE = "tokenizer.chat_template"


def look_at(made: Report, file: Path) -> None:
    """Look a GGUF file over."""
    header = made.look("GGUF header", read, file)
    told = made.look("architecture", describe, file, header)
    if told:
        made.found = Found(kind="gguf", place=file, weights=Weights((file,)), details=told)


def read(file: Path) -> tuple[str, GgufHeader]:
    """The header. Raises `ModelError` for a damaged file, and for a part of several."""
    header = read_header(file)
    parts = header.number("split.count") or 1
    if parts > 1:
        raise ModelError(
            f"{file} is one part of {parts}.", "Join them first: llama-gguf-split --merge FIRST-PART WHOLE.gguf."
        )
    return f"{count_text(len(header.settings), 'setting')}, {count_text(len(header.tensors), 'tensor')}.", header


def describe(file: Path, header: GgufHeader) -> tuple[str, dict[str, object]]:
    """What the manifest tells of it. Raises `ModelError` when it is not a language model that llama.cpp knows."""
    family = header.text("general.architecture")
    if family not in KNOWN:
        raise ModelError(
            f"{file}: general.architecture = {shortened(family)}: llama.cpp knows no such model.",
            "Get it again, or a newer version of the package gguf.",
        )
    if any(word in family for word in NOT_FOR_CHAT):
        raise ModelError(f"{file}: {family} is not a model that answers.", "Choose the language model itself.")
    words = header.number("tokenizer.ggml.tokens")
    if not header.tensors or not words:
        raise ModelError(f"{file} has no {'tokenizer' if header.tensors else 'tensors'}.", GET_AGAIN)
    told: dict[str, object] = {
        "architecture": family,
        "parameters": sum(tensor.count for tensor in header.tensors.values()),
        "quantization": _quantization(header),
        "layers": header.number(f"{family}.block_count"),
        "hidden": header.number(f"{family}.embedding_length"),
        "context": header.number(f"{family}.context_length"),
        "vocabulary": words,
        "chat_template": bool(header.text(TEMPLATE)),
        "tokenizer": "unchecked: it is part of the GGUF file",
        "license": header.text("general.license")[:60],
    }
    told = {name: value for name, value in told.items() if value not in (None, "")}
    return f"{family}, {told['quantization']}, {count_text(words, 'token')}.", told


def _quantization(header: GgufHeader) -> str:
    """`Q4_K_M`: as the file says, else the type of most of its tensors."""
    try:
        name: str = LlamaFileType(header.settings.get("general.file_type", -1)).name
        return name.removeprefix("MOSTLY_")
    except ValueError:
        types: Counter[str] = Counter(tensor.type.name for tensor in header.tensors.values())
        return types.most_common(1)[0][0]
