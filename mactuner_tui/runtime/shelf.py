"""Renaming and removing models of the library: refused while a job, or an adapter trained on them, needs them.

Files that a model only refers to, in the Hugging Face cache or a folder of the user's, are never touched.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mactuner_tui.core import files, library, manifest, paths, shelf
from mactuner_tui.core.errors import MacTunerError, ModelError, os_errors_in_words
from mactuner_tui.core.library import Artefact
from mactuner_tui.core.specs import JobSpec
from mactuner_tui.core.specs.data import PrepareSpec
from mactuner_tui.core.specs.models import ImportSpec
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.runtime import jobs


@dataclass(frozen=True)
class Removal:
    """What removing a model does."""

    model: Artefact
    freed: int
    """Bytes of its own folder."""
    stays: Path | None
    """Where its files stay, when they are there and not the library's own."""


def find(name: str) -> Artefact:
    """The model of the library with this name. Raises `ModelError` when there is none."""
    for model in library.models():
        if model.name == name:
            return model
    folder = paths.models() / name
    if name and not paths.looks_like_path(name) and folder.is_dir():
        raise ModelError(
            f"{folder} is no model: its {manifest.FILE_NAME} is missing or damaged.", "Look into it; delete it by hand."
        )
    if name == library.STARTER:
        raise ModelError("The starter is not unpacked yet.", "Unpack it: mactuner models get starter.")
    raise ModelError(f"No model {name!r} in the library.", "`mactuner models list` shows them.")


def removal(name: str) -> Removal:
    """What removing this model would do; nothing is removed. Raises `ModelError` when something needs it."""
    model = find(name)
    _refuse_needed(model, "removed")
    linked = model.folder.is_symlink()
    freed = 0 if linked else sum(file.lstat().st_size for file in model.folder.rglob("*") if file.is_file())
    stays = (linked or not _is_own(model)) and model.content.exists()
    return Removal(model, freed, model.content.resolve() if stays else None)


def remove(name: str) -> Removal:
    """Take a model out of the library. Raises `ModelError` when something needs it."""
    with _still():
        done = removal(name)
        files.remove_folder(done.model.folder)
    return done


def rename(name: str, new: str) -> Artefact:
    """Give a model another name. Raises `ModelError` when it is taken, or something needs the model where it is.

    Raises `SpecError` when the new name cannot be one.
    """
    ImportSpec.of({"name": new})  # Which names there can be is said there.
    with _still():
        model = find(name)
        if library.is_starter(name) or library.is_starter(new):
            raise ModelError(
                f"{library.STARTER!r} is the name of the model that comes along.",
                "Other models can have any other name; it cannot have another one.",
            )
        if library.free_name(paths.models(), new) != new:
            raise ModelError(f"The name {new!r} is taken.", "Choose another name.")
        _refuse_needed(model, "renamed")
        renamed = Artefact(paths.models() / new, model.manifest.model_copy(update={"name": new}))
        with os_errors_in_words(model.folder):
            model.folder.rename(renamed.folder)
            manifest.replace(renamed.folder, renamed.manifest)
    return renamed


@contextlib.contextmanager
def _still() -> Iterator[None]:
    """No job starts, and no other process renames or removes a model, as long as the block lasts.

    What makes models may hold their lock for as long as it takes to unpack one: no job shall wait for that.
    """
    with files.locked(paths.models()), jobs.lock():
        yield


def _refuse_needed(model: Artefact, done: str) -> None:
    for one in jobs.list_all():
        if not one.status.is_over and _uses(one, model):
            raise ModelError(
                f"{model.name} cannot be {done}: {one.id} uses it.", f"Wait for it, or: mactuner jobs stop {one.id}"
            )
    if _is_own(model) and (adapters := shelf.adapters_of(model)):
        raise ModelError(
            f"{model.name} cannot be {done}: it is the base of {', '.join(adapters)}.",
            "An adapter does not work without its base at the place where it was. Remove the adapters first.",
        )


def _is_own(model: Artefact) -> bool:
    """Whether its files lie in the library itself."""
    return model.content.is_relative_to(paths.models())


def _uses(one: jobs.Job, model: Artefact) -> bool:
    try:
        name = _model_of(one.spec)
    except MacTunerError:  # A damaged job.toml: nobody knows.
        return False
    named = library.named_model(name)
    return named.folder == model.folder if named else Path(name) in (model.folder, model.content)


def _model_of(spec: JobSpec) -> str:
    match spec:
        case TrainSpec() | PrepareSpec():
            return spec.model
        case ImportSpec():
            return spec.source
    return ""
