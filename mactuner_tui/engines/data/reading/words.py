"""Values and failures as a person is told of them. Knows nothing of files or formats."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mactuner_tui.core.errors import DataError

SHOWN = 60
"""Characters of a value that a reason shows."""


class UnusableError(Exception):
    """Why a row cannot be read, in words: what is wrong, and what to do."""


def shortened(value: Any, limit: int = SHOWN) -> str:
    """A value as it may stand in a sentence: quoted, cut, and free of what UTF-8 cannot hold."""
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return "an object"
    text = repr(value[: limit + 1]) if isinstance(value, str) else repr(value)
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


@contextlib.contextmanager
def os_errors_as_data_errors(path: Path) -> Iterator[None]:
    """Turn the operating system's refusal to open or read `path` into a `DataError`."""
    try:
        yield
    except FileNotFoundError:
        raise DataError(
            f"{path} is not there, or is no longer.", "Check the name, and that the disk is connected."
        ) from None
    except PermissionError:
        raise DataError(
            f"{path} cannot be read: no permission.", "Change its permissions, or copy it to a folder of yours."
        ) from None
    except OSError as error:
        raise DataError(
            f"{path} cannot be read: {error.strerror or error}.", "Check the name, and the disk that holds it."
        ) from None
