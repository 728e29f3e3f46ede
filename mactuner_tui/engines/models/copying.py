"""Copying a model's files: with progress, stoppable, and the copy is known to be what was read."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from mactuner_tui.core import files
from mactuner_tui.core.errors import DiskFullError, ModelError
from mactuner_tui.core.numbers import bytes_text
from mactuner_tui.engines.listener import Listener

CHUNK = 8 * 2**20
RESERVE = 200_000_000
"""Bytes that stay free."""


def demand_room(folder: Path, needed: int) -> None:
    """Raise `DiskFullError` unless `needed` bytes fit on the disk that holds the folder."""
    free = shutil.disk_usage(next(place for place in (folder, *folder.parents) if place.exists())).free
    if needed + RESERVE > free:
        raise DiskFullError(
            f"{bytes_text(needed)} are needed; {bytes_text(free)} are free on the disk that holds {folder}.",
            "Free some space there, import by reference, or point MACTUNER_HOME to a larger disk.",
        )


def copy(targets: Mapping[Path, Path], listener: Listener) -> None:
    """Copy each file to its place. Raises `ModelError` when the copy is not what was read."""
    total = sum(source.stat().st_size for source in targets)
    done = 0
    for source, target in targets.items():
        sum_read = hashlib.sha256()
        with source.open("rb") as reading, target.open("wb") as writing:
            while chunk := reading.read(CHUNK):
                listener.check()
                sum_read.update(chunk)
                writing.write(chunk)
                done += len(chunk)
                listener.progress(done, total, "B")
        if files.sha256(target) != sum_read.hexdigest():
            raise ModelError(f"{target} is not what was read from {source}.", "Check the disk, then try again.")
