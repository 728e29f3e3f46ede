"""Writing files so that a crash or a full disk leaves the old content or the new, never a half.

`replace_text` is for one file; `new_folder` is for an artefact of many files.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from mactuner_tui.core.errors import MacTunerError, os_errors_in_words

STAGING_PREFIX = ".partial-"
STAGED = re.compile(rf"{re.escape(STAGING_PREFIX)}\d+-(.+)-[0-9a-f]{{8}}")


def replace_text(path: Path, text: str) -> None:
    """Write `text` to `path` as UTF-8: a temporary file beside it, flushed to disk, then renamed over it."""
    temporary = _temporary(path)
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
    staging = _temporary(target)
    with os_errors_in_words(target.parent):
        try:
            _refuse_existing(target)
            staging.mkdir(parents=True)
            yield staging
            sync_all(staging)
            _refuse_existing(target)
            staging.rename(target)
            sync(target.parent)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder's lock: one process at a time, and one thread. The folder is made if it is not there."""
    with os_errors_in_words(folder):
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / ".lock").open("a")
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def remove_folder(folder: Path) -> None:
    """Remove a folder and all that is in it; it loses its name first, so that no half of it is ever found there.

    Of a link to a folder elsewhere only the link goes.
    """
    with os_errors_in_words(folder):
        going = _temporary(folder)
        folder.rename(going)
        if going.is_symlink():
            going.unlink()
        else:
            shutil.rmtree(going)


def _temporary(path: Path) -> Path:
    """A name beside `path` that nothing has and no listing shows. It tells which process uses it, for `sweep`."""
    return path.with_name(f"{STAGING_PREFIX}{os.getpid()}-{path.name}-{secrets.token_hex(4)}")


def sweep(folder: Path) -> None:
    """Remove what processes that are gone left half-written in a folder."""
    for leftover in folder.glob(f"{STAGING_PREFIX}*"):
        pid = leftover.name.removeprefix(STAGING_PREFIX).partition("-")[0]
        if pid.isdigit() and not _is_alive(int(pid)):
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # It is someone else's, so it is.
        pass
    return True


def _refuse_existing(target: Path) -> None:
    if target.exists():
        raise MacTunerError(f"{target} exists already.", "Choose another name, or delete the old one first.")


def sync(path: Path) -> None:
    """Flush a file's content, or a folder's list of names, to the disk, so that it survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_all(folder: Path) -> None:
    """Flush a folder and everything below it to the disk."""
    for path in (*folder.rglob("*"), folder):
        sync(path)


def is_staging(path: Path) -> bool:
    """Whether the path is a staging name, left behind by a process that was killed in mid-write."""
    return path.name.startswith(STAGING_PREFIX)


def final_name(path: Path) -> str:
    """The name that a staging folder is going to have; of anything else the name that it has."""
    staged = STAGED.fullmatch(path.name)
    return staged[1] if staged else path.name


def sha256(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
