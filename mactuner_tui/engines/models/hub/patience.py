"""How long a download bears with the Hub: which failures are waited out, how often, and what is said meanwhile."""

import os
import time

from httpx2 import NetworkError, RemoteProtocolError, TimeoutException
from huggingface_hub import errors

from mactuner_tui.core import events
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.numbers import count_text
from mactuner_tui.engines.hub import wait_asked
from mactuner_tui.engines.listener import Listener

STALL_SECONDS = float(os.environ.get("HF_HUB_DOWNLOAD_TIMEOUT") or 60)
"""With no byte for so long, a transfer is broken off and taken up again. The variable is huggingface_hub's own."""
WAITS = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each further try while nothing at all comes; whenever something did, they begin anew."""
LONGEST_WAIT = 600
"""Seconds that a Hub that was asked too often is waited for, if it wants that."""
POLL = 0.2


STALLED = f"no byte came for {count_text(round(STALL_SECONDS), 'second')}"


class StalledError(Exception):
    """No byte came for `STALL_SECONDS`, where no library notices."""

    def __init__(self) -> None:
        super().__init__(STALLED)


class Patience:
    """The tries of one file."""

    def __init__(self, path: str, job: Listener) -> None:
        self._path = path
        self._job = job
        self._tries = 0

    def wait(self, error: Exception, came: int = 0) -> None:
        """Tell what went wrong, and wait until it is worth another try; `came` bytes came in the last one.

        Raises the error itself when it is nothing that passes, `ModelError` when it has not passed in time, and what
        ends the job when that is to stop.
        """
        reason = _passing(error)
        if reason is None:
            raise error
        self._tries = 0 if came else self._tries + 1
        if self._tries > len(WAITS):
            raise ModelError(
                f"{self._path} cannot be downloaded: {reason}, {self._tries} times in a row.",
                f"{_advice(error)}, then resume the download: what has come is kept.",
            ) from error
        seconds = min(WAITS[max(0, self._tries - 1)], STALL_SECONDS)
        if isinstance(error, errors.HfHubHTTPError) and (asked := wait_asked(error.response)) is not None:
            if asked > LONGEST_WAIT:
                raise error
            seconds = asked
        self._job.emit(
            events.Noted(
                text=f"{self._path}: {reason}; trying again in {count_text(round(seconds), 'second')}.", warning=True
            )
        )
        sleep(seconds, self._job)


def sleep(seconds: float, job: Listener) -> None:
    """Wait, unless the job is to stop."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        job.check()
        time.sleep(min(POLL, left))


def _advice(error: Exception) -> str:
    return "Wait until the Hub is well again" if isinstance(error, errors.HfHubHTTPError) else "Check the network"


def _passing(error: Exception) -> str | None:
    """A failure that may pass, in words; None for any other."""
    match error:
        case errors.HfHubHTTPError():
            status = error.response.status_code
            if status == 429:
                return "the Hub was asked too often"
            return f"the Hub answered {status}" if status == 408 or status >= 500 else None
        case TimeoutException() | StalledError():
            return STALLED
        case NetworkError() | RemoteProtocolError():
            return "the connection was lost"
    return None
