"""How far a download is: of each file, and in all."""

import time
from collections import deque

from mactuner_tui.core.events import FileProgressed
from mactuner_tui.core.hub_models import HubFile
from mactuner_tui.engines.job_host import JobContext

TELL_SECONDS = 0.5
SPEED_SECONDS = 5.0


class Progress:
    """Tells how far a download is, at most twice a second, and at the end of each file."""

    def __init__(self, files: list[HubFile], job: JobContext) -> None:
        self._job = job
        self._total = sum(file.size for file in files)
        self._before = 0
        """Bytes of the files that are done with."""
        self._seen: deque[tuple[float, int]] = deque()
        self._told = 0.0

    def begin(self, there: int) -> None:
        """A file is begun, or gone on with after so many of its bytes: they are no speed."""
        self._seen.clear()
        self._seen.append((time.monotonic(), self._before + there))

    def show(self, file: HubFile, done: int) -> None:
        """So many bytes of a file that is under way are there."""
        if time.monotonic() - self._told >= TELL_SECONDS:
            self._tell(file, min(done, file.size))

    def finish(self, file: HubFile) -> None:
        """The file is there."""
        self._tell(file, file.size)
        self._before += file.size

    def _tell(self, file: HubFile, done: int) -> None:
        now = self._told = time.monotonic()
        speed = self._speed(now, self._before + done)
        self._job.emit(FileProgressed(path=file.path, done=done, size=file.size, speed=speed))
        self._job.progress(self._before + done, self._total, "bytes")

    def _speed(self, now: float, done: int) -> float:
        """Bytes a second over the last seconds. A file that is begun anew is no speed below zero."""
        self._seen.append((now, done))
        while now - self._seen[0][0] > SPEED_SECONDS:
            self._seen.popleft()
        seconds = now - self._seen[0][0]
        return max(0.0, (done - self._seen[0][1]) / seconds) if seconds else 0.0
