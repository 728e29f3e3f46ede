"""The header of a GGUF file: its settings and its tensors, never their numbers.

The package gguf names types and sizes; it is not let read the file, for it believes every count that a file claims.
Layout: magic, version, counts, settings, tensors, padding, data (ggml/docs/gguf.md).
"""

import math
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFValueType

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.plain_files import GET_AGAIN, open_plain
from mactuner_tui.core.records import shortened

MOST_SETTINGS = 10_000
MOST_TENSORS = 200_000
MOST_ENTRIES = 10_000_000
"""Of a list of texts, such as the vocabulary."""
MOST_DIMENSIONS = 4
LONGEST_NAME = 1_000
LONGEST_TEXT = 4_000_000
"""Of one setting; chat templates take some 10 kB."""
NUMBERS = {
    GGUFValueType.UINT8: "<B",
    GGUFValueType.INT8: "<b",
    GGUFValueType.UINT16: "<H",
    GGUFValueType.INT16: "<h",
    GGUFValueType.UINT32: "<I",
    GGUFValueType.INT32: "<i",
    GGUFValueType.FLOAT32: "<f",
    GGUFValueType.BOOL: "<?",
    GGUFValueType.UINT64: "<Q",
    GGUFValueType.INT64: "<q",
    GGUFValueType.FLOAT64: "<d",
}


@dataclass(frozen=True)
class GgufTensor:
    """A tensor without its numbers."""

    type: GGMLQuantizationType
    count: int


@dataclass(frozen=True)
class GgufHeader:
    """What the file says of itself."""

    settings: dict[str, Any]
    """Numbers, texts and truth values by name. Of a list only its length is kept."""
    tensors: dict[str, GgufTensor]

    def number(self, name: str) -> int | None:
        """A setting that is a whole number, or a list's length; None when it is neither."""
        value = self.settings.get(name)
        return value if type(value) is int else None

    def text(self, name: str) -> str:
        """A setting that is a text; empty when it is none."""
        value = self.settings.get(name)
        return value if isinstance(value, str) else ""


def read_header(path: Path) -> GgufHeader:
    """Raises `ModelError` for a file that is damaged, cut off or no GGUF file."""
    with open_plain(path) as file:
        if file.read(4) != b"GGUF":
            raise ModelError(f"{path} is no GGUF file: it does not begin with GGUF.", GET_AGAIN)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return _Reader(path, content).header()


class _Reader:
    """Walks through the header; every length is held against what is left of the file."""

    def __init__(self, path: Path, content: mmap.mmap) -> None:
        self._path = path
        self._content = content
        self._at = 4

    def header(self) -> GgufHeader:
        version = self._number("<I")
        if version not in (2, 3):
            self._refuse(f"version {version}, where 2 or 3 is known")
        tensor_count, setting_count = self._number("<Q"), self._number("<Q")
        if setting_count > MOST_SETTINGS or tensor_count > MOST_TENSORS:
            self._refuse(f"{setting_count:,} settings and {tensor_count:,} tensors are announced")
        settings: dict[str, Any] = {}
        for _ in range(setting_count):
            name = self._text(LONGEST_NAME)
            if name in settings:
                self._refuse(f"{shortened(name)} is set twice")
            settings[name] = self._value()
        return GgufHeader(settings, self._tensors(tensor_count, settings.get("general.alignment", 32)))

    def _tensors(self, count: int, alignment: Any) -> dict[str, GgufTensor]:
        if type(alignment) is not int or not 1 <= alignment <= 2**20:
            self._refuse(f"general.alignment = {shortened(alignment)}")
        tensors: dict[str, GgufTensor] = {}
        places: list[tuple[int, int, str]] = []
        for _ in range(count):
            name = self._text(LONGEST_NAME)
            if name in tensors:
                self._refuse(f"the tensor {shortened(name)} is there twice")
            dimensions = self._number("<I")
            if dimensions > MOST_DIMENSIONS:
                self._refuse(f"the tensor {shortened(name)} has {dimensions:,} dimensions")
            shape = [self._number("<Q") for _ in range(dimensions)]
            kind = self._tensor_type(name)
            tensors[name] = GgufTensor(kind, math.prod(shape))
            places.append((self._number("<Q"), self._bytes(name, shape, kind), name))
        begin = -(-self._at // alignment) * alignment
        self._check_places(sorted(places), len(self._content) - begin)
        return tensors

    def _tensor_type(self, name: str) -> GGMLQuantizationType:
        number = self._number("<I")
        try:
            return GGMLQuantizationType(number)
        except ValueError:
            self._refuse(f"the tensor {shortened(name)} is of type {number}, which is unknown")

    def _bytes(self, name: str, shape: list[int], kind: GGMLQuantizationType) -> int:
        block, block_bytes = GGML_QUANT_SIZES[kind]
        if shape and shape[0] % block:
            self._refuse(f"the tensor {shortened(name)} has rows of {shape[0]:,}, no multiple of {block}")
        size: int = math.prod(shape) // block * block_bytes
        return size

    def _check_places(self, places: list[tuple[int, int, str]], room: int) -> None:
        reached = 0
        for begin, size, name in places:
            if begin < reached:
                self._refuse(f"the tensor {shortened(name)} overlaps another")
            reached = begin + size
            if reached > room:
                raise ModelError(
                    f"{self._path} is damaged or cut off: its tensor {shortened(name)} ends {reached - room:,} bytes "
                    "behind the end of the file.",
                    GET_AGAIN,
                )

    def _value(self) -> Any:
        kind = self._value_type()
        if kind is GGUFValueType.STRING:
            return self._text(LONGEST_TEXT)
        if kind is GGUFValueType.ARRAY:
            return self._skip_list()
        return self._number(NUMBERS[kind])

    def _value_type(self) -> GGUFValueType:
        number = self._number("<I")
        try:
            return GGUFValueType(number)
        except ValueError:
            self._refuse(f"a setting is of type {number}, which is unknown")

    def _skip_list(self) -> int:
        """Pass over a list; returns its length."""
        kind, length = self._value_type(), self._number("<Q")
        if kind is GGUFValueType.ARRAY or length > MOST_ENTRIES:
            self._refuse(f"a list of {length:,} entries of type {kind.name}")
        if kind is GGUFValueType.STRING:
            for _ in range(length):
                self._pass(self._number("<Q"))
        else:
            self._pass(length * struct.calcsize(NUMBERS[kind]))
        return int(length)

    def _text(self, longest: int) -> str:
        length = self._number("<Q")
        if length > longest:
            self._refuse(f"a text of {length:,} bytes")
        begin = self._at
        self._pass(length)
        return self._content[begin : self._at].decode("utf-8", "replace")

    def _number(self, layout: str) -> Any:
        begin = self._at
        self._pass(struct.calcsize(layout))
        return struct.unpack_from(layout, self._content, begin)[0]

    def _pass(self, size: int) -> None:
        if size > len(self._content) - self._at:
            raise ModelError(f"{self._path} is damaged or cut off: its header ends in mid-air.", GET_AGAIN)
        self._at += size

    def _refuse(self, what: str) -> NoReturn:
        raise ModelError(f"{self._path} is damaged: {what}.", GET_AGAIN)
