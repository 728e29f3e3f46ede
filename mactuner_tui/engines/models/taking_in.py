"""Taking a model into the library: looked over first, made trainable if it has to be, then named by a manifest.

Used by the import job and, once its files are there, by the download job.
"""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mactuner_tui.core import events, files, library, manifest, paths
from mactuner_tui.core.errors import ModelError, SpecError
from mactuner_tui.core.library import Artefact
from mactuner_tui.core.manifest import Manifest
from mactuner_tui.core.model_folder import WEIGHTS
from mactuner_tui.core.numbers import bytes_text
from mactuner_tui.engines.job_host import JobContext
from mactuner_tui.engines.models import checking
from mactuner_tui.engines.models.checking import Found, places
from mactuner_tui.engines.models.copying import copy, demand_room

BYTES_PER_WEIGHT = 2
"""Of a dequantised model, in bfloat16."""


@dataclass(frozen=True)
class Wanted:
    """How a model is taken in."""

    name: str | None
    """What the library calls it; None: made from where it comes from."""
    keep: Literal["reference", "copy"]
    gguf: Literal["chat", "train"]
    inputs: dict[str, str]
    """What it is made from, for the manifest: `path`, or `repo` and `revision`."""
    note: str = ""


def take_in(source: Path, wanted: Wanted, job: JobContext) -> Path:
    """Look over a folder or a weight file, tell each line of the report, and take it into the library.

    Returns its folder there. Raises `ModelError` naming the first thing that is wrong, and `SpecError` for a name that
    is taken. A job that is resumed after it took its model in finds it there.
    """
    if there := there_already(source, wanted, job):
        if there.manifest.job != job.id:
            job.emit(events.Noted(text=f"It is in the library already, as {there.name}."))
        return _tell(there.manifest, there.folder, job)
    found = checking.report(source, job, is_new=True).demanded()
    with _named(source, wanted) as (name, staging):
        made = _make(found, wanted, staging, name, job)
    return _tell(made, paths.models() / name, job)


def there_already(source: Path, wanted: Wanted, job: JobContext) -> Artefact | None:
    """What this job made before it was resumed; or what is the same model of the Hub. The source need not be there yet.

    Raises `ModelError` for a second reference to the same files, unless it is to have another name, and `SpecError`
    for a name that is taken.
    """
    models = library.models()
    if made := next((model for model in models if model.manifest.job == job.id), None):
        return made
    is_made_anew = wanted.keep == "copy" or (_is_gguf(source) and wanted.gguf == "train")
    for model in [] if is_made_anew else models:
        if wanted.name in (None, model.name) and _is_same(model, source, wanted):
            if "repo" in wanted.inputs:
                return model
            raise ModelError(
                f"{source} is in the library already, as {model.name}.",
                f"Use it by that name, or remove it first: mactuner models remove {model.name}",
            )
    _free_name(source, wanted)
    return None


def _is_same(model: Artefact, source: Path, wanted: Wanted) -> bool:
    # A folder's weights mean the folder.
    is_part = source.suffix == ".safetensors" and (source.name == WEIGHTS or places.SHARD.search(source.name))
    place = source.parent if is_part and not paths.is_folder(source) else source
    if paths.true_place(model.content) == paths.true_place(place):
        return True
    # A commit is the same for ever, wherever it lies: a model that had to be converted has no location. Of GGUF files
    # there may be several in one.
    same_commit = "repo" in wanted.inputs and model.manifest.inputs == wanted.inputs
    return same_commit and model.kind != "gguf" and not _is_gguf(source) and model.content.exists()


@contextlib.contextmanager
def _named(source: Path, wanted: Wanted) -> Iterator[tuple[str, Path]]:
    """The model's name, which from now on no other import gets, and the staging folder that will have it."""
    with contextlib.ExitStack() as stack:
        with files.locked(paths.models()):
            name = _free_name(source, wanted)
            staging = stack.enter_context(files.new_folder(paths.models() / name))
        yield name, staging


def _free_name(source: Path, wanted: Wanted) -> str:
    """Raises `SpecError` when a name that is wanted is taken."""
    shelf = paths.models()
    if wanted.name is None:
        return library.free_name(shelf, _name_for(source, wanted))
    if library.is_starter(wanted.name) or library.free_name(shelf, wanted.name) != wanted.name:
        raise SpecError(f"name = {wanted.name!r}: a model of this name exists already.", "Choose another name.")
    return wanted.name


def _name_for(source: Path, wanted: Wanted) -> str:
    """The repository's name; the folder's; that of a GGUF file."""
    if _is_gguf(source):
        told = source.stem
    elif "repo" in wanted.inputs:
        told = wanted.inputs["repo"].rpartition("/")[2]
    else:
        told = source.name if paths.is_folder(source) else source.parent.name
    plain = re.sub(r"[^\w.-]+", "-", told).strip("-._")[:70]
    return f"{plain}-model" if library.is_starter(plain) else plain or "model"


def _is_gguf(source: Path) -> bool:
    return library.is_gguf_file(source) and not paths.is_folder(source)


def _make(found: Found, wanted: Wanted, staging: Path, name: str, job: JobContext) -> Manifest:
    if found.kind == "gguf" and wanted.gguf == "train":
        return _made_trainable(found, wanted, staging, name, job)
    if found.kind == "model" and found.is_pickled:
        return _made_safe(found, wanted, staging, name, job)
    keep = wanted.keep
    if found.kind == "model" and keep == "reference" and not found.weights.are_standard:
        said = f"{found.weights.files[0].name} is no name that transformers looks for: it is copied as {WEIGHTS}."
        job.emit(events.Noted(text=said, warning=True))
        keep = "copy"
    if keep == "reference":
        return _referred(found, wanted, staging, name, job)
    return _copied(found, wanted, staging, name, job)


def _referred(found: Found, wanted: Wanted, staging: Path, name: str, job: JobContext) -> Manifest:
    """A manifest alone, with the size of what it refers to."""
    made = _written(found.kind, found.details, wanted, staging, name, job)
    size = sum(path.stat().st_size for path in found.files)
    made = made.model_copy(update={"location": str(found.place), "size_bytes": size})
    manifest.replace(staging, made)
    return made


def _copied(found: Found, wanted: Wanted, staging: Path, name: str, job: JobContext) -> Manifest:
    _begin_with_room(found, "copying", staging, job)
    renamed = found.kind == "model" and not found.weights.are_standard
    copy(
        {path: staging / (WEIGHTS if renamed and path in found.weights.files else path.name) for path in found.files},
        job,
    )
    made = _written(found.kind, found.details, wanted, staging, name, job)
    if found.kind == "gguf":
        made = made.model_copy(update={"location": found.place.name})
        manifest.replace(staging, made)
    return made


def _made_safe(found: Found, wanted: Wanted, staging: Path, name: str, job: JobContext) -> Manifest:
    """Weights that are pickled, copied as safetensors: no later loading shall depend on a pickle's good will."""
    from mactuner_tui.engines.models.converting import convert

    said = f"{found.weights.files[0].name} holds pickled weights: they are copied into the library as safetensors."
    job.emit(events.Noted(text=said))
    _begin_with_room(found, "converting to safetensors", staging, job)
    convert(found, staging, job)
    copy({path: staging / path.name for path in found.companions}, job)
    return _written("model", found.details, wanted, staging, name, job, "converted from PyTorch's .bin")


def _made_trainable(found: Found, wanted: Wanted, staging: Path, name: str, job: JobContext) -> Manifest:
    from mactuner_tui.engines.models.dequantising import dequantise

    note = f"dequantised from {found.details['quantization']}: what quantising had lost stays lost"
    job.emit(events.Noted(text=f"{found.place.name} is {note}.", warning=True))
    demand_room(staging, found.details["parameters"] * BYTES_PER_WEIGHT)
    job.begin("dequantising")
    told = {key: found.details[key] for key in ("license",) if key in found.details}
    details = {**dequantise(found.place, staging, job.emit), **told}
    return _written("model", details, wanted, staging, name, job, note)


def _begin_with_room(found: Found, stage: str, staging: Path, job: JobContext) -> None:
    size = sum(path.stat().st_size for path in found.files)
    demand_room(staging, size)
    job.begin(f"{stage}, {bytes_text(size)}")


def _written(
    kind: manifest.ArtefactKind,
    details: dict[str, Any],
    wanted: Wanted,
    staging: Path,
    name: str,
    job: JobContext,
    note: str = "",
) -> Manifest:
    notes = "; ".join(part for part in (wanted.note, note) if part)
    return manifest.write(staging, kind=kind, name=name, job=job.id, inputs=wanted.inputs, note=notes, details=details)


def _tell(made: Manifest, folder: Path, job: JobContext) -> Path:
    if made.details.get("tokenizer") == "corrected":
        said = "Its tokenizer class overrides tokenizer.json; MacTuner uses the file as it is."
        job.emit(events.Noted(text=said, warning=True))
    job.emit(events.ArtefactMade(kind=made.kind, name=made.name, folder=str(folder)))
    return folder
