"""The data files of a dataset on the Hugging Face Hub, downloaded into its own cache.

Knows the Hub and how its datasets name their files; never looks into them.
"""

import glob
import re
import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from httpx2 import HTTPError
from huggingface_hub import HfApi, constants, errors

from mactuner_tui.core import manifest
from mactuner_tui.core.errors import NO_SPACE, DataError, disk_full
from mactuner_tui.engines.data.reading import looks

PREFERRED = ("parquet", "jsonl", "json", "csv", "txt")
CONVERTED = "refs/convert/parquet"
"""The branch in which the Hub keeps its own Parquet version of datasets that are made by a script."""
NO_DATA = re.compile(
    rf"(readme|licen[cs]e|dataset_infos?|config|metadata|state|requirements|{re.escape(manifest.FILE_NAME)})(\.\w+)*",
    re.IGNORECASE,
)
TRAIN = re.compile(r"(^|[/_.-])train([/_.-]|$)", re.IGNORECASE)
USUAL_CONFIGS = ("data", "default", "main", "all")
TIMEOUT = 10.0
"""Seconds to wait for the Hub."""
SHARD = re.compile(r"^(.*)-\d{3,6}-of-(\d{3,6})\b")


def download(name: str, wanted: str) -> tuple[Path, ...]:
    """The data files of the dataset `name` ("owner/name"), sorted; `wanted`: their format, or "auto".

    Of several formats the best is taken, of several splits `train`, of several configurations the usual one. Without
    a network, what was downloaded before. Raises `DataError`; `DiskFullError` when the disk has no room.
    """
    try:
        for revision in (None, CONVERTED):
            if files := _from_revision(name, wanted, revision):
                return files
    except errors.GatedRepoError as error:
        raise DataError(
            f"The dataset {name} is on the Hub, but its owner grants access on request.",
            f"Accept its terms at {_page(name)}, then log in with `hf auth login`.",
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise DataError(
            f"{name} is neither a file here nor a dataset on the Hub that you may see.",
            "Check the name. For a private dataset log in with `hf auth login`.",
        ) from error
    except errors.DisabledRepoError as error:
        raise DataError(f"The dataset {name} was disabled by the Hub.", "Choose another.") from error
    except errors.HFValidationError as error:
        raise DataError(f"{name} is neither a file here nor a name the Hub allows.", "Check the name.") from error
    except (HTTPError, ConnectionError) as error:
        raise _unreachable(name, error) from error
    except OSError as error:
        if error.errno in NO_SPACE:
            raise disk_full(constants.HF_HUB_CACHE) from error
        raise
    raise DataError(
        f"The dataset {name} has no {'file of a known kind' if wanted == 'auto' else f'{wanted} file'}.",
        f"See what it holds at {_page(name)}.",
    )


def _from_revision(name: str, wanted: str, revision: str | None) -> tuple[Path, ...]:
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
            return _downloaded(api, name, wanted, revision)
        except errors.LocalEntryNotFoundError:
            raise error from None
    files = chosen(sizes, wanted)
    if not files:
        return ()
    _require_room(sum(sizes[file] for file in files))
    patterns = [glob.escape(file) for file in files]
    folder = api.snapshot_download(name, repo_type="dataset", revision=revision, allow_patterns=patterns)
    return tuple(Path(str(folder)) / file for file in files)


def _downloaded(api: HfApi, name: str, wanted: str, revision: str | None) -> tuple[Path, ...]:
    """The files that an earlier download left. Raises `LocalEntryNotFoundError` when there was none."""
    # No pattern: only the folder is asked for, and not checked against the files that were never wanted.
    folder = Path(
        str(
            api.snapshot_download(
                name, repo_type="dataset", revision=revision, allow_patterns=[], local_files_only=True
            )
        )
    )
    files = chosen((path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()), wanted)
    for file in files:
        shard = SHARD.match(file)
        if shard and sum(other.startswith(f"{shard[1]}-") for other in files) < int(shard[2]):
            raise DataError(
                f"The dataset {name} was not downloaded completely: of {shard[1]} parts are missing.",
                "Open it again with a network.",
            )
    return tuple(folder / file for file in files)


def chosen(paths: Iterable[str], wanted: str) -> list[str]:
    """Which files of a repository are read, sorted."""
    data = sorted(path for path in paths if _is_data(PurePosixPath(path)))
    kinds = PREFERRED if wanted == "auto" else (wanted,)
    of_kind: list[str] = next((found for kind in kinds if (found := _of_kind(data, kind))), [])
    of_split = [path for path in of_kind if TRAIN.search(path)] or of_kind
    configs = sorted({_config(path) for path in of_split})
    config = next((usual for usual in USUAL_CONFIGS if usual in configs), configs[0] if configs else "")
    return [path for path in of_split if _config(path) == config]


def _is_data(path: PurePosixPath) -> bool:
    return not any(part.startswith(".") for part in path.parts) and not NO_DATA.fullmatch(path.name)


def _of_kind(paths: list[str], kind: str) -> list[str]:
    return [path for path in paths if looks.by_name(Path(path)) == kind]


def _config(path: str) -> str:
    """The configuration a file belongs to: its top folder, unless that is a split's."""
    top, _, below = path.partition("/")
    return top if below and not TRAIN.search(f"{top}/") else ""


def _require_room(size: int) -> None:
    """Raises `DiskFullError` when the cache's disk cannot hold so many bytes more."""
    cache = Path(constants.HF_HUB_CACHE)
    there = next(folder for folder in (cache, *cache.parents) if folder.is_dir())
    if shutil.disk_usage(there).free < size:
        raise disk_full(cache)


def _page(name: str) -> str:
    return f"{constants.ENDPOINT}/datasets/{name}"


def _unreachable(name: str, error: Exception) -> DataError:
    if isinstance(error, errors.HfHubHTTPError):
        return DataError(
            f"The Hub answered {error.response.status_code} for the dataset {name}.", "Try again in a while."
        )
    return DataError(
        f"{name} is no file here, and the Hub ({constants.ENDPOINT}) cannot be reached.",
        "Check the name, or the network. What was downloaded before is found without one.",
    )
