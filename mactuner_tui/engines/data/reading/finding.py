"""Which files a source stands for: a file, the known files of a folder, a dataset of the library or of the Hub.

Looks at names only, never into files.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from mactuner_tui.core import library, manifest, paths
from mactuner_tui.core.errors import DataError
from mactuner_tui.engines.data.reading import looks
from mactuner_tui.engines.data.reading.notes import listed
from mactuner_tui.engines.data.reading.words import os_errors_as_data_errors

Told = Callable[[int, int], None]
Note = Callable[[str], None]
MOST_ENTRIES = 100_000
"""A folder with more below it was hardly meant."""
SPLIT = re.compile(r"(^|[/_.-])(train|valid|validation|val|dev|test|eval)(?=[/_.-]|$)", re.IGNORECASE)
"""A file's or folder's name that says which split it holds."""


def find(source: str, wanted: str, told: Told, note: Note) -> tuple[Path, ...]:
    """The files of a source, sorted. `wanted`: their format, or "auto". Raises `DataError` when there are none.

    `told` is called with the bytes downloaded and all bytes, `note` with what a person should know of the choice.
    """
    files = _found(source, wanted, told, note)
    for file in files:
        _require_sayable(file)
    return files


def _require_sayable(file: Path) -> None:
    """Raises `DataError` for a name that is no text: it could be neither shown nor written down."""
    try:
        str(file).encode()
    except UnicodeEncodeError:
        shown = str(file).encode("utf-8", "backslashreplace").decode()
        raise DataError(f"{shown}: the name is not UTF-8.", "Rename the file.") from None


def _found(source: str, wanted: str, told: Told, note: Note) -> tuple[Path, ...]:
    path = Path(source)
    with os_errors_as_data_errors(path):
        exists, is_folder = os.path.lexists(path), path.is_dir()
    if is_folder:
        return _in_folder(path, wanted, note)
    if exists:
        return (path,)
    if paths.is_hub_id(source):
        from mactuner_tui.engines.data.reading import hub

        return hub.download(source, wanted, told, note)
    if paths.looks_like_path(source):
        raise DataError(f"{source} is not there.", "Check the name, and that the disk is connected.")
    return _in_folder(_dataset(source), wanted, note)


def _dataset(name: str) -> Path:
    try:
        return library.find_dataset(name)
    except DataError:
        raise DataError(
            f"No file, folder or dataset {name!r}.",
            "Check the path, from the folder you are in. `mactuner data list` shows the datasets.",
        ) from None


def _in_folder(folder: Path, wanted: str, note: Note) -> tuple[Path, ...]:
    found = sorted(path for path in _files(folder) if looks.by_name(path))
    with os_errors_as_data_errors(folder):
        full = [path for path in found if path.stat().st_size]
    formats = sorted({looks.by_name(path) for path in full})
    if wanted != "auto":
        full = [path for path in full if looks.by_name(path) == wanted]
    elif len(formats) > 1:
        raise DataError(f"{folder} mixes formats: {_counted(full)}.", "Name one of the files, or choose the format.")
    if not full:
        kinds = "file of a known kind (CSV, TSV, JSON, JSONL, TXT, Parquet)" if wanted == "auto" else f"{wanted} file"
        empty = f", but {len(found)} empty" if found and not formats else ""
        raise DataError(f"{folder} holds no {kinds} with data{empty}.", "Name a file, or another folder.")
    _note_splits([path.relative_to(folder).as_posix() for path in full], note)
    return tuple(full)


def _note_splits(names: list[str], note: Note) -> None:
    """Say that rows meant for tests are read with those meant for training."""
    splits = {name: found[2].lower() for name in names if (found := SPLIT.search(name))}
    train = [name for name in names if splits.get(name) == "train"]
    others = [name for name in splits if name not in train]
    if train and others:
        alone = f"name {train[0]} alone" if len(train) == 1 else "put the others elsewhere"
        note(f"The rows of {listed(others)} are read, too: {alone} to leave them out.")


def _files(top: Path) -> Iterator[Path]:
    """The visible ordinary files below a folder. Links to folders are followed, but none is entered twice."""
    waiting, entered, seen = [top], set(), 0
    while waiting:
        folder = waiting.pop()
        with os_errors_as_data_errors(folder):
            status = folder.stat()
            entries = list(folder.iterdir()) if (status.st_dev, status.st_ino) not in entered else []
        entered.add((status.st_dev, status.st_ino))
        seen += len(entries)
        if seen > MOST_ENTRIES:
            raise DataError(f"{top} holds more than {MOST_ENTRIES:,} files.", "Name a folder with less in it.")
        for entry in entries:
            if entry.name.startswith(".") or entry.name == manifest.FILE_NAME:
                continue
            if entry.is_dir():
                waiting.append(entry)
            elif entry.is_file():
                yield entry


def _counted(files: list[Path]) -> str:
    formats = [looks.by_name(path) for path in files]
    return ", ".join(f"{formats.count(kind)} {kind}" for kind in sorted(set(formats)))
