"""What a download takes, before a byte of it is fetched: which files, how much of them is there, at which commit."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, ModelInfo, constants, get_hf_file_metadata, hf_hub_url
from huggingface_hub.hf_api import RepoSibling

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.events import DownloadPlanned
from mactuner_tui.core.hub_models import HubFile
from mactuner_tui.core.numbers import bytes_text
from mactuner_tui.engines.hub import TIMEOUT, Subject, free_space, in_words
from mactuner_tui.engines.models.hub import choosing, small_files
from mactuner_tui.engines.models.hub.choosing import Choice, choose


@dataclass(frozen=True)
class Plan:
    """A download, settled."""

    repo: str
    """As the Hub calls it now: a repository may have been renamed."""
    commit: str
    files: tuple[HubFile, ...]
    weights: choosing.Format

    @property
    def needed(self) -> list[HubFile]:
        """The small ones first: what is wrong with them shows before the large ones are there."""
        return sorted((file for file in self.files if file.needed), key=lambda file: (file.size, file.path))

    @property
    def missing(self) -> int:
        return sum(file.size - file.there for file in self.needed)

    def told(self) -> DownloadPlanned:
        return DownloadPlanned(
            repo=self.repo, revision=self.commit, files=self.files, missing=self.missing, free=free_space()
        )


def plan(repo: str, revision: str, file: str) -> Plan:
    """The download of a model, or of the one GGUF `file` of it.

    Raises `ModelError`: for what the Hub refuses, for a file that is not there, for a repository without a model, and
    for one with GGUF files alone when none is chosen.
    """
    info = look_up(repo, revision)
    _require_access(info)
    choice = choose_files(info, file)
    settled = Plan(info.id, _commit(info), files(info, choice), choice.weights)
    _require_weights(settled, file)
    return settled


def look_up(repo: str, revision: str) -> ModelInfo:
    """What the Hub tells of a model, its files with their sizes among it. Raises `ModelError`."""
    with in_words(Subject("model", repo)):
        info = HfApi().model_info(repo, revision=revision, files_metadata=True, timeout=TIMEOUT)
        if info.id == repo:
            return info
        # It was renamed. That the Hub sends on with the question goes for the name alone: the sizes were not asked for.
        return HfApi().model_info(info.id, revision=revision, files_metadata=True, timeout=TIMEOUT)


def choose_files(info: ModelInfo, file: str) -> Choice:
    """Which of its files a download takes."""

    def read_index(path: str) -> dict[str, Any] | None:
        there = next((_finished(info, file) for file in info.siblings or () if file.rfilename == path), None)
        return small_files.parsed(there.read_bytes() if there else small_files.read(info.id, path, _commit(info)))

    return choose(_sizes(info), file, read_index)


def files(info: ModelInfo, choice: Choice) -> tuple[HubFile, ...]:
    """The files of a repository, by name: which are needed, and how much of each is on the disk."""
    found = []
    for sibling in info.siblings or ():
        path, size = sibling.rfilename, sibling.size or 0
        found.append(HubFile(path=path, size=size, needed=path in choice.files, there=_there(info, sibling)))
    return tuple(sorted(found, key=lambda file: file.path))


def repo_folder(repo: str) -> Path:
    """Where the Hugging Face cache keeps a model."""
    return Path(constants.HF_HUB_CACHE) / f"models--{repo.replace('/', '--')}"


def partial_file(blob: Path) -> Path:
    """Where the bytes of a file wait until all are there; huggingface_hub counts it as a broken-off download."""
    return blob.with_name(f"{blob.name}.incomplete")


def _there(info: ModelInfo, file: RepoSibling) -> int:
    """Bytes of a file that are on the disk."""
    size = file.size or 0
    if _finished(info, file):
        return size
    partial = partial_file(_blob(info, file))
    return min(partial.stat().st_size, size) if partial.is_file() else 0


def _finished(info: ModelInfo, file: RepoSibling) -> Path | None:
    """Where a file that is there lies; the last step of a download, its place in the snapshot, may be missing."""
    linked = repo_folder(info.id) / "snapshots" / _commit(info) / file.rfilename
    return next((path for path in (linked, _blob(info, file)) if path.is_file()), None)


def _blob(info: ModelInfo, file: RepoSibling) -> Path:
    name = (file.lfs.sha256 if file.lfs else file.blob_id) or ""
    return repo_folder(info.id) / "blobs" / (name if name.isalnum() else "unknown")


def _commit(info: ModelInfo) -> str:
    return info.sha or "main"


def _sizes(info: ModelInfo) -> Mapping[str, int]:
    return {file.rfilename: file.size or 0 for file in info.siblings or ()}


def _require_access(info: ModelInfo) -> None:
    """Raises `ModelError` when the files of a model that anyone may look at are not for everyone."""
    files = _sizes(info)
    if info.gated and files:
        with in_words(Subject("model", info.id)):
            get_hf_file_metadata(hf_hub_url(info.id, next(iter(files)), revision=_commit(info)), timeout=TIMEOUT)


def _require_weights(settled: Plan, file: str) -> None:
    page = Subject("model", settled.repo).page
    sizes = {known.path: known.size for known in settled.files}
    if file and file not in sizes:
        raise ModelError(f"The model {settled.repo} has no file {file}.", f"See what it holds at {page}/tree/main.")
    if settled.weights == "none":
        raise ModelError(
            f"{settled.repo} holds no model that transformers or llama.cpp could load: there is no model.safetensors, "
            "no pytorch_model.bin and no GGUF file.",
            f"See what it holds at {page}/tree/main.",
        )
    if settled.weights == "gguf" and not file:
        listed = ", ".join(f"{path} ({bytes_text(size)})" for path, size in choosing.gguf_files(sizes).items())
        raise ModelError(
            f"{settled.repo} has GGUF files only: one of them must be chosen.", f"Choose the file: {listed}."
        )
