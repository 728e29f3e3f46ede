"""Taking a model into the library: looked over first, made trainable if it has to be, then named by a manifest.

Used by the import job and, once its files are there, by the download job.
"""

import re
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
from mactuner_tui.engines.models.checking import Found
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
    if there := _there_already(source, wanted, job):
        return _tell(there.manifest, there.folder, job)
    folder = _place(source, wanted)
    found = checking.report(source, job).demanded()
    with files.new_folder(folder) as staging:
        made = _make(found, wanted, staging, folder.name, job)
    return _tell(made, folder, job)


def _there_already(source: Path, wanted: Wanted, job: JobContext) -> Artefact | None:
    """What this job made before it was resumed; or the same commit of the Hub, which is the same for ever.

    Raises `ModelError` for a second reference to the same files, unless it is to have another name.
    """
    for model in library.models():
        if model.manifest.job == job.id:
            return model
        if wanted.keep == "copy" or (source.suffix == ".gguf" and wanted.gguf == "train"):
            continue
        # Several GGUF files may be of one commit; a model that had to be converted has no location.
        same_commit = model.kind != "gguf" and "repo" in wanted.inputs and model.manifest.inputs == wanted.inputs
        if (same_commit or model.content == source) and wanted.name in (None, model.name):
            if "repo" in wanted.inputs:
                job.emit(events.Noted(text=f"It is in the library already, as {model.name}."))
                return model
            raise ModelError(
                f"{source} is in the library already, as {model.name}.",
                f"Use it by that name, or remove it first: mactuner models remove {model.name}",
            )
    return None


def _place(source: Path, wanted: Wanted) -> Path:
    shelf = paths.models()
    if wanted.name is None:
        return shelf / library.free_name(shelf, _name_for(source, wanted))
    if wanted.name == library.STARTER or (shelf / wanted.name).exists():
        raise SpecError(f"name = {wanted.name!r}: a model of this name exists already.", "Choose another name.")
    return shelf / wanted.name


def _name_for(source: Path, wanted: Wanted) -> str:
    """The repository's name; the folder's; that of a GGUF file."""
    if "repo" in wanted.inputs and source.suffix != ".gguf":
        told = wanted.inputs["repo"].rpartition("/")[2]
    elif source.suffix == ".gguf" and not source.is_dir():
        told = source.stem
    else:
        told = source.name if source.is_dir() else source.parent.name
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", told).strip("-._")[:70]
    return f"{plain}-model" if plain == library.STARTER else plain or "model"


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
