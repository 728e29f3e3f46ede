"""The tensors of weight files by their headers; whether index and config say the same of them."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.model_folder import Weights
from mactuner_tui.core.numbers import bytes_text, count_text
from mactuner_tui.core.plain_files import GET_AGAIN, open_plain
from mactuner_tui.core.records import shortened
from mactuner_tui.core.safetensors_header import TensorHead, read_header
from mactuner_tui.engines.failures import reason_of
from mactuner_tui.engines.models.checking.config import check_quantised

DTYPES = {
    "BF16": torch.bfloat16,
    "F16": torch.float16,
    "F32": torch.float32,
    "F64": torch.float64,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
"""By safetensors' names, those that trained weights and what lies beside them have."""
NAMES = {dtype: name for name, dtype in DTYPES.items()}
TRAINABLE = ("BF16", "F16", "F32", "F64")
MOST_PICKLE_BYTES = 64_000_000
UNSAFE = re.compile(r"Unsupported (?:class|operand|global)[^.\n]*|(?i:unsupported GLOBAL \S+|GLOBAL \S+)")
UNTRUSTED = "Get the model as .safetensors, or from a source you trust."


@dataclass(frozen=True)
class Tensors:
    """All tensors of a model: what each is, and the file it lies in."""

    heads: dict[str, TensorHead]
    files: dict[str, Path]


def read_tensors(weights: Weights) -> tuple[str, Tensors]:
    """The headers of all weight files. Raises `ModelError` for a damaged one, or when two hold the same tensor."""
    heads: dict[str, TensorHead] = {}
    files: dict[str, Path] = {}
    for path in weights.files:
        for name, head in (read_pickled(path) if path.suffix == ".bin" else read_header(path)).items():
            if name in heads:
                raise ModelError(f"{path} and {files[name].name} both hold the tensor {shortened(name)}.", GET_AGAIN)
            heads[name], files[name] = head, path
    if not heads:
        raise ModelError(f"{weights.files[0]} holds no tensors.", GET_AGAIN)
    size = sum(path.stat().st_size for path in weights.files)
    said = f"{count_text(len(heads), 'tensor')} in {count_text(len(weights.files), 'file')}, {bytes_text(size)}."
    return said, Tensors(heads, files)


def check_index(weights: Weights, tensors: Tensors) -> tuple[str, bool]:
    """Raise `ModelError` unless index and files name the same tensors in the same places."""
    if weights.index is None or weights.places is None:
        return "One file, no index.", True
    for name, shard in weights.places.items():
        if name not in tensors.files:
            raise ModelError(
                f"{weights.index} says that {shard} holds {shortened(name)}, which is not there.", GET_AGAIN
            )
        if tensors.files[name].name != shard:
            raise ModelError(
                f"{weights.index} says that {shard} holds {shortened(name)}; it is in {tensors.files[name].name}.",
                GET_AGAIN,
            )
    for name in tensors.files.keys() - weights.places.keys():
        raise ModelError(
            f"{tensors.files[name]} holds {shortened(name)}, which {weights.index.name} does not name.", GET_AGAIN
        )
    return f"It names {count_text(len(weights.places), 'tensor')}, each where it says.", True


def check_dtype(folder: Path, config: dict[str, Any], tensors: Tensors) -> tuple[str, str]:
    """The precision of most of the weights, as torch names it. Raises `ModelError` for one that cannot be trained."""
    check_quantised(folder / "config.json", config)
    counts: dict[str, int] = {}
    for name, head in tensors.heads.items():
        # Masks and positions, stored beside the weights by older versions, are whole numbers by right.
        if head.dtype not in TRAINABLE and (head.dtype not in DTYPES or name.endswith(".weight")):
            raise ModelError(
                f"{tensors.files[name]}: {name} has dtype {head.dtype}, which cannot be trained.",
                f"Get the model in one of {', '.join(TRAINABLE)}.",
            )
        counts[head.dtype] = counts.get(head.dtype, 0) + head.count
    most = max(counts, key=lambda dtype: counts[dtype])
    return f"{', '.join(sorted(counts))}.", str(DTYPES[most]).removeprefix("torch.")


def read_pickled(path: Path) -> dict[str, TensorHead]:
    """The tensors of a PyTorch file. Nothing in it is run: only tensors and plain containers are unpickled."""
    return {
        name: TensorHead(NAMES.get(tensor.dtype, str(tensor.dtype)), tuple(tensor.shape))
        for name, tensor in load_pickled(path).items()
    }


def load_pickled(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a PyTorch file, mapped into memory, so that only what is touched is read."""
    _check_archive(path)
    try:
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:  # What a forged pickle leads to is as manifold as what it may build.
        if refused := UNSAFE.search(str(error)):
            raise ModelError(
                f"{path} holds more than weights ({refused[0]}). It was not unpickled: that could run code.", UNTRUSTED
            ) from error
        raise ModelError(f"{path} is damaged: {reason_of(error)}", GET_AGAIN) from error
    if isinstance(content, dict) and isinstance(content.get("state_dict"), dict):
        content = content["state_dict"]
    if not isinstance(content, dict) or not content:
        raise ModelError(f"{path} does not hold tensors by name.", GET_AGAIN)
    for name, tensor in content.items():
        if not isinstance(name, str) or not isinstance(tensor, torch.Tensor) or not _is_plain(tensor):
            raise ModelError(f"{path}: {shortened(name)} is no plain tensor.", UNTRUSTED)
    return dict(content)


def _is_plain(tensor: torch.Tensor) -> bool:
    """Whether it has as many numbers as it says, rather than a few that are repeated."""
    return tensor.layout == torch.strided and tensor.nbytes <= tensor.untyped_storage().nbytes()


def _check_archive(path: Path) -> None:
    """Raise `ModelError` unless the file is an archive as torch has written it since 1.6, stored, not compressed."""
    with open_plain(path) as file:
        beginning = file.read(2)
        if beginning == b"\x80\x02":
            raise ModelError(
                f"{path} is in the format of PyTorch before 1.6, or a bare pickle.",
                "Load and save it again with a newer PyTorch, or get the model as .safetensors.",
            )
        if beginning != b"PK":
            raise ModelError(f"{path} is not a file of PyTorch.", GET_AGAIN)
        try:
            entries = zipfile.ZipFile(file).infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise ModelError(f"{path} is damaged or cut off: {error}.", GET_AGAIN) from error
    for entry in entries:
        is_pickle = entry.filename.endswith(".pkl")
        if entry.compress_type != zipfile.ZIP_STORED or (is_pickle and entry.file_size > MOST_PICKLE_BYTES):
            raise ModelError(f"{path}: {shortened(entry.filename)} in it is not as PyTorch writes it.", UNTRUSTED)
