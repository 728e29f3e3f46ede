"""What lies in the Hugging Face cache, as huggingface_hub counts it: shown, and deleted."""

import contextlib
import dataclasses
import errno
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Never

from huggingface_hub import (
    CachedRepoInfo,
    CacheNotFound,
    DeleteCacheStrategy,
    HFCacheInfo,
    constants,
    scan_cache_dir,
)

from mactuner_tui.core import library
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.events import CacheFreed, CacheListed
from mactuner_tui.core.hub_models import CachedPartial, CachedRevision
from mactuner_tui.engines.hub import Subject
from mactuner_tui.engines.models.hub import locks

PARTIAL_ALONE = "Snapshots dir doesn't exist"
"""A repository of which only a part of a file is there is no problem: the part is listed."""
KINDS = {"model": "models", "dataset": "datasets", "space": "spaces"}


def listed() -> CacheListed:
    """The revisions, the largest first, and the files whose download was broken off."""
    folder = constants.HF_HUB_CACHE
    found = _scan()
    if found is None:
        return CacheListed(folder=folder, size=0, revisions=(), partials=())
    # Found by their real place; a GGUF file there is itself a link, which is not followed.
    models = [(model.name, model.content.parent.resolve() / model.content.name) for model in library.models()]
    revisions = [
        CachedRevision(
            repo=repo.repo_id,
            kind=repo.repo_type,
            commit=revision.commit_hash,
            refs=tuple(sorted(revision.refs)),
            size=revision.size_on_disk,
            freed=_deleting(found, repo, revision.commit_hash).expected_freed_size,
            files=revision.nb_files,
            used=repo.last_accessed,
            folder=str(revision.snapshot_path),
            library=tuple(name for name, content in models if content.is_relative_to(revision.snapshot_path)),
        )
        for repo in found.repos
        if repo.repo_type in KINDS
        for revision in repo.revisions
    ]
    partials = [
        CachedPartial(repo=_repo(file.file_path), path=str(file.file_path), size=file.size_on_disk)
        for file in found.incomplete_files
    ]
    return CacheListed(
        folder=folder,
        size=found.size_on_disk + sum(partial.size for partial in partials),
        revisions=tuple(sorted(revisions, key=lambda revision: -revision.size)),
        partials=tuple(sorted(partials, key=lambda partial: partial.path)),
        problems=tuple(text for text in map(str, found.warnings) if not text.startswith(PARTIAL_ALONE)),
    )


def free(revisions: tuple[str, ...], partials: tuple[str, ...]) -> CacheFreed:
    """Delete revisions, by their folders, and broken-off files.

    Raises `ModelError`, with nothing deleted, for any that is not there or is being downloaded; and when one would not
    be deleted.
    """
    found = _scan()
    known = {file.file_path: file.size_on_disk for file in found.incomplete_files} if found else {}
    there = {str(one.snapshot_path) for repo in found.repos for one in repo.revisions} if found else set()
    strange = [
        *(folder for folder in revisions if folder not in there),
        *(path for path in partials if Path(path) not in known),
    ]
    if strange or found is None:
        raise ModelError(
            f"{', '.join(strange) or 'Nothing'} is not in the cache ({constants.HF_HUB_CACHE}).", "Look at it again."
        )
    strategies = [
        _deleting(found, repo, *(one.commit_hash for one in repo.revisions if str(one.snapshot_path) in revisions))
        for repo in found.repos
    ]
    going = {Path(path) for path in partials}
    going |= {path for path in known for strategy in strategies if path.parents[1] in strategy.repos}
    with contextlib.ExitStack() as stack, _in_words():
        # Several partial files may be of one blob: `<hash>.incomplete`, `<hash>.xet.incomplete`.
        for blob in {path.with_name(path.name.partition(".")[0]) for path in going}:
            stack.enter_context(locks.held(blob, functools.partial(_refuse, blob)))
        for strategy in strategies:
            strategy.execute()
        for path in going:
            path.unlink(missing_ok=True)
    for folder in revisions:
        if Path(folder).exists():
            raise ModelError(f"{folder} cannot be deleted.", "Check its permissions.")
    freed = sum(strategy.expected_freed_size for strategy in strategies)
    return CacheFreed(size=freed + sum(known[path] for path in going))


def _deleting(found: HFCacheInfo, repo: CachedRepoInfo, *commits: str) -> DeleteCacheStrategy:
    """What deletes revisions of one repository: another may have the same commits."""
    return dataclasses.replace(found, repos=frozenset({repo})).delete_revisions(*commits)


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """The disk's refusals in the user's view of them; who is logged in does not matter here."""
    try:
        yield
    except OSError as error:
        if known := Subject("model").error(error):
            raise known from error
        raise


def _refuse(blob: Path) -> Never:
    raise ModelError(f"A file of {_repo(blob)} is being downloaded.", "Stop the download first.")


def _scan() -> HFCacheInfo | None:
    """The cache; None when there is none yet. Raises `ModelError` when it cannot be looked at."""
    try:
        with _in_words():
            if Path(constants.HF_HUB_CACHE).is_file():
                raise NotADirectoryError(errno.ENOTDIR, "It is a file, not a folder", constants.HF_HUB_CACHE)
            return scan_cache_dir()
    except CacheNotFound:
        return None


def _repo(blob: Path) -> str:
    """The repository of a file: `<cache>/models--owner--name/blobs/<file>`."""
    return "/".join(blob.parents[1].name.split("--")[1:])
