"""What the library holds, read for the table: models with their facts, adapters below their base, jobs on top."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mactuner_tui.core import plain_files, shelf
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.job import Status
from mactuner_tui.core.model_facts import ModelFacts
from mactuner_tui.core.overview import JobView
from mactuner_tui.core.specs.models import DownloadSpec, ImportSpec

TEMPLATE = "chat_template.jinja"


@dataclass(frozen=True)
class Local:
    """A model of the library."""

    model: shelf.Model
    facts: ModelFacts
    has_template: bool | None
    """Whether its tokenizer has a chat template; None where that is of no use."""
    branch: str = ""
    """`├ ` or `└ ` for an adapter that stands below its base."""

    @property
    def key(self) -> str:
        return f"model:{self.model.name}"


class Reader:
    """Reads the library; what a model is made of is read once. For one thread at a time."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, str], tuple[ModelFacts, bool | None]] = {}

    def read(self) -> tuple[Local, ...]:
        """All models, the newest first, adapters below their base."""
        found = [Local(model, *self._look_into(model)) for model in shelf.models()]
        names = {one.model.name for one in found}
        ordered: list[Local] = []
        for one in found:
            if one.model.base in names:
                continue
            ordered.append(one)
            tuned = [other for other in found if other.model.base == one.model.name]
            ordered += (replace(other, branch="└ " if other is tuned[-1] else "├ ") for other in tuned)
        return tuple(ordered)

    def _look_into(self, model: shelf.Model) -> tuple[ModelFacts, bool | None]:
        key = (model.artefact.folder, model.artefact.manifest.created)
        if key not in self._known:
            self._known[key] = facts_of(model), has_template(model)
        return self._known[key]


def facts_of(model: shelf.Model) -> ModelFacts:
    """What config.json tells, or else the manifest."""
    details = model.artefact.manifest.details
    told = {name: details[name] for name in ("architecture", "dtype") if isinstance(details.get(name), str)}
    if model.artefact.kind != "model":
        return ModelFacts(parameters=model.parameters, **told)
    try:
        return ModelFacts.of(plain_files.read_object(model.artefact.content / "config.json"), model.parameters)
    except ModelError:
        return ModelFacts(parameters=model.parameters, **told)


def has_template(model: shelf.Model) -> bool | None:
    """Whether there is a chat template, by the manifest, or else by the tokenizer's files."""
    told = model.artefact.manifest.details.get("chat_template")
    if isinstance(told, bool):
        return told
    if model.artefact.kind != "model":
        return None
    folder = model.artefact.content
    try:
        if (folder / TEMPLATE).is_file():
            return True
        return bool(plain_files.read_object(folder / "tokenizer_config.json").get("chat_template"))
    except (ModelError, OSError):
        return False


def shown_jobs(jobs: Iterable[JobView]) -> list[JobView]:
    """The downloads and imports that are not done: what goes on, and the last try for a source where that failed."""
    newest: dict[tuple[str, str], JobView] = {}
    going_on: list[JobView] = []
    for view in jobs:
        source = source_of(view)
        if source is None:
            continue
        if not view.status.is_over:
            going_on.append(view)
        newest.setdefault((view.kind, source), view)
    failed = [view for view in newest.values() if view.status.is_over and view.status is not Status.FINISHED]
    return [*going_on, *failed]


def source_of(view: JobView) -> str | None:
    """What a download or an import is about; None for a job of another kind, or a damaged one."""
    match view.spec:
        case DownloadSpec():
            return f"{view.spec.repo} {view.spec.file}"
        case ImportSpec():
            return view.spec.source
    return None


def made_by(view: JobView) -> str | None:
    """The key of the model that a job made."""
    names = [made.name for made in view.history.artefacts]
    return f"model:{names[-1]}" if names else None


def matching(models: Sequence[Local], text: str) -> list[Local]:
    """The models whose name, origin, base or architecture has all words of the text."""
    words = text.lower().split()
    return [one for one in models if all(word in _searched(one) for word in words)]


def _searched(one: Local) -> str:
    model = one.model
    parts = (model.name, model.origin, model.base, model.artefact.kind, one.facts.architecture)
    return " ".join((*parts, *model.artefact.manifest.inputs.values())).lower()
