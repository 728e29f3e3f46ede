"""The failures a person can cause or mend.

Each carries a message (what is wrong, naming file, row, field and value) and a hint (what to do). Anything that is not
a `MacTunerError` is a bug and is reported as one.
"""

import contextlib
import errno
from collections.abc import Iterator


class MacTunerError(Exception):
    """A failure with a message for the user and a hint that says what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def kind(self) -> str:
        """The class name, as events and JSON report it."""
        return type(self).__name__


class SpecError(MacTunerError):
    """A value that was asked for is unknown, of the wrong type or out of range."""


class ModelError(MacTunerError):
    """A model folder is incomplete, damaged or of an unsupported kind."""


class DataError(MacTunerError):
    """A dataset is missing, or a row of it cannot be used."""


class JobError(MacTunerError):
    """A job does not exist or cannot do what was asked in its present state."""


class SessionError(MacTunerError):
    """An attached session broke off or answered out of turn."""


class TrainingError(MacTunerError):
    """A run was stopped because going on would waste time or damage the result."""


class DiskFullError(MacTunerError):
    """A write failed because the disk has no room left."""


NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


def disk_full(where: object) -> DiskFullError:
    """The error for a write below `where` that found no room."""
    return DiskFullError(
        f"No space left on the disk that holds {where}.",
        "Free some space there, or point MACTUNER_HOME to a larger disk, then start or resume again.",
    )


def from_os_error(error: OSError, where: object) -> MacTunerError | None:
    """The user's view of an operating system error, or None when it is not one a user can mend."""
    if error.errno in NO_SPACE:
        return disk_full(where)
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return MacTunerError(
            f"No permission for {error.filename or where}.",
            "Change its permissions, or set MACTUNER_HOME to a folder of yours.",
        )
    if isinstance(error, NotADirectoryError):
        return MacTunerError(
            f"{where}: a part of that path is a file, not a folder.", "Point MACTUNER_HOME to a folder."
        )
    return None


@contextlib.contextmanager
def os_errors_in_words(where: object) -> Iterator[None]:
    """Turn the operating system's errors of a block that writes below `where` into the user's view of them."""
    try:
        yield
    except OSError as error:
        if known := from_os_error(error, where):
            raise known from error
        raise
