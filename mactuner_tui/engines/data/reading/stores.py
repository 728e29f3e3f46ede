"""Where a table's lines are: in the user's file itself, or in a nameless temporary file. Knows nothing of rows.

Both can be read from several threads at once: no reader moves another's place.
"""

import io
import os
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from mactuner_tui.core.errors import NO_SPACE, DataError, disk_full
from mactuner_tui.engines.data.reading.layers import CHUNK
from mactuner_tui.engines.data.reading.words import os_errors_as_data_errors

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Store(Protocol):
    """Bytes that can be read from the start, or a piece at a time. Both raise `DataError` when they are gone."""

    def open(self) -> BinaryIO: ...

    def piece(self, start: int, length: int) -> bytes: ...


class InPlace:
    """A file used as it is. It must not change, or the places would be wrong: that is looked at each time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with os_errors_as_data_errors(path):
            self._identity = _identity(path.stat())

    def open(self) -> BinaryIO:
        with os_errors_as_data_errors(self._path):
            file = self._path.open("rb", buffering=0)
            if _identity(os.fstat(file.fileno())) == self._identity:
                return io.BufferedReader(file, CHUNK)
            file.close()
        raise DataError(f"{self._path} has changed since it was read.", "Open it again.")

    def piece(self, start: int, length: int) -> bytes:
        with self.open() as file, os_errors_as_data_errors(self._path):
            return os.pread(file.fileno(), length, start)


def _identity(status: os.stat_result) -> tuple[int, ...]:
    """What stays the same as long as a file's content does."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


class Spool:
    """A temporary file without a name: gone when nothing refers to it, and with the process, however that ends."""

    def __init__(self) -> None:
        try:
            file = tempfile.TemporaryFile(buffering=CHUNK)  # noqa: SIM115
        except OSError as error:
            _raise_if_full(error)
            raise
        self._file = file
        self.close = weakref.finalize(self, file.close)

    def write(self, content: bytes) -> None:
        """Add to the end. Raises `DiskFullError`."""
        try:
            self._file.write(content)
        except OSError as error:
            _raise_if_full(error)
            raise

    def flush(self) -> None:
        """Let readers see what was written. Raises `DiskFullError`."""
        try:
            self._file.flush()
        except OSError as error:
            _raise_if_full(error)
            raise

    @property
    def size(self) -> int:
        """Bytes that readers see."""
        return os.fstat(self._file.fileno()).st_size

    def open(self) -> BinaryIO:
        return io.BufferedReader(_Following(self), CHUNK)

    def piece(self, start: int, length: int) -> bytes:
        return os.pread(self._file.fileno(), length, start)


class _Following(io.RawIOBase):
    """A spool's bytes from the start, with a place of its own."""

    def __init__(self, spool: Spool) -> None:
        self._spool, self._at = spool, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        room = memoryview(buffer)
        found = self._spool.piece(self._at, len(room))
        room[: len(found)] = found
        self._at += len(found)
        return len(found)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        before = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._spool.size}
        self._at = before[whence] + offset
        return self._at

    def tell(self) -> int:
        return self._at


def _raise_if_full(error: OSError) -> None:
    """Say which disk is full, if that is what the error means."""
    if error.errno in NO_SPACE:
        raise disk_full(f"temporary files ({tempfile.gettempdir()})") from error
