"""Which files of a repository a download takes: one set of weights, and what a model needs beside them.

Knows names and sizes only.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

BESIDE = re.compile(
    r"(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|chat_template)\.json"
    r"|tokenizer\.model|spiece\.model|sentencepiece\.bpe\.model|merges\.txt|vocab\.txt|chat_template\.jinja|.*\.tiktoken"
    r"|(licen[cs]e|notice|readme)([._-].*)?",
    re.IGNORECASE,
)
"""Top files of a repository that belong to a model whatever its weights are."""
WITH_GGUF = re.compile(r"(licen[cs]e|notice|readme)([._-].*)?", re.IGNORECASE)
PART = re.compile(r"(?P<stem>.*)-\d{5}-of-(?P<parts>\d{5})\.gguf")
Format = Literal["safetensors", "bin", "gguf", "none"]
WEIGHTS: dict[Format, str] = {"safetensors": "model.safetensors", "bin": "pytorch_model.bin"}
"""As transformers looks for them, the better ones first."""


@dataclass(frozen=True)
class Choice:
    """The files that are needed, and what their weights are."""

    files: frozenset[str]
    weights: Format


def choose(sizes: Mapping[str, int], file: str, read_index: Callable[[str], dict[str, Any] | None]) -> Choice:
    """What is needed of the files. `file`: the GGUF file that is wanted, or empty; `read_index` reads a weight index.

    Of a repository that has GGUF files alone, none of which is chosen, no weights are needed.
    """
    if file:
        beside = {path for path in sizes if "/" not in path and WITH_GGUF.fullmatch(path)}
        return Choice(frozenset({*beside, *parts(sizes, file)}), "gguf")
    beside = {path for path in sizes if "/" not in path and BESIDE.fullmatch(path)}
    for format_, name in WEIGHTS.items():
        if found := _weights(sizes, name, read_index):
            return Choice(frozenset({*beside, *found}), format_)
    return Choice(frozenset(beside), "gguf" if gguf_files(sizes) else "none")


def _weights(sizes: Mapping[str, int], name: str, read_index: Callable[[str], dict[str, Any] | None]) -> set[str]:
    """The one file of this name; else the index and all that it names."""
    index = f"{name}.index.json"
    if name in sizes:
        return {name}
    if index not in sizes:
        return set()
    places = (read_index(index) or {}).get("weight_map")
    named = {place for place in places.values() if isinstance(place, str)} if isinstance(places, dict) else set()
    return {index, *(place for place in named if place in sizes)}


def gguf_files(sizes: Mapping[str, int]) -> dict[str, int]:
    """The GGUF models of a repository with their sizes; one in several files by its first."""
    found: dict[str, int] = {}
    for path in sorted(sizes):
        if path.lower().endswith(".gguf") and not PurePosixPath(path).name.lower().startswith("mmproj"):
            first = parts(sizes, path)[0]
            found[first] = sum(sizes[part] for part in parts(sizes, path))
    return found


def parts(sizes: Mapping[str, int], file: str) -> list[str]:
    """All files of a GGUF model that is in several, or the one."""
    match = PART.fullmatch(file)
    if match is None:
        return [file]
    pattern = re.compile(re.escape(match["stem"]) + r"-\d{5}-of-" + match["parts"] + r"\.gguf")
    return sorted(path for path in sizes if pattern.fullmatch(path)) or [file]


def part_count(file: str) -> int:
    """How many files a GGUF model is in, by the name of one of them."""
    match = PART.fullmatch(file)
    return int(match["parts"]) if match else 1
