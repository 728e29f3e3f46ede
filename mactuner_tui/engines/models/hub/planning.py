"""What a download takes, before a byte of it is fetched: which files, how much of them is there, at which commit."""

import re
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
from mactuner_tui.engines.hub import TIMEOUT, Subject, answered, free_space, in_words
from mactuner_tui.engines.models.hub import choosing, lines, small_files
from mactuner_tui.engines.models.hub.choosing import Choice, choose

COMMIT = re.compile(r"[0-9a-f]{40}")
HASH = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
LONGEST_NAME = 255
"""Bytes of a file's name on the usual disks."""


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

    Raises `ModelError`: for what the Hub refuses, for a file that is not there, for a repository without a model, for
    a GGUF model in several files, and for a repository with GGUF files alone when none is chosen.
    """
    info = look_up(repo, revision)
    choice = choose_files(info, file, sure=True)
    settled = Plan(info.id, _commit(info), files(info, choice), choice.weights)
    _require_weights(settled, file)
    _require_access(info, settled)
    return settled


def look_up(repo: str, revision: str) -> ModelInfo:
    """What the Hub tells of a model, its files with their sizes among it. Raises `ModelError`."""
    subject = Subject("model", repo)
    if inside(repo_folder(repo) / "refs", revision) is None:
        raise ModelError(f"{revision!r} is no name of a revision.", f"They are listed at {subject.page}/tree/main.")
    with answered(subject):
        info = HfApi().model_info(repo, revision=revision, files_metadata=True, timeout=TIMEOUT)
        if info.id != repo:
            # It was renamed. That the Hub sends on with the question goes for the name alone: the sizes were not asked.
            info = HfApi().model_info(info.id, revision=revision, files_metadata=True, timeout=TIMEOUT)
        _require_sense(info)
        return info


def _require_sense(info: ModelInfo) -> None:
    """Raises one of `MISREAD` for what the Hub would never answer."""
    lines.line(info)
    sizes = [file.size or 0 for file in info.siblings or ()]
    if not COMMIT.fullmatch(info.sha or "") or not all(type(size) is int and size >= 0 for size in sizes):
        raise ValueError
    for file in info.siblings or ():
        file.rfilename.encode()  # Both fail for what is no text.
        HASH.fullmatch(_hash(file))


def choose_files(info: ModelInfo, file: str, *, sure: bool = False) -> Choice:
    """Which of its files a download takes.

    A weight index that cannot be read names none; to be `sure`, `ModelError` is raised for it.
    """

    def read_index(path: str) -> dict[str, Any] | None:
        there = next((_finished(info, file) for file in info.siblings or () if file.rfilename == path), None)
        if there:
            content: bytes | None = there.read_bytes()
        elif sure:
            with in_words(Subject("model", info.id)):
                content = small_files.fetch(info.id, path, _commit(info))
        else:
            content = small_files.read(info.id, path, _commit(info))
        index = small_files.parsed(content)
        if sure and not (index and isinstance(index.get("weight_map"), dict)):
            raise ModelError(f"{path} of {info.id} names no weights: it is damaged.", "Choose another model.")
        return index

    return choose(_sizes(info), file, read_index)


def files(info: ModelInfo, choice: Choice) -> tuple[HubFile, ...]:
    """The files of a repository, by name: which are needed, and how much of each is on the disk."""
    found = []
    for sibling in info.siblings or ():
        path, size = sibling.rfilename, sibling.size or 0
        found.append(HubFile(path=path, size=size, needed=path in choice.files, there=_there(info, sibling)))
    return tuple(sorted(found, key=lambda file: file.path))


def inside(folder: Path, name: str) -> Path | None:
    """Where in a folder lies what the Hub calls by this name; None when that is nowhere, or outside."""
    parts = name.split("/")
    strange = any(part in ("", ".", "..") or "\0" in part or len(part.encode()) > LONGEST_NAME for part in parts)
    return None if strange else folder / name


def snapshot(repo: str, commit: str) -> Path:
    """Where the Hugging Face cache keeps the files of one state of a model."""
    return repo_folder(repo) / "snapshots" / commit


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
    linked = inside(snapshot(info.id, _commit(info)), file.rfilename)
    return next((path for path in (linked, _blob(info, file)) if path and path.is_file()), None)


def _blob(info: ModelInfo, file: RepoSibling) -> Path:
    name = _hash(file)
    return repo_folder(info.id) / "blobs" / (name if HASH.fullmatch(name) else "unknown")


def _hash(file: RepoSibling) -> str:
    return (file.lfs.sha256 if file.lfs else file.blob_id) or ""


def _commit(info: ModelInfo) -> str:
    return info.sha or ""


def _sizes(info: ModelInfo) -> Mapping[str, int]:
    return {file.rfilename: file.size or 0 for file in info.siblings or ()}


def _require_access(info: ModelInfo, settled: Plan) -> None:
    """Raises `ModelError` when the files of a model that anyone may look at are not for everyone."""
    if info.gated:
        largest = settled.needed[-1].path  # A card or the like may be open to all.
        with in_words(Subject("model", info.id)):
            get_hf_file_metadata(hf_hub_url(info.id, largest, revision=_commit(info)), timeout=TIMEOUT)


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
        ggufs = choosing.gguf_files(sizes)
        if whole := [path for path in ggufs if choosing.part_count(path) == 1]:
            listed = ", ".join(f"{path} ({bytes_text(ggufs[path])})" for path in whole)
            raise ModelError(
                f"{settled.repo} has GGUF files only: one of them must be chosen.", f"Choose the file: {listed}."
            )
        file = next(iter(ggufs))
    if (count := choosing.part_count(file)) > 1:
        raise ModelError(
            f"{file} is one part of {count}: only a GGUF model in one file can be used.",
            f"Choose another file; or download the parts at {page}/tree/main, join them with llama.cpp's "
            "`llama-gguf-split --merge FIRST-PART WHOLE.gguf`, and import the whole.",
        )
    for known in settled.needed:
        if inside(Path(), known.path) is None:
            raise ModelError(f"{known.path!r} of {settled.repo} is no name for a file here.", "Choose another model.")
