"""The user's models and datasets, found by scanning manifests; and how a name or path becomes a folder."""

from dataclasses import dataclass
from pathlib import Path

from mactuner_tui.core import files, manifest, paths
from mactuner_tui.core.errors import DataError, ModelError
from mactuner_tui.core.manifest import ArtefactKind, Manifest

STARTER = "starter"
"""The packaged model's name, whether or not it has been unpacked yet."""
SAMPLE = paths.SAMPLE
"""The sample dataset's name, whether or not it has been made yet."""


@dataclass(frozen=True)
class Artefact:
    """An artefact folder and its manifest."""

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def kind(self) -> ArtefactKind:
        return self.manifest.kind


def models() -> list[Artefact]:
    """All models and adapters, newest first."""
    return _scan(paths.models())


def datasets() -> list[Artefact]:
    """All datasets, newest first."""
    return _scan(paths.datasets())


def _scan(folder: Path) -> list[Artefact]:
    if not folder.is_dir():
        return []
    candidates = (path for path in folder.iterdir() if path.is_dir() and not files.is_staging(path))
    found = [Artefact(path, content) for path in candidates if (content := manifest.read(path))]
    return sorted(found, key=lambda artefact: artefact.manifest.created, reverse=True)


def newest_adapter() -> Artefact | None:
    """The adapter tuned last, if there is one."""
    return next((model for model in models() if model.kind == "adapter"), None)


def base_names() -> list[str]:
    """The models that can be trained, by name. The starter is always among them: it is unpacked when first needed."""
    return _with(STARTER, [model.name for model in models() if model.kind == "model"])


def chat_names() -> list[str]:
    """The models that can answer, by name: adapters, the newest first, then base models."""
    return [model.name for model in models() if model.kind == "adapter"] + base_names()


def dataset_names() -> list[str]:
    """The datasets, by name. The sample is always among them: it is made when first needed."""
    return _with(SAMPLE, [data.name for data in datasets()])


def _with(name: str, names: list[str]) -> list[str]:
    return names if name in names else [name, *names]


def find_model(name: str) -> Path:
    """The folder of a model of the library, or of a path. Raises `ModelError` when there is none."""
    folder = _find(name, paths.models())
    if folder is None:
        known = ", ".join(model.name for model in models()) or "none yet"
        raise ModelError(
            f"No model {name!r}: neither in the library ({known}) nor a folder.", "`mactuner models list` shows them."
        )
    return folder


def find_dataset(name: str) -> Path:
    """The folder of a dataset of the library, or of a path. Raises `DataError` when there is none."""
    folder = _find(name, paths.datasets())
    if folder is None:
        known = ", ".join(data.name for data in datasets()) or "none yet"
        raise DataError(
            f"No dataset {name!r}: neither in the library ({known}) nor a folder.", "`mactuner data list` shows them."
        )
    return folder


def _find(name: str, shelf: Path) -> Path | None:
    folder = Path(paths.settled(name)) if paths.looks_like_path(name) else shelf / name
    return folder if folder.is_dir() else None


def free_name(shelf: Path, wanted: str) -> str:
    """`wanted`, or `wanted-2`, `wanted-3`, ... : the first that no folder of the shelf has.

    Names that differ in case only are one name to a Mac's disk.
    """
    taken = {path.name.casefold() for path in shelf.iterdir()} if shelf.is_dir() else set()
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (wanted, *numbered) if name.casefold() not in taken)
