"""The `train` job: makes sure of its inputs, then follows the recipe."""

from pathlib import Path

from mactuner_tui.core import library, model_folder, paths, shelf
from mactuner_tui.core.errors import DataError, SpecError
from mactuner_tui.core.records import Record, read_records
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.engines.data.job import ensure_sample
from mactuner_tui.engines.job_host import JobContext
from mactuner_tui.engines.models import starter


def run(spec: TrainSpec, job: JobContext) -> None:
    """Train. Raises `MacTunerError` for a model, dataset or setting that cannot work."""
    job.begin("checking the model and the data")
    model = starter.ensure(job.emit, job.id) if spec.model == library.STARTER else library.find_model(spec.model)
    model_folder.check_model(model)
    shelf.mark_used(spec.model)
    data = ensure_sample(job) if spec.data == library.SAMPLE else library.find_dataset(spec.data)
    train, valid = _read(data)
    result = _result_folder(spec, model, job)
    job.begin("loading the libraries")
    # Imported here: what is wrong with the inputs is said at once, these imports take ten seconds.
    from mactuner_tui.engines.training.recipe import Inputs, fine_tune

    fine_tune(spec, Inputs(model=model, data=data, train=train, valid=valid, result=result), job)


def _read(data: Path) -> tuple[list[Record], list[Record]]:
    train = list(read_records(data / "train.jsonl"))
    if not train:
        raise DataError(f"{data / 'train.jsonl'} has no rows.", "Prepare the dataset again, or name another.")
    valid_file = data / "valid.jsonl"
    return train, list(read_records(valid_file)) if valid_file.exists() else []


def _result_folder(spec: TrainSpec, base: Path, job: JobContext) -> Path:
    """Where the result will go. A job that is resumed after it made its result makes it at the same place."""
    for made in library.models():
        # The job may have unpacked its base model, too.
        if made.manifest.job == job.id and made.folder != base:
            return made.folder
    if spec.name is None:
        return paths.models() / library.free_name(paths.models(), spec.title)
    folder = paths.models() / spec.name
    if folder.exists() or library.is_starter(spec.name):
        raise SpecError(f"name = {spec.name!r}: a model of this name exists already.", "Choose another name.")
    return folder
