"""The `prepare` job: from a source to a dataset folder."""

from pathlib import Path

from mactuner_tui.core import events, files, library, manifest, paths
from mactuner_tui.core.errors import DataError, SpecError
from mactuner_tui.core.manifest import Manifest
from mactuner_tui.core.specs.data import PrepareSpec
from mactuner_tui.engines.job_host import JobContext


def run(spec: PrepareSpec, job: JobContext) -> None:
    """Make the dataset."""
    folder = paths.datasets() / spec.title
    if (made := manifest.read(folder)) and made.job == job.id:
        _tell(made, folder, job)  # Resumed after all was done but the saying so.
        return
    if spec.title == library.SAMPLE and spec.source != library.SAMPLE:
        raise SpecError(f"name = {spec.title!r} is the name of the sample dataset.", "Choose another name.")
    if folder.exists():
        remove = "" if spec.source == spec.title else f", or remove it first: mactuner data remove {spec.title}"
        raise DataError(f"A dataset {spec.title} exists already.", f"Choose another name{remove}.")
    _make(spec, job, folder)


def ensure_sample(job: JobContext) -> Path:
    """The sample dataset's folder in the library, made first, with its default settings, if it is not there yet."""
    folder = paths.datasets() / library.SAMPLE
    with files.locked(paths.datasets()):
        if manifest.read(folder) is None:
            _make(PrepareSpec(), job, folder)
    return folder


def _make(spec: PrepareSpec, job: JobContext, folder: Path) -> None:
    # Imported here: a name that is taken is said at once, these libraries take a second.
    from mactuner_tui.engines.data.preparing import prepare

    _tell(prepare(spec, job, folder), folder, job)


def _tell(made: Manifest, folder: Path, job: JobContext) -> None:
    job.emit(events.ArtefactMade(kind=made.kind, name=made.name, folder=str(folder)))
