"""Events as lines of a file: written by a job, read by anyone, at any time."""

import os
from collections.abc import Iterator
from pathlib import Path

from mactuner_tui.core.events import BaseEvent, Event, parse_line


class EventLog:
    """The writing end: appends events, each by a single write, so that a reader never sees half of one for long."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        self._cut_torn_line()

    def write(self, event: BaseEvent) -> None:
        """Append one event. Raises `OSError` when the disk is full, leaving no half line behind."""
        line = (event.to_line() + "\n").encode()
        end = os.fstat(self._descriptor).st_size
        try:
            # On a disk that is nearly full the first write takes what fits, and only the next one fails.
            while line:
                line = line[os.write(self._descriptor, line) :]
        except OSError:
            os.ftruncate(self._descriptor, end)
            raise

    def close(self) -> None:
        os.close(self._descriptor)

    def _cut_torn_line(self) -> None:
        """Drop what a process killed in mid-write left after the last line's end."""
        size = os.fstat(self._descriptor).st_size
        content = os.pread(self._descriptor, size, 0)
        os.ftruncate(self._descriptor, content.rfind(b"\n") + 1)


class Tail:
    """The reading end: remembers how far it read, and returns what came since."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def read(self) -> Iterator[Event]:
        """The events of all complete lines that were not read yet, one by one: a long run's would fill the memory.

        Who stops before the end goes on there the next time. What may not be read has nothing new to tell.
        """
        try:
            file = self._path.open("rb")
        except (FileNotFoundError, PermissionError):
            return
        with file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._offset += len(line)
                if (event := parse_line(line)) is not None:
                    yield event
