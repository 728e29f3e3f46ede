"""What lies in the Hugging Face cache, as huggingface_hub counts it: shown, and deleted."""

import contextlib
import functools
from pathlib import Path
from typing import Never

from huggingface_hub import CacheNotFound, HFCacheInfo, constants, scan_cache_dir

from mactuner_tui.core import library
from mactuner_tui.core.errors import ModelError, os_errors_in_words
from mactuner_tui.core.events import CacheFreed, CacheListed
from mactuner_tui.core.hub_models import CachedPartial, CachedRevision
from mactuner_tui.engines.models.hub import locks

KINDS = {"model": "models", "dataset": "datasets", "space": "spaces"}


def listed() -> CacheListed:
    """The revisions, the largest first, and the files whose download was broken off."""
    folder = constants.HF_HUB_CACHE
    found = _scan()
    if found is None:
        return CacheListed(folder=folder, size=0, revisions=(), partials=())
    models = library.models()
    revisions = [
        CachedRevision(
            repo=repo.repo_id,
            kind=repo.repo_type,
            commit=revision.commit_hash,
            refs=tuple(sorted(revision.refs)),
            size=revision.size_on_disk,
            freed=found.delete_revisions(revision.commit_hash).expected_freed_size,
            files=revision.nb_files,
            used=repo.last_accessed,
            folder=str(revision.snapshot_path),
            library=tuple(model.name for model in models if model.content.is_relative_to(revision.snapshot_path)),
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
        problems=tuple(str(warning) for warning in found.warnings),
    )


def free(commits: tuple[str, ...], partials: tuple[str, ...]) -> CacheFreed:
    """Delete revisions and broken-off files.

    Raises `ModelError`, with nothing deleted, for any that is not there or is being downloaded; and when one would not
    be deleted.
    """
    found = _scan()
    known = {file.file_path: file.size_on_disk for file in found.incomplete_files} if found else {}
    there = {one.commit_hash: one for repo in found.repos for one in repo.revisions} if found else {}
    strange = [
        *(commit for commit in commits if commit not in there),
        *(path for path in partials if Path(path) not in known),
    ]
    if strange or found is None:
        raise ModelError(
            f"{', '.join(strange) or 'Nothing'} is not in the cache ({constants.HF_HUB_CACHE}).", "Look at it again."
        )
    strategy = found.delete_revisions(*commits)
    going = {Path(path) for path in partials}
    going |= {path for path in known if path.parents[1] in strategy.repos}
    with contextlib.ExitStack() as stack, os_errors_in_words(constants.HF_HUB_CACHE):
        for path in sorted(going):
            stack.enter_context(locks.held(path.with_suffix(""), functools.partial(_refuse, path)))
        strategy.execute()
        for path in going:
            path.unlink(missing_ok=True)
    for commit in commits:
        if there[commit].snapshot_path.exists():
            raise ModelError(f"{there[commit].snapshot_path} cannot be deleted.", "Check its permissions.")
    return CacheFreed(size=strategy.expected_freed_size + sum(known[path] for path in going))


def _refuse(partial: Path) -> Never:
    raise ModelError(f"A file of {_repo(partial)} is being downloaded.", "Stop the download first.")


def _scan() -> HFCacheInfo | None:
    """The cache; None when there is none yet."""
    try:
        return scan_cache_dir()
    except CacheNotFound:
        return None


def _repo(partial: Path) -> str:
    """The repository of a broken-off file: `<cache>/models--owner--name/blobs/<file>`."""
    return "/".join(partial.parents[1].name.split("--")[1:])
