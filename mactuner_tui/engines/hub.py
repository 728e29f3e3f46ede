"""The Hugging Face Hub as every engine meets it: settings of its client, and its refusals in the user's words.

Knows nothing of what is looked for there. No word of it ever holds a token.
"""

import contextlib
import errno
import json
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal

from httpx2 import Client, HTTPError, InvalidURL, Response, Timeout
from huggingface_hub import constants, errors, get_session, get_token
from huggingface_hub.utils import build_hf_headers, hf_raise_for_status, parse_ratelimit_headers  # type: ignore[attr-defined]

from mactuner_tui.core.errors import NO_SPACE, DataError, DiskFullError, MacTunerError, ModelError
from mactuner_tui.core.numbers import bytes_text

TIMEOUT = 10.0
"""Seconds to wait for an answer of the Hub."""
CHUNK = 1 << 18
# Read where they are used: progress is told, and heeded, after each chunk. Xet's threads would swallow what it raises,
# and cannot go on within a file; who wants Xet asks for it.
constants.DOWNLOAD_CHUNK_SIZE = CHUNK
constants.HF_HUB_DISABLE_XET = True

MISREAD = (AttributeError, KeyError, RecursionError, TypeError, ValueError)
"""What taking an answer apart raises when it is not what the Hub would send."""
NO_ACCESS = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR)

LOG_IN = "log in on the Models screen or with `mactuner models login`"


@dataclass(frozen=True)
class Subject:
    """What the Hub is asked about."""

    kind: Literal["model", "dataset", "account"]
    name: str = ""
    local: bool = False
    """Whether the name could as well have been that of a file on this machine."""

    @property
    def page(self) -> str:
        return f"{constants.ENDPOINT}/{'datasets/' if self.kind == 'dataset' else ''}{self.name}"

    def failure(self, message: str, hint: str) -> MacTunerError:
        return (DataError if self.kind == "dataset" else ModelError)(message, hint)

    def error(self, error: Exception) -> MacTunerError | None:
        """A failure of the Hub's client in words, with the page to visit or what to do; None when it is not one."""
        match error:
            case errors.HfHubHTTPError():
                return self._refused(error)
            case errors.HFValidationError():
                nor = "neither a file here nor" if self.local else "not"
                return self.failure(f"{self.name} is {nor} a name the Hub allows.", "Check the name.")
            case errors.FileMetadataError() | json.JSONDecodeError() | InvalidURL():
                return self.no_hub()
            case errors.OfflineModeIsEnabled():
                return self.unreachable("Offline mode is on: unset HF_HUB_OFFLINE.")
            case HTTPError() | ConnectionError() | errors.LocalEntryNotFoundError():
                return self.unreachable("Check the name, or the network." if self.local else "Check the network.")
            case OSError() if error.errno in NO_SPACE:
                return _no_room()
            case OSError() if error.errno in NO_ACCESS:
                return self.failure(
                    f"{error.filename or constants.HF_HUB_CACHE}: {error.strerror}.",
                    f"Downloads lie in {constants.HF_HUB_CACHE}: change its permissions, or point HF_HOME (or "
                    "HF_HUB_CACHE, if it is set) to a folder of yours.",
                )
        return None

    def no_hub(self) -> MacTunerError:
        """Something answers, but not as the Hub would."""
        return self.failure(
            f"What answers at {constants.ENDPOINT} is not the Hub.", "Check HF_ENDPOINT, the proxy, the network."
        )

    def unreachable(self, hint: str) -> MacTunerError:
        """There is no way to the Hub."""
        the_hub = f"{self.name} is no file here, and the Hub" if self.local else "The Hub"
        return self.failure(
            f"{the_hub} ({constants.ENDPOINT}) cannot be reached.",
            f"{hint} What was downloaded before is found without it.",
        )

    def _refused(self, error: errors.HfHubHTTPError) -> MacTunerError:
        status = error.response.status_code
        what = f"{self.kind} {self.name}".strip()
        match error:
            case errors.GatedRepoError() if status == 401:
                return self.failure(
                    f"The {what} is on the Hub, but its owner grants access on request.",
                    f"Accept its terms at {self.page}, then {LOG_IN}.",
                )
            case errors.GatedRepoError():
                return self.failure(
                    f"The {what} is on the Hub, but its owner grants access on request: you have none so far.",
                    f"Ask for it, or see how your request stands, at {self.page}; then try again.",
                )
            case errors.RevisionNotFoundError():
                return self.failure(
                    f"The {what} has no such revision.", f"Its branches and tags are listed at {self.page}/tree/main."
                )
            case errors.RemoteEntryNotFoundError():
                path = str(error.response.url).partition("/resolve/")[2].partition("/")[2]
                return self.failure(f"The {what} has no file {path}.", f"See what it holds at {self.page}/tree/main.")
            case errors.RepositoryNotFoundError():
                nor = "neither a file here nor" if self.local else "not"
                return self.failure(
                    f"{self.name} is {nor} a {self.kind} on the Hub that you may see.",
                    f"Check the name. For a private {self.kind} {LOG_IN}.",
                )
            case errors.DisabledRepoError():
                return self.failure(f"The {what} was disabled by the Hub.", f"Choose another. Why, tells {self.page}.")
        if status == 401:
            return self.failure(
                "The Hub does not accept the access token.", f"Make a new one at {token_page()}, then {LOG_IN}."
            )
        if status == 403:
            return self.failure(
                f"The access token may not read the {what}.",
                f"Give it the permission at {token_page()}, or {LOG_IN} anew.",
            )
        if status == 429:
            seconds = wait_asked(error.response)
            when = "in a while" if seconds is None else f"in {seconds} seconds"
            return self.failure(
                f"The Hub was asked too often: it answers again {when}.",
                f"Try again then. More is allowed once you {LOG_IN}.",
            )
        return self.failure(f"The Hub answered {status} for the {what}.", "Try again in a while.")


def may_be_token(text: str) -> bool:
    """Whether a text can be sent as an access token at all."""
    return bool(re.fullmatch(r"[!-~]+", text))


def session() -> Client:
    """The client's own connections, which here wait no longer than `TIMEOUT` unless a request says otherwise."""
    client = get_session()
    client.timeout = Timeout(TIMEOUT)
    return client


def headers(more: dict[str, str] | None = None) -> dict[str, str]:
    """What the client sends with each request, the token among it if there is one, and `more`."""
    sent: dict[str, str] = build_hf_headers(headers=more)
    return sent


def require_success(response: Response) -> None:
    """Raise the client's own errors for an answer that is none; `in_words` knows them."""
    hf_raise_for_status(response)


def token_page() -> str:
    """Where access tokens are made."""
    return f"{constants.ENDPOINT}/settings/tokens"


@contextlib.contextmanager
def in_words(subject: Subject) -> Iterator[None]:
    """Turn what the Hub's client raises in a block into the user's view of it."""
    try:
        # The client would show it, in the error it raises for it.
        if (token := get_token()) and not may_be_token(token):
            raise subject.failure(
                "The access token that is set holds characters that no token has.", f"Correct HF_TOKEN, or {LOG_IN}."
            )
        yield
    except Exception as error:
        if known := subject.error(error):
            raise known from error
        raise


@contextlib.contextmanager
def answered(subject: Subject) -> Iterator[None]:
    """`in_words`, for a block that asks for an answer and takes it apart: one that makes no sense is not the Hub's."""
    try:
        with in_words(subject):
            yield
    except MISREAD as error:
        raise subject.no_hub() from error


def free_space() -> int:
    """Bytes free on the disk of the Hugging Face cache."""
    cache = Path(constants.HF_HUB_CACHE)
    there = next(folder for folder in (cache, *cache.parents) if folder.is_dir())
    return shutil.disk_usage(there).free


def require_room(size: int) -> None:
    """Raises `DiskFullError` when the cache's disk cannot hold so many bytes more."""
    if free_space() < size:
        raise _no_room(f"{bytes_text(size)} are needed, {bytes_text(free_space())} are free.")


def _no_room(figures: str = "") -> DiskFullError:
    return DiskFullError(
        f"No space left on the disk that holds {constants.HF_HUB_CACHE}. {figures}".strip(),
        "Free some space there, or point HF_HOME to a larger disk, then start or resume again.",
    )


def wait_asked(response: Response) -> int | None:
    """Seconds after which a Hub that was asked too often wants to be asked again, if it tells."""
    told: str = response.headers.get("Retry-After", "").strip()
    try:
        limit = parse_ratelimit_headers(response.headers)
        if limit is not None and limit.remaining == 0:
            return limit.reset_in_seconds
        if told.isdecimal():
            return int(told)
        return max(0, round(parsedate_to_datetime(told).timestamp() - time.time()))
    except (TypeError, ValueError, OverflowError):
        return None
