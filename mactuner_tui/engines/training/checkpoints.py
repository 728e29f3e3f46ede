"""The checkpoints of a run: complete or not there, the newest few and the best.

Trainer writes each into a folder of its own beside them; it is moved among them once it is whole and on the disk.
"""

import shutil
from pathlib import Path

from mactuner_tui.core import files

PREFIX = "checkpoint-"


class Checkpoints:
    """The folder `checkpoints` of a job."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.writing = folder / f"{files.STAGING_PREFIX}writing"
        """Where Trainer writes. What a killed process left there is swept away."""
        self.sweep()
        self.writing.mkdir(parents=True)

    def steps(self) -> list[int]:
        """The steps there are checkpoints of, oldest first."""
        return sorted(int(path.name.removeprefix(PREFIX)) for path in self.folder.glob(f"{PREFIX}*"))

    def path(self, step: int) -> Path:
        return self.folder / f"{PREFIX}{step}"

    def newest(self) -> Path | None:
        """The checkpoint to resume from."""
        steps = self.steps()
        return self.path(steps[-1]) if steps else None

    def accept(self, step: int) -> Path:
        """Take in the checkpoint that Trainer has just written."""
        written = self.writing / f"{PREFIX}{step}"
        files.sync_all(written)
        target = self.path(step)
        written.rename(target)
        files.sync(self.folder)
        return target

    def sweep(self) -> None:
        """Give back what a checkpoint that was not finished takes."""
        shutil.rmtree(self.writing, ignore_errors=True)

    def trim(self, keep: int, best: int | None) -> list[int]:
        """Delete all but the newest `keep` and the best. Returns the steps of those deleted."""
        gone = [step for step in self.steps()[:-keep] if step != best]
        for step in gone:
            shutil.rmtree(self.path(step))
        return gone
