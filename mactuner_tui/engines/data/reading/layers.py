"""A file's bytes in layers: counted, unpacked, recoded. Each layer turns its failures into a `DataError`.

Knows nothing of rows. Above these layers every newline is a byte 0x0A, whatever the file's encoding.
"""

import codecs
import gzip
import io
import stat
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from mactuner_tui.core.errors import DataError
from mactuner_tui.engines.data.reading.words import os_errors_as_data_errors

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"
BOM = codecs.BOM_UTF8


@dataclass(slots=True)
class Meter:
    """How many bytes of the files have been read so far, and how many came out of gzip.

    `moved` is called when it has become more.
    """

    done: int = 0
    unpacked: int = 0
    moved: Callable[[], None] | None = None

    def add(self, done: int = 0, unpacked: int = 0) -> None:
        """Count bytes that were read. What `moved` raises ends the reading."""
        self.done += done
        self.unpacked += unpacked
        if self.moved:
            self.moved()


class Counted(io.RawIOBase):
    """A regular file whose reads are counted. Notices when the file becomes shorter while it is read."""

    def __init__(self, path: Path, meter: Meter) -> None:
        self._path, self._meter, self._read = path, meter, 0
        with os_errors_as_data_errors(path):
            require_regular(path)
            self._file = path.open("rb", buffering=0)
            self._size = path.stat().st_size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        with os_errors_as_data_errors(self._path):
            count = self._file.readinto(buffer)
        self._read += count
        self._meter.add(done=count)
        if count == 0 and self._file.tell() < self._size:
            raise DataError(
                f"{self._path} became shorter while it was read.",
                "Wait until nothing writes to it, then open it again.",
            )
        return count

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


class Inflated(io.RawIOBase):
    """The content of a gzip file, counted too: a little of it may become very much."""

    def __init__(self, packed: BinaryIO, path: Path, meter: Meter) -> None:
        self._packed, self._path, self._meter = packed, path, meter
        self._file = gzip.GzipFile(fileobj=packed)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        try:
            count = self._file.readinto(buffer)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DataError(
                f"{self._path}: the gzip file is damaged or incomplete ({error}).", "Download or pack it again."
            ) from None
        self._meter.add(unpacked=count)
        return count

    def close(self) -> None:
        if not self.closed:
            self._file.close()
            self._packed.close()
        super().close()


class Recoded(io.RawIOBase):
    """Text recoded from one encoding to another, every line end becoming 0x0A.

    Halves of surrogate pairs pass as the three bytes that no UTF-8 holds, so that only their line becomes unusable.
    """

    def __init__(self, inner: BinaryIO, path: Path, encoding: str, target: str) -> None:
        self._inner, self._path, self._encoding, self._target = inner, path, encoding, target
        self._errors = "surrogatepass" if codecs.lookup(encoding).name.startswith("utf-") else "strict"
        decoder = codecs.getincrementaldecoder(encoding)(self._errors)
        self._decoder = io.IncrementalNewlineDecoder(decoder, translate=True)
        self._ready = memoryview(b"")
        self._read = 0
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        while not self._ready and not self._ended:
            chunk = self._inner.read(CHUNK)
            self._ended = not chunk
            self._ready = memoryview(self._recode(chunk))
            self._read += len(chunk)
        room = memoryview(buffer)
        count = min(len(room), len(self._ready))
        room[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _recode(self, chunk: bytes) -> bytes:
        try:
            return self._decoder.decode(chunk, final=self._ended).encode(self._target, "surrogatepass")
        except UnicodeError as error:
            place = self._read + error.start if isinstance(error, UnicodeDecodeError) else self._read
            raise DataError(
                f"{self._path}: near byte {place:,}: the text is not {self._encoding}.",
                "Choose another encoding, or `auto`.",
            ) from None

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


def require_regular(path: Path) -> None:
    """Raises `DataError` for what is no file: reading from a pipe or a device may never end."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise DataError(f"{path} is a folder, not a file.", "Name a file in it.")
    if not stat.S_ISREG(mode):
        raise DataError(f"{path} is no ordinary file but a pipe, socket or device.", "Save the data as a file first.")


def open_bytes(path: Path, meter: Meter, gzipped: bool) -> BinaryIO:
    """The content of a file, unpacked if it is gzipped. Raises `DataError`, also later while it is read."""
    content: BinaryIO = io.BufferedReader(Counted(path, meter), CHUNK)
    if gzipped:
        content = io.BufferedReader(Inflated(content, path, meter), CHUNK)
    return content


def open_lines(path: Path, meter: Meter, gzipped: bool, encoding: str, bare_returns: bool) -> tuple[BinaryIO, str]:
    """The content of a text file without byte order mark, and the encoding of its lines.

    Encodings whose line ends are not the byte 0x0A become UTF-8. `bare_returns`: lines may end in a carriage return.
    """
    content = open_bytes(path, meter, gzipped)
    if not keeps_ascii(encoding):
        content, encoding = io.BufferedReader(Recoded(content, path, encoding, "utf-8"), CHUNK), "utf-8"
    elif bare_returns:
        # Latin-1 maps every byte to itself: only the line ends change.
        content = io.BufferedReader(Recoded(content, path, "latin-1", "latin-1"), CHUNK)
    if cast(io.BufferedReader, content).peek(len(BOM))[: len(BOM)] == BOM:
        content.read(len(BOM))
    return content, encoding


def keeps_ascii(encoding: str) -> bool:
    """Whether line ends, quotes and brackets are the same bytes as in ASCII."""
    signs = '\n\r\t",;[]{}'
    return signs.encode(encoding) == signs.encode("ascii")
