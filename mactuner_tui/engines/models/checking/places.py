"""What a source is: the folder it means, the files that belong to it, and that these are plain files of that folder."""

import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path

from mactuner_tui.core import library, manifest, paths
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.model_folder import PICKLED_WEIGHTS, WEIGHTS, Weights, find_weights
from mactuner_tui.core.plain_files import GET_AGAIN, MOST_JSON_BYTES, open_plain, read_plain

TEXTS = (".json", ".txt", ".model", ".jinja", ".md", ".tiktoken")
"""What lies beside weights and belongs to them."""
KINDS = "a folder, a .safetensors, a .bin or a .gguf file"
MOST_ENTRIES = 10_000
SHARD = re.compile(r"-\d+-of-\d+\.")


def read(source: Path) -> tuple[str, Path]:
    """The folder that a source means.

    Raises `ModelError` unless the source is there and of a kind that can be imported.
    """
    try:
        there = source.exists()
    except (OSError, ValueError) as error:
        raise ModelError(f"{source} cannot be read: {error}.", f"Name {KINDS}.") from None
    if not there:
        raise ModelError(f"There is no {source}.", f"Name {KINDS}.")
    if not (source.is_dir() or source.suffix in (".safetensors", ".bin") or library.is_gguf_file(source)):
        raise ModelError(f"{source} is not a model.", f"Name {KINDS}.")
    folder = source if source.is_dir() else source.parent
    if os.path.lexists(folder / manifest.FILE_NAME):
        read_plain(folder / manifest.FILE_NAME, MOST_JSON_BYTES)
    if source.is_dir():
        return f"The folder {source}.", source
    open_plain(source).close()
    if library.is_gguf_file(source):
        return f"The file {source}.", source.parent
    return f"The file {source.name}; what belongs to it must lie beside it in {source.parent}.", source.parent


def read_new(source: Path) -> tuple[str, Path]:
    """The same; raises `ModelError` also for what is MacTuner's already, and need not be taken in."""
    said, folder = read(source)
    made = manifest.read(folder)
    if made and folder.resolve().is_relative_to(paths.models().resolve()):
        raise ModelError(f"{folder} is in the library already, as {folder.name}.", "It can be used by that name.")
    if made:
        raise ModelError(
            f"{folder} is the {made.kind} {made.name}, made by MacTuner ({manifest.FILE_NAME}).",
            f"Use it by its path, or move the whole folder into {paths.models()}.",
        )
    return said, folder


def companions(folder: Path) -> tuple[str, tuple[Path, ...]]:
    """What belongs to the weights of a folder. Raises `ModelError` for anything that is not a plain file in it."""
    found = sorted(path for path in _entries(folder) if _belongs(path))
    for path in found:
        _check_plain(path, folder)
    chosen = tuple(path for path in found if not path.name.endswith(".index.json"))
    return f"{len(chosen)} beside the weights, all plain files.", chosen


def _entries(folder: Path) -> Iterator[Path]:
    try:
        entries = list(itertools.islice(folder.iterdir(), MOST_ENTRIES + 1))
    except OSError as error:
        raise ModelError(f"{folder} cannot be read: {error.strerror}.", "Change its permissions.") from error
    if len(entries) > MOST_ENTRIES:
        raise ModelError(f"{folder} has more than {MOST_ENTRIES:,} entries.", "Name the model's own folder.")
    return iter(entries)


def _belongs(path: Path) -> bool:
    if path.name == manifest.FILE_NAME:
        return False
    return path.suffix in TEXTS or path.name.upper().startswith(("LICENSE", "NOTICE", "USE_POLICY"))


def _check_plain(path: Path, folder: Path) -> None:
    open_plain(path).close()
    if not path.name.isprintable():
        raise ModelError(f"{path}: its name holds what cannot be printed.", "Rename the file.")
    if path.is_symlink() and not any(path.resolve().is_relative_to(home) for home in _homes(folder.resolve())):
        raise ModelError(
            f"{path} is a link that leads out of the folder, to {path.resolve()}.", "Copy the file to its place."
        )


def _homes(folder: Path) -> Iterator[Path]:
    """Where the files of a folder may lie: in it; those of a snapshot in the Hugging Face cache among its blobs."""
    yield folder
    if folder.parent.name == "snapshots":
        yield folder.parent.parent / "blobs"


def weight_files(source: Path, folder: Path) -> tuple[str, Weights]:
    """The files with the weights: of a folder those that transformers would take, else the one that was named.

    Raises `ModelError` when there are none, one is not a plain file, or a shard is there that the index does not name.
    """
    weights = _chosen(source, folder)
    for path in (*weights.files, *((weights.index,) if weights.index else ())):
        _check_plain(path, folder)
    if weights.index:
        _refuse_further_shards(weights, folder)
    return f"{', '.join(path.name for path in weights.files[:3])}{' …' if len(weights.files) > 3 else ''}", weights


def _chosen(source: Path, folder: Path) -> Weights:
    named = "" if source.is_dir() else source.suffix
    weights = find_weights(folder, PICKLED_WEIGHTS if named == ".bin" else WEIGHTS)
    if weights is None and not named:
        weights = find_weights(folder, PICKLED_WEIGHTS)
    if named and (weights is None or source not in weights.files):
        return Weights((source,))
    if weights is None:
        raise ModelError(f"{folder} has no weights ({WEIGHTS}, {PICKLED_WEIGHTS} or the index of either).", GET_AGAIN)
    return weights


def _refuse_further_shards(weights: Weights, folder: Path) -> None:
    named = {path.name for path in weights.files}
    suffix = weights.files[0].suffix
    for path in _entries(folder):
        if path.suffix == suffix and SHARD.search(path.name) and path.name not in named:
            raise ModelError(
                f"{path} is not named by {weights.index}: two models lie in one folder, or the index is of another.",
                GET_AGAIN,
            )
