"""From PyTorch's pickled weights to safetensors: the same numbers under the same names, file by file."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from mactuner_tui.core.model_folder import INDEX, WEIGHTS
from mactuner_tui.engines.listener import Listener
from mactuner_tui.engines.models.checking import Found
from mactuner_tui.engines.models.checking.tensors import load_pickled


def convert(found: Found, folder: Path, listener: Listener) -> None:
    """Write the weights into the folder as safetensors. A tied tensor that is stored twice is stored once."""
    files = found.weights.files
    total = sum(path.stat().st_size for path in files)
    places: dict[str, str] = {}
    done = size = 0
    for number, path in enumerate(files, start=1):
        listener.check()
        name = WEIGHTS if len(files) == 1 else f"model-{number:05}-of-{len(files):05}.safetensors"
        tensors = _apart(load_pickled(path), found.tied)
        places |= dict.fromkeys(tensors, name)
        size += sum(tensor.nbytes for tensor in tensors.values())
        save_file(tensors, folder / name, metadata={"format": "pt"})
        done += path.stat().st_size
        listener.progress(done, total, "B")
    if len(files) > 1:
        index = {"metadata": {"total_size": size}, "weight_map": places}
        (folder / INDEX).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


def _apart(tensors: dict[str, torch.Tensor], tied: frozenset[str]) -> dict[str, torch.Tensor]:
    """Each with memory of its own, as safetensors wants it; without those that only name another's a second time."""
    others = {tensor.data_ptr() for name, tensor in tensors.items() if name not in tied}
    apart: dict[str, torch.Tensor] = {}
    met: set[int] = set()
    for name, tensor in tensors.items():
        place = tensor.data_ptr()
        if name in tied and place in others:
            continue
        is_alone = tensor.nbytes == tensor.untyped_storage().nbytes() and place not in met
        apart[name] = tensor.contiguous() if is_alone else tensor.clone(memory_format=torch.contiguous_format)
        met.add(place)
    return apart
