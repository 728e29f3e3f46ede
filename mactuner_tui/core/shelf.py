"""The models of the library as a table shows them: read from manifests and other small files, never from weights."""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from mactuner_tui.core import library, paths
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.library import Artefact
from mactuner_tui.core.manifest import Manifest
from mactuner_tui.core.model_facts import ModelFacts
from mactuner_tui.core.model_folder import ADAPTER_CONFIG, find_base
from mactuner_tui.core.plain_files import read_object

Origin = Literal["package", "hub", "folder", "tuned", "exported"]
CONFIG = "config.json"
USED = ".used"
"""The file in an artefact's own folder whose age tells when the model was last used."""


@dataclass(frozen=True)
class Model:
    """One line of the table."""

    artefact: Artefact
    origin: Origin
    base: str
    """Of an adapter: its base model's name in the library, or what the adapter calls it. Otherwise empty."""
    parameters: int | None
    used: float | None
    """When it was last loaded to chat or to train (seconds since the epoch). None: not yet."""
    is_there: bool
    """Whether its files are still where they were."""

    @property
    def name(self) -> str:
        return self.artefact.name


def models() -> list[Model]:
    """All models, the newest first."""
    found = library.models()
    names = {key: one.name for one in reversed(found) if one.kind != "adapter" for key in _ways_to_name(one)}
    return [_line(one, names) for one in found]


def _line(one: Artefact, names: dict[str, str]) -> Model:
    base = named_base(one)
    return Model(
        artefact=one,
        origin=origin(one.manifest),
        base=names.get(paths.true_place(base)) or names.get(base) or base if base else "",
        parameters=_count(one.manifest.details.get("parameters")),
        used=_last_use(one.folder),
        is_there=_is_there(one),
    )


def facts(one: Artefact) -> ModelFacts:
    """What its config.json tells; of an adapter, what that of its base tells; where there is none, what its manifest
    tells."""
    try:
        if one.kind == "adapter":
            return ModelFacts.of(read_object(find_base(one.content) / CONFIG))
        return ModelFacts.of(read_object(one.content / CONFIG), _count(one.manifest.details.get("parameters")))
    except ModelError:
        told = {name: one.manifest.details.get(name) for name in ModelFacts.model_fields}
    try:
        return ModelFacts.model_validate({name: value for name, value in told.items() if value is not None})
    except ValidationError:
        return ModelFacts()


def origin(made: Manifest) -> Origin:
    """Where a model came from, in a word."""
    if "data" in made.inputs or made.kind == "adapter":
        return "tuned"
    if "model" in made.inputs:
        return "exported"
    if "repo" in made.inputs:
        return "hub"
    return "package" if "package" in made.inputs else "folder"


def named_base(one: Artefact) -> str:
    """What an adapter calls its base model: mostly a folder. Empty for what is no adapter, or names none."""
    if one.kind != "adapter":
        return ""
    try:
        base = read_object(one.content / ADAPTER_CONFIG).get("base_model_name_or_path")
    except ModelError:
        return ""
    return base if isinstance(base, str) else ""


def adapters_of(base: Artefact) -> list[str]:
    """The names of the adapters that were trained on this model."""
    ways = _ways_to_name(base)
    named = ((one.name, named_base(one)) for one in library.models())
    return [name for name, on in named if on and (on in ways or paths.true_place(on) in ways)]


def _ways_to_name(base: Artefact) -> set[str]:
    """What an adapter may call this model: the place of its files, its name, its id on the Hub."""
    return {paths.true_place(base.content), base.name, base.manifest.inputs.get("repo", base.name)}


def mark_used(name: str) -> None:
    """Note that the model of this name is being loaded. A path is not noted: it is not the library's."""
    if found := library.named_model(name):
        # Full or write-protected, the disk keeps no one from using the model.
        with contextlib.suppress(OSError):
            (found.folder / USED).touch()


def _last_use(folder: Path) -> float | None:
    try:
        return (folder / USED).stat().st_mtime
    except OSError:
        return None


def _is_there(one: Artefact) -> bool:
    try:
        if one.content.is_dir():
            return all((one.content / name).exists() for name in one.manifest.files)
        return one.content.exists()
    except OSError:  # A name that no disk takes, or a folder that may not be read.
        return False


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
