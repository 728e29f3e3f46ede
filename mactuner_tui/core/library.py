"""The user's models and datasets, found by scanning manifests; and how a name or path becomes a folder."""

from dataclasses import dataclass
from pathlib import Path

from mactuner_tui.core import files, manifest, paths
from mactuner_tui.core.errors import DataError, ModelError
from mactuner_tui.core.manifest import ArtefactKind, Manifest

STARTER = paths.STARTER
"""The packaged model's name, whether or not it has been unpacked yet."""
SAMPLE = paths.SAMPLE
"""The sample dataset's name, whether or not it has been made yet."""

NAMED = 10


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

    @property
    def content(self) -> Path:
        """Where its files are: its own folder, a file in it, or the place it refers to."""
        return self.folder / (self.manifest.location or "")


def models() -> list[Artefact]:
    """All models and adapters, newest first."""
    return _scan(paths.models(), ("model", "adapter", "gguf"))


def datasets() -> list[Artefact]:
    """All datasets, newest first."""
    return _scan(paths.datasets(), ("dataset",))


def _scan(folder: Path, kinds: tuple[ArtefactKind, ...]) -> list[Artefact]:
    if not folder.is_dir():
        return []
    candidates = (path for path in folder.iterdir() if path.is_dir() and not files.is_staging(path))
    found = [Artefact(path, content) for path in candidates if (content := manifest.read(path))]
    wanted = [artefact for artefact in found if artefact.kind in kinds]
    return sorted(wanted, key=lambda artefact: artefact.manifest.created, reverse=True)


def newest_tuned() -> Artefact | None:
    """What was tuned last, an adapter or a whole model, if there is one."""
    return next((model for model in models() if model.kind == "adapter" or "data" in model.manifest.inputs), None)


def base_names() -> list[str]:
    """The models that can be trained, by name. The starter is always among them: it is unpacked when first needed."""
    return _with(STARTER, [model.name for model in models() if model.kind == "model"])


def chat_names() -> list[str]:
    """The models that can answer, by name: adapters, the newest first, then base models, then GGUF files."""
    by_kind: dict[ArtefactKind, list[str]] = {"adapter": [], "gguf": []}
    for model in models():
        by_kind.setdefault(model.kind, []).append(model.name)
    return by_kind["adapter"] + base_names() + by_kind["gguf"]


def dataset_names() -> list[str]:
    """The datasets, by name. The sample is always among them: it is made when first needed."""
    return _with(SAMPLE, [data.name for data in datasets()])


def _with(name: str, names: list[str]) -> list[str]:
    return names if name in names else [name, *names]


def find_model(name: str) -> Path:
    """Where the files of a model lie, given by its name, its id on the Hub, or a path: a folder, or a GGUF file.

    Raises `ModelError` when there is none.
    """
    if not name.strip():
        raise ModelError("No model is named.", "`mactuner models list` shows them.")
    if found := named_model(name):
        if not found.content.exists():
            raise ModelError(
                f"The files of {found.name} are gone: there is no {found.content} any more.",
                "Bring them back, or get the model again; `mactuner models remove` takes it out of the library.",
            )
        return found.content
    path = Path(paths.settled(name)) if paths.looks_like_path(name) else paths.models() / name
    if path.is_dir() or (is_gguf_file(path) and path.is_file()):
        return path
    raise ModelError(
        f"No model {name!r}: neither in the library ({_some(models())}) nor a folder.",
        "`mactuner models list` shows them.",
    )


def is_gguf(name: str) -> bool:
    """Whether what `find_model` would find is a GGUF file: llama.cpp loads it, transformers does not."""
    found = named_model(name)
    return found.kind == "gguf" if found else is_gguf_file(Path(name))


def is_starter(name: str) -> bool:
    """Whether a Mac's disk, which does not heed case, would take the name for the starter's."""
    return name.casefold() == STARTER


def is_gguf_file(path: Path) -> bool:
    return path.suffix.lower() == ".gguf"


def named_model(name: str) -> Artefact | None:
    """The model of the library with this name, or the newest one that came from this id of the Hub."""
    if not paths.looks_like_path(name):
        content = manifest.read(paths.models() / name)
        return Artefact(paths.models() / name, content) if content else None
    if paths.is_hub_id(name) and not Path(name).is_dir():
        return next((model for model in models() if model.manifest.inputs.get("repo") == name), None)
    return None


def find_dataset(name: str) -> Path:
    """The folder of a dataset of the library, or of a path. Raises `DataError` when there is none."""
    folder = Path(paths.settled(name)) if paths.looks_like_path(name) else paths.datasets() / name
    if not folder.is_dir():
        raise DataError(
            f"No dataset {name!r}: neither in the library ({_some(datasets())}) nor a folder.",
            "`mactuner data list` shows them.",
        )
    return folder


def _some(artefacts: list[Artefact]) -> str:
    """Their names in a sentence, as many as one has room for."""
    names = [one.name for one in artefacts[:NAMED]] + ["..."] * (len(artefacts) > NAMED)
    return ", ".join(names) or "none yet"


def free_name(shelf: Path, wanted: str) -> str:
    """`wanted`, or `wanted-2`, `wanted-3`, ... : the first that no folder of the shelf has, or is going to have.

    Names that differ in case only are one name to a Mac's disk.
    """
    taken = {files.final_name(path).casefold() for path in shelf.iterdir()} if shelf.is_dir() else set()
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (wanted, *numbered) if name.casefold() not in taken)
