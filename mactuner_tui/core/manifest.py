"""`mactuner.json`: what an artefact is, who made it, from what. The file system is the only registry."""

import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from mactuner_tui.core import files
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.plain_files import MOST_JSON_BYTES, read_plain

FILE_NAME = "mactuner.json"

ArtefactKind = Literal["model", "adapter", "gguf", "dataset"]


class Manifest(BaseModel):
    """The manifest of one artefact folder."""

    model_config = ConfigDict(frozen=True)

    kind: ArtefactKind
    name: str
    created: str
    """When it was made: ISO 8601, UTC."""
    job: str | None
    """The id of the job that made it."""
    inputs: dict[str, str] = {}
    """What it was made from, by role: `model`, `data`, `package`, `repo`, `revision`, `path`, ..."""
    location: str | None = None
    """The folder its files lie in, or its one file, where that is not the artefact's own folder: the Hugging Face
    cache, a place of the user's. A relative path is one inside the artefact's folder."""
    note: str = ""
    """What a user should know of it, in a few words."""
    details: dict[str, Any] = {}
    """Figures by name: parameters, rows, losses."""
    size_bytes: int
    files: dict[str, str]
    """SHA-256 of each file, by its path in the folder. What lies elsewhere (`location`) is not hashed: reading 16 GB
    takes long, and says little of files that others may change."""


def write(
    folder: Path,
    *,
    kind: ArtefactKind,
    name: str,
    job: str | None,
    inputs: dict[str, str],
    note: str = "",
    details: dict[str, Any] | None = None,
) -> Manifest:
    """Hash what lies in `folder` and write its manifest there. The last file to be written into an artefact."""
    content = sorted(file for file in folder.rglob("*") if file.is_file())
    manifest = Manifest(
        kind=kind,
        name=name,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        job=job,
        inputs=inputs,
        note=note,
        details=details or {},
        size_bytes=sum(file.stat().st_size for file in content),
        files={file.relative_to(folder).as_posix(): files.sha256(file) for file in content},
    )
    replace(folder, manifest)
    return manifest


def replace(folder: Path, manifest: Manifest) -> None:
    """Write a manifest that was made before, in place of the one that is there."""
    files.replace_text(folder / FILE_NAME, manifest.model_dump_json(indent=2) + "\n")


def read(folder: Path) -> Manifest | None:
    """The manifest of a folder, or None when it has none or one that cannot be read."""
    try:
        return Manifest.model_validate_json(read_plain(folder / FILE_NAME, MOST_JSON_BYTES))
    except (ModelError, ValidationError):
        return None
