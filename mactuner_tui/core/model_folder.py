"""Whether a folder holds a whole causal language model, judged from its files alone, without any ML library.

Cheap enough to ask before a job is started: it reads JSON and safetensors headers, never the weights.
"""

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mactuner_tui.core.errors import ModelError

TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "vocab.json", "spiece.model")
INDEX = "model.safetensors.index.json"
GET_AGAIN = "Copy or download the model again; the folder must be complete."
MAX_HEADER_BYTES = 100_000_000
"""The limit of the safetensors format itself."""


@dataclass(frozen=True)
class AdapterFolder:
    """A PEFT adapter: its folder and the model it was made for."""

    folder: Path
    base: Path


def is_adapter(folder: Path) -> bool:
    """Whether the folder holds a PEFT adapter rather than a whole model."""
    return (folder / "adapter_config.json").is_file()


def read_adapter(folder: Path) -> AdapterFolder:
    """The adapter and its base model's folder. Raises `ModelError` when either is incomplete."""
    config = _json(folder / "adapter_config.json")
    check_safetensors(folder / "adapter_model.safetensors")
    base = config.get("base_model_name_or_path")
    if not isinstance(base, str) or not base or not Path(base).is_dir():
        raise ModelError(
            f"{folder / 'adapter_config.json'}: base_model_name_or_path = {base!r}: there is no such folder.",
            "Bring the base model back to that place, or correct the path in the file.",
        )
    check_model(Path(base))
    return AdapterFolder(folder, Path(base))


def check_model(folder: Path) -> None:
    """Raise `ModelError`, naming file and reason, unless config, tokenizer and weights are all there and whole."""
    if is_adapter(folder):
        raise ModelError(f"{folder} is an adapter, not a base model.", "Choose the base model it was trained on.")
    if not (folder / "config.json").is_file():
        raise ModelError(f"{folder} has no config.json, so it is not a transformers model.", GET_AGAIN)
    config = _json(folder / "config.json")
    if "model_type" not in config:
        raise ModelError(f"{folder / 'config.json'}: model_type is missing.", GET_AGAIN)
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise ModelError(f"{folder} has no tokenizer ({' or '.join(TOKENIZER_FILES)}).", GET_AGAIN)
    for shard in _shards(folder):
        check_safetensors(shard)


def _shards(folder: Path) -> list[Path]:
    if (folder / INDEX).is_file():
        weight_map = _json(folder / INDEX).get("weight_map")
        if not isinstance(weight_map, dict) or not weight_map:
            raise ModelError(f"{folder / INDEX}: weight_map is missing or empty.", GET_AGAIN)
        return [folder / str(name) for name in sorted(set(weight_map.values()))]
    if (folder / "model.safetensors").is_file():
        return [folder / "model.safetensors"]
    raise ModelError(f"{folder} has no weights (model.safetensors or {INDEX}).", GET_AGAIN)


def check_safetensors(path: Path) -> None:
    """Raise `ModelError` unless the file is as long as its header says.

    Layout: 8 bytes of header length (little-endian), JSON header, tensors (huggingface/safetensors, README).
    """
    if not path.is_file():
        raise ModelError(f"{path} is missing.", GET_AGAIN)
    size = path.stat().st_size
    with path.open("rb") as file:
        prefix = file.read(8)
        length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else MAX_HEADER_BYTES + 1
        if length > min(MAX_HEADER_BYTES, size - 8):
            raise ModelError(f"{path} is damaged or cut off: {size:,} bytes, too short for its header.", GET_AGAIN)
        header = _header(path, file.read(length))
    end = max((entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"), default=0)
    if size != 8 + length + end:
        raise ModelError(
            f"{path} is damaged or cut off: {size:,} bytes where its header says {8 + length + end:,}.", GET_AGAIN
        )


def _header(path: Path, text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
        for name, entry in header.items():
            if name != "__metadata__":
                begin, end = entry["data_offsets"]
                if not (isinstance(begin, int) and isinstance(end, int) and 0 <= begin <= end):
                    raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ModelError(f"{path} is damaged: its header is not a list of tensors.", GET_AGAIN) from None
    return dict(header)


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.", GET_AGAIN) from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is not valid JSON: {error}.", GET_AGAIN) from None
    if not isinstance(content, dict):
        raise ModelError(f"{path} must hold a JSON object.", GET_AGAIN)
    return content
