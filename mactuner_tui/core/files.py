"""Writing files so that a crash or a full disk leaves the old content or the new, never a half.

`replace_text` is for one file; `new_folder` is for an artefact of many files.
"""

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from mactuner_tui.core.errors import MacTunerError, from_os_error

STAGING_PREFIX = ".partial-"


def replace_text(path: Path, text: str) -> None:
    """Write `text` to `path` as UTF-8: a temporary file beside it, flushed to disk, then renamed over it."""
    temporary = path.with_name(f"{STAGING_PREFIX}{path.name}-{secrets.token_hex(4)}")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync(path.parent)


@contextlib.contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A staging folder beside `target` that becomes `target` when the block ends well and vanishes when it does not.

    Raises `MacTunerError` when `target` exists already, when the disk is full or when it may not be written.
    """
    staging = target.with_name(f"{STAGING_PREFIX}{target.name}-{secrets.token_hex(4)}")
    try:
        staging.mkdir(parents=True)
        yield staging
        for file in staging.rglob("*"):
            sync(file)
        if target.exists():
            raise MacTunerError(f"{target} exists already.", "Choose another name, or delete the old one first.")
        staging.rename(target)
        sync(target.parent)
    except OSError as error:
        raise from_os_error(error, target.parent) or error from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def sync(path: Path) -> None:
    """Flush a file's content, or a folder's list of names, to the disk, so that it survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_staging(path: Path) -> bool:
    """Whether the path is a staging name, left behind by a process that was killed in mid-write."""
    return path.name.startswith(STAGING_PREFIX)


def folder_size(folder: Path) -> int:
    """The bytes of all files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def sha256(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
