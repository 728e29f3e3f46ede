"""A thread that brings the bytes of one file which are not there yet. It may end at any moment without losing any."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from httpx2 import RemoteProtocolError
from huggingface_hub.file_download import HfFileMetadata, xet_get
from huggingface_hub.utils._xet import abort_xet_session

from mactuner_tui.engines.hub import headers, require_success, session
from mactuner_tui.engines.models.hub.patience import STALL_SECONDS


class Transfer(threading.Thread):
    """Brings a file in the background, so that a stop is heeded while nothing comes."""

    def __init__(self, work: Callable[["Transfer"], None]) -> None:
        super().__init__(daemon=True)
        self.done = 0
        """Bytes of the file that are there."""
        self.error: Exception | None = None
        """How it ended, if badly."""
        self.given_up = False
        """Whether no one waits for it any more: what still comes is not written."""
        self._work = work

    def run(self) -> None:
        try:
            self._work(self)
        except Exception as error:  # Handed to the thread that waits.
            self.error = error


def by_http(url: str, partial: Path, size: int) -> Transfer:
    """Append to the partial file what it lacks. Only this way can a file that was broken off be gone on with."""

    def bring(transfer: Transfer) -> None:
        with partial.open("ab", buffering=0) as file:
            start = transfer.done = file.tell()
            wanted = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
            # The Hub sends the client on to where large files lie; the token stays behind when that is another host.
            with session().stream("GET", url, headers=headers(wanted), timeout=STALL_SECONDS) as response:
                require_success(response)
                if transfer.given_up:
                    return
                if start and response.status_code != 206:  # The whole file is sent all the same.
                    file.truncate(0)
                    transfer.done = 0
                for chunk in response.iter_raw():
                    if transfer.given_up:
                        return
                    rest = size - transfer.done
                    file.write(chunk[:rest])
                    transfer.done += min(len(chunk), rest)
                    if len(chunk) > rest:  # An answer without an end would fill the disk.
                        return
        if transfer.done < size:
            raise RemoteProtocolError(f"The connection ended after {transfer.done} of {size} bytes.")

    return Transfer(bring)


def by_xet(metadata: HfFileMetadata, partial: Path) -> Transfer:
    """Bring the whole file over Xet's many connections, into a partial file that is begun anew."""

    def bring(transfer: Transfer) -> None:
        assert metadata.xet_file_data is not None
        xet_get(
            incomplete_path=partial,
            xet_file_data=metadata.xet_file_data,
            headers=headers(),
            expected_size=metadata.size,
            tqdm_class=cast(Any, lambda **_: _Bar(transfer)),
        )

    return Transfer(bring)


def abort_xet() -> None:
    """End what Xet is doing; the next file begins with a session of its own."""
    abort_xet_session()  # type: ignore[no-untyped-call]


class _Bar:
    """What the client shows the progress of Xet on. It has two: what came, and what of it is written."""

    def __init__(self, transfer: Transfer) -> None:
        self._transfer = transfer
        self._done = 0

    def update(self, count: int) -> None:
        self._done += count
        self._transfer.done = max(self._transfer.done, self._done)

    def set_postfix_str(self, *_: object, **__: object) -> None:
        pass
