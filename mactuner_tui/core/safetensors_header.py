"""The header of a safetensors file: which tensors it says to hold, and whether the file can be what it says.

Layout: 8 bytes of header length (little-endian), JSON header, tensors without gaps (huggingface/safetensors, README).
Reads the header only, never a tensor.
"""

import json
import math
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.plain_files import GET_AGAIN, open_plain
from mactuner_tui.core.records import shortened

MAX_HEADER_BYTES = 16_000_000
"""Headers take some 100 bytes a tensor. (The format's own limit, 100 MB, would take a gigabyte to read.)"""
BITS = {
    "BOOL": 8,
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    **dict.fromkeys(("U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 16),
    **dict.fromkeys(("U32", "I32", "F32"), 32),
    **dict.fromkeys(("U64", "I64", "F64", "C64"), 64),
}
MOST_DIMENSIONS = 16


@dataclass(frozen=True, slots=True)
class TensorHead:
    """A tensor without its numbers; `dtype` as safetensors writes it: `BF16`."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        return math.prod(self.shape)


def read_header(path: Path) -> dict[str, TensorHead]:
    """The tensors of the file by name. Raises `ModelError` unless it is exactly as long as they take."""
    with open_plain(path) as file:
        size = os.fstat(file.fileno()).st_size
        prefix = file.read(8)
        length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else MAX_HEADER_BYTES + 1
        if length > min(MAX_HEADER_BYTES, size - 8):
            raise ModelError(f"{path} is damaged or cut off: {size:,} bytes, too short for its header.", GET_AGAIN)
        entries = _entries(path, file.read(length))
    _check_places(path, entries)
    end = max((entry["data_offsets"][1] for entry in entries.values()), default=0)
    if size != 8 + length + end:
        raise ModelError(
            f"{path} is damaged or cut off: {size:,} bytes where its header says {8 + length + end:,}.", GET_AGAIN
        )
    return {name: TensorHead(entry["dtype"], tuple(entry["shape"])) for name, entry in entries.items()}


def _entries(path: Path, text: bytes) -> dict[str, dict[str, Any]]:
    """What the header says of each tensor, every value of the right type."""
    try:
        header: dict[str, dict[str, Any]] = json.loads(text)
        header.pop("__metadata__", None)
        for entry in header.values():
            begin, end = entry["data_offsets"]
            if not (_is_count(begin) and _is_count(end) and begin <= end):
                raise ValueError
            if not (isinstance(entry["dtype"], str) and isinstance(entry["shape"], list)):
                raise ValueError
            if len(entry["shape"]) > MOST_DIMENSIONS or not all(map(_is_count, entry["shape"])):
                raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ModelError(f"{path} is damaged: its header is not a list of tensors.", GET_AGAIN) from None
    return header


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _check_places(path: Path, entries: dict[str, dict[str, Any]]) -> None:
    """Raise unless the tensors lie one behind the other, each as long as its shape says."""
    expected = 0
    for name, entry in sorted(entries.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        if begin != expected:
            how = "overlaps another" if begin < expected else "leaves a gap before it"
            raise ModelError(f"{path} is damaged: its tensor {shortened(name)} {how}.", GET_AGAIN)
        if entry["dtype"] not in BITS:
            raise ModelError(
                f"{path}: {shortened(name)} has dtype {shortened(entry['dtype'])}, which is unknown.", GET_AGAIN
            )
        needed = math.prod(entry["shape"]) * BITS[entry["dtype"]]
        if needed != (end - begin) * 8:
            raise ModelError(
                f"{path} is damaged: {shortened(name)} takes {end - begin:,} bytes where {entry['dtype']} of shape "
                f"{shortened(entry['shape'])} takes {shortened(needed // 8)}.",
                GET_AGAIN,
            )
        expected = end
