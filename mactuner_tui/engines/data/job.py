"""The `prepare` job: makes a dataset folder."""

from pathlib import Path

from mactuner_tui.core import events, files, manifest, paths
from mactuner_tui.core.errors import DataError
from mactuner_tui.core.specs.data import PrepareSpec
from mactuner_tui.engines.data import sample
from mactuner_tui.engines.job_host import JobContext


def run(spec: PrepareSpec, job: JobContext) -> None:
    """Make the sample dataset."""
    folder = paths.datasets() / spec.source
    if (made := manifest.read(folder)) and made.job == job.id:
        return  # Resumed after all was done but the saying so.
    if folder.exists():
        raise DataError(f"A dataset {spec.source} exists already.", "Remove it first: mactuner data remove stdlib.")
    _make(spec, job, folder)


def ensure_sample(job: JobContext) -> Path:
    """The sample dataset's folder in the library, made first, with its default settings, if it is not there yet."""
    spec = PrepareSpec()
    folder = paths.datasets() / spec.source
    with files.locked(paths.datasets()):
        if manifest.read(folder) is None:
            _make(spec, job, folder)
    return folder


def _make(spec: PrepareSpec, job: JobContext, folder: Path) -> None:
    job.begin("making the sample dataset from Python's documentation")
    made = sample.make(spec, folder, job.id, job.progress)
    job.emit(events.ArtefactMade(kind=made.kind, name=made.name, folder=str(folder)))
