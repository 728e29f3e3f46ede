"""The data files of a dataset on the Hugging Face Hub, downloaded into its own cache.

Knows the Hub and how its datasets name their files; never looks into them.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Any, Self, cast

from httpx2 import HTTPError
from huggingface_hub import HfApi, errors

from mactuner_tui.core import manifest
from mactuner_tui.core.errors import DataError
from mactuner_tui.core.numbers import count_text
from mactuner_tui.engines.data.reading import looks
from mactuner_tui.engines.data.reading.notes import listed
from mactuner_tui.engines.hub import TIMEOUT, Subject, in_words, require_room

PREFERRED = ("parquet", "jsonl", "json", "csv", "txt")
CONVERTED = "refs/convert/parquet"
"""The branch in which the Hub keeps its own Parquet version of datasets that are made by a script."""
NO_DATA = re.compile(
    rf"(readme|licen[cs]e|dataset_infos?|config|metadata|state|requirements|{re.escape(manifest.FILE_NAME)})(\.\w+)*",
    re.IGNORECASE,
)
TRAIN = re.compile(r"(^|[/_.-])train([/_.-]|$)", re.IGNORECASE)
USUAL_CONFIGS = ("data", "default", "main", "all")
Told = Callable[[int, int], None]
Note = Callable[[str], None]
SHARD = re.compile(r"^(.*)-\d{3,6}-of-(\d{3,6})\b")


def download(name: str, wanted: str, told: Told, note: Note) -> tuple[Path, ...]:
    """The data files of the dataset `name` ("owner/name"), sorted; `wanted`: their format, or "auto".

    Of several formats the best is taken, of several splits `train`, of several configurations the usual one; `note` is
    told so. Without a network, what was downloaded before. `told` is called with the bytes that are there and all
    bytes; what it raises ends the download, of which whole files are kept.
    Raises `DataError`; `DiskFullError` when the disk has no room.
    """
    with in_words(Subject("dataset", name, local=True)):
        for revision in (None, CONVERTED):
            if files := _from_revision(name, wanted, revision, told, note):
                return files
    raise DataError(
        f"The dataset {name} has no {'file of a known kind' if wanted == 'auto' else f'{wanted} file'}.",
        f"See what it holds at {Subject('dataset', name).page}.",
    )


def _from_revision(name: str, wanted: str, revision: str | None, told: Told, note: Note) -> tuple[Path, ...]:
    """The chosen files of one revision; none when it has no data, or does not exist."""
    api = HfApi()
    try:
        # Unlike the listing of the tree, this is asked once and not for half a minute when there is no network.
        about = api.dataset_info(name, revision=revision, files_metadata=True, timeout=TIMEOUT)
        sizes = {file.rfilename: file.size or 0 for file in about.siblings or ()}
    except errors.RevisionNotFoundError:
        return ()
    except (HTTPError, ConnectionError) as error:
        if isinstance(error, errors.HfHubHTTPError) and error.response.status_code < 500:
            raise
        try:
            return _downloaded(api, name, wanted, revision, note)
        except errors.LocalEntryNotFoundError:
            raise error from None
    files = chosen(sizes, wanted, note)
    total = sum(sizes[file] for file in files)
    require_room(total)
    before = 0
    found = []

    def told_of_file(done: int) -> None:
        told(min(before + done, total), total)

    # The client does not care what it is given, as long as it can be called for a bar.
    bar = cast(Any, lambda **_: _Bar(told_of_file))
    for file in files:
        told(before, total)
        path = api.hf_hub_download(name, file, repo_type="dataset", revision=revision, tqdm_class=bar)
        found.append(Path(path))
        before += sizes[file]
    if files:
        told(total, total)
    return tuple(found)


class _Bar:
    """What the client shows the progress of a file on. Here it is told on, and drawn nowhere."""

    def __init__(self, told: Callable[[int], None]) -> None:
        self._told = told
        self._done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, count: int) -> None:
        self._done += count
        self._told(self._done)


def _downloaded(api: HfApi, name: str, wanted: str, revision: str | None, note: Note) -> tuple[Path, ...]:
    """The files that an earlier download left. Raises `LocalEntryNotFoundError` when there was none."""
    # No pattern: only the folder is asked for, and not checked against the files that were never wanted.
    folder = Path(
        str(
            api.snapshot_download(
                name, repo_type="dataset", revision=revision, allow_patterns=[], local_files_only=True
            )
        )
    )
    there = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    files = chosen(there, wanted, note)
    for file in files:
        shard = SHARD.match(file)
        if shard and sum(other.startswith(f"{shard[1]}-") for other in files) < int(shard[2]):
            raise DataError(
                f"The dataset {name} was not downloaded completely: of {shard[1]} parts are missing.",
                "Open it again with a network.",
            )
    return tuple(folder / file for file in files)


def chosen(paths: Iterable[str], wanted: str, note: Note) -> list[str]:
    """Which files of a repository are read, sorted. `note` is told what is left out."""
    data = sorted(path for path in paths if _is_data(PurePosixPath(path)))
    kinds = PREFERRED if wanted == "auto" else (wanted,)
    of_kind: list[str] = next((found for kind in kinds if (found := _of_kind(data, kind))), [])
    of_split = [path for path in of_kind if TRAIN.search(path)] or of_kind
    configs = sorted({_config(path) for path in of_split})
    config = next((usual for usual in USUAL_CONFIGS if usual in configs), configs[0] if configs else "")
    files = [path for path in of_split if _config(path) == config]
    if len(configs) > 1:
        only = config or "the top folder"
        note(f"Of the Hub's folders {listed([name or '.' for name in configs])} only {only} is used.")
    if len(of_split) < len(of_kind):
        note(f"From the Hub only the split train is used: {count_text(len(files), 'file')}.")
    return files


def _is_data(path: PurePosixPath) -> bool:
    return not any(part.startswith(".") for part in path.parts) and not NO_DATA.fullmatch(path.name)


def _of_kind(paths: list[str], kind: str) -> list[str]:
    return [path for path in paths if looks.by_name(Path(path)) == kind]


def _config(path: str) -> str:
    """The configuration a file belongs to: its top folder, unless that is a split's."""
    top, _, below = path.partition("/")
    return top if below and not TRAIN.search(f"{top}/") else ""
