"""Reading files that someone else wrote: never more than a limit, never one that hangs, never a number without end.

Knows nothing of what is in them.
"""

import json
import os
import stat
from pathlib import Path
from typing import Any, BinaryIO

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.numbers import bytes_text

GET_AGAIN = "Copy or download the model again; the folder must be complete."
MOST_JSON_BYTES = 16_000_000
"""More than any config or index of a published model; one of 45,000 tensors takes 4 MB."""


def open_plain(path: Path) -> BinaryIO:
    """The file, open for reading. Raises `ModelError` for a missing one, a folder, a pipe, a device."""
    try:
        # Asked before opening too: to open a device may already do something.
        if stat.S_ISREG(path.stat().st_mode):
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                return os.fdopen(descriptor, "rb")
            os.close(descriptor)
    except FileNotFoundError:
        raise ModelError(f"{path} is missing.", GET_AGAIN) from None
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte.
        raise ModelError(f"{path} cannot be read: {getattr(error, 'strerror', error)}.", GET_AGAIN) from error
    raise ModelError(f"{path} is not a plain file.", GET_AGAIN)


def read_plain(path: Path, limit: int) -> bytes:
    """The content of a file of at most `limit` bytes. Raises `ModelError` for any other."""
    with open_plain(path) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ModelError(
            f"{path} is longer than {bytes_text(limit)}, which no such file of a model is.", "Choose another model."
        )
    return content


def read_object(path: Path, limit: int = MOST_JSON_BYTES) -> dict[str, Any]:
    """The JSON object in a file. Raises `ModelError` when there is none."""
    try:
        content = json.loads(read_plain(path, limit))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is not valid JSON: {error}.", GET_AGAIN) from None
    if not isinstance(content, dict):
        raise ModelError(f"{path} must hold a JSON object.", GET_AGAIN)
    return content
