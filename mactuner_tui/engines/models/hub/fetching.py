"""Downloading what a plan needs into the Hugging Face cache, so that no byte of it is ever fetched twice.

huggingface_hub 2 cannot go on within a file that was broken off: it fetches into a file of its own process, and
deletes that. So here the bytes wait in a partial file with a lasting name, are checked against the Hub's hash, and only
then become the cache's blob, which is linked into the snapshot as the client does.
"""

import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url
from huggingface_hub.file_download import HfFileMetadata, are_symlinks_supported

from mactuner_tui.core import events, files
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.hub_models import HubFile
from mactuner_tui.engines.hub import CHUNK, Subject, in_words, require_room
from mactuner_tui.engines.job_host import JobContext
from mactuner_tui.engines.models.hub import locks, transfer
from mactuner_tui.engines.models.hub.patience import POLL, STALL_SECONDS, Patience, StalledError, sleep
from mactuner_tui.engines.models.hub.planning import Plan, inside, partial_file, repo_folder, snapshot
from mactuner_tui.engines.models.hub.progress import Progress
from mactuner_tui.engines.models.hub.transfer import Transfer

SHA256 = re.compile(r"[0-9a-f]{64}")
GIT_SHA1 = re.compile(r"[0-9a-f]{40}")
ETAG = re.compile(r"[A-Za-z0-9_-]{1,128}")


def fetch(plan: Plan, revision: str, xet: bool, job: JobContext) -> Path:
    """The snapshot folder with all files of the plan. `revision`: the branch or tag by which it was asked for.

    Raises `ModelError` and `DiskFullError` when it cannot be completed; what has come stays, and is gone on with.
    """
    folder = repo_folder(plan.repo)
    with in_words(Subject("model", plan.repo)):
        require_room(plan.missing)
        progress = Progress(plan.needed, job)
        for file in plan.needed:
            job.check()
            one = _Fetch(plan, file, folder, progress, job)
            one.bring(xet)
            xet = xet and not one.xet_failed
            progress.finish(file)
        _keep_ref(folder, revision, plan.commit)
    return snapshot(plan.repo, plan.commit)


class _Fetch:
    """One file of a plan."""

    def __init__(self, plan: Plan, file: HubFile, folder: Path, progress: Progress, job: JobContext) -> None:
        self._plan = plan
        self._file = file
        self._folder = folder
        self._progress = progress
        self._job = job
        self._url = hf_hub_url(plan.repo, file.path, revision=plan.commit)
        self._told_of_lock = False
        self.xet_failed = False
        """Whether Xet is not worth another try."""

    def bring(self, xet: bool) -> None:
        """Have the file in the snapshot."""
        place = inside(snapshot(self._plan.repo, self._plan.commit), self._file.path)
        assert place is not None  # A plan has no such file.
        if place.exists():
            return
        metadata = self._ask()
        if metadata.size is not None:
            self._file = self._file.model_copy(update={"size": metadata.size})
        etag = metadata.etag or ""
        if not ETAG.fullmatch(etag):
            raise ModelError(f"The Hub names {self._file.path} by {etag!r}, which is no name for a file.", "Report it.")
        blob = self._folder / "blobs" / etag
        blob.parent.mkdir(parents=True, exist_ok=True)
        with locks.held(blob, self._wait_for_lock):
            if place.exists():  # Another program was faster.
                return
            new = not blob.exists()
            if new:
                self._fill(blob, metadata, xet)
            _place(blob, place, new)

    def _wait_for_lock(self) -> None:
        if not self._told_of_lock:
            self._told_of_lock = True
            self._job.emit(events.Noted(text=f"{self._file.path} is being downloaded by another program: waiting."))
        sleep(POLL, self._job)

    def _ask(self) -> HfFileMetadata:
        patience = Patience(self._file.path, self._job)
        while True:
            try:
                return get_hf_file_metadata(self._url, timeout=STALL_SECONDS)
            except Exception as error:
                patience.wait(error)

    def _fill(self, blob: Path, metadata: HfFileMetadata, xet: bool) -> None:
        """Bring the bytes, and check them. What is not the Hub's file is fetched once more, from the start."""
        partial = partial_file(blob)
        too_large = self._file.size > constants.MAX_HTTP_DOWNLOAD_SIZE
        for _ in range(2):
            if not ((xet or too_large) and metadata.xet_file_data and self._by_xet(metadata, partial)):
                self._by_http(partial)
            if self._is_whole(partial, blob.name):
                files.sync(partial)
                partial.replace(blob)
                files.sync(blob.parent)
                return
            partial.unlink()
            self._job.emit(
                events.Noted(text=f"{self._file.path} came damaged, and is fetched from the start.", warning=True)
            )
        raise ModelError(
            f"{self._file.path} came damaged twice: it is not the file that the Hub announced.",
            "Try again later, or from another network; a proxy may be changing files.",
        )

    def _by_http(self, partial: Path) -> None:
        patience = Patience(self._file.path, self._job)
        while True:
            before = _size(partial)
            if before > self._file.size:
                partial.unlink()  # What it holds, it is not this file.
                before = 0
            if before == self._file.size and partial.exists():
                return
            working = transfer.by_http(self._url, partial, self._file.size)
            working.done = before
            self._follow(working)
            if working.error is None:
                return
            patience.wait(working.error, came=max(0, working.done - before))

    def _by_xet(self, metadata: HfFileMetadata, partial: Path) -> bool:
        """Bring the file over Xet, unless a part of it has come otherwise; whether that went well, in two tries."""
        if _size(partial):
            return False
        # Xet fills a file from many places at once: what is there of it is not its beginning.
        pieces = partial.with_name(f"{partial.stem}.xet{partial.suffix}")
        for then in ("trying again", "going on without Xet"):
            working = transfer.by_xet(metadata, pieces)
            try:
                self._follow(working, transfer.abort_xet)
                if working.error is None and _size(pieces) == self._file.size:
                    pieces.replace(partial)
                    return True
            finally:
                pieces.unlink(missing_ok=True)
            reason = _first_line(working.error) if working.error else "a part is missing"
            self._job.emit(events.Noted(text=f"{self._file.path}, by Xet: {reason}; {then}.", warning=True))
        self.xet_failed = True
        return False

    def _follow(self, working: Transfer, abort: Callable[[], None] | None = None) -> None:
        """Tell how far a transfer is until it ends. With `abort`, it does not notice a stall itself: it is aborted."""
        self._progress.begin(working.done)
        working.start()
        came, when = working.done, time.monotonic()
        try:
            while working.is_alive():
                working.join(POLL)
                self._job.check()
                self._progress.show(self._file, working.done)
                if working.done != came:
                    came, when = working.done, time.monotonic()
                elif abort and time.monotonic() - when > STALL_SECONDS:
                    abort()
                    working.join(POLL)
                    working.error = StalledError()
                    return
        except BaseException:
            working.given_up = True
            if abort:
                abort()
            working.join(POLL)  # Before another process may take the file up, what is being written is.
            raise

    def _is_whole(self, partial: Path, etag: str) -> bool:
        """Whether the bytes are those the Hub has: their SHA-256, or git's hash of a small file."""
        if _size(partial) != self._file.size:
            return False
        if SHA256.fullmatch(etag):
            digest = hashlib.sha256()
        elif GIT_SHA1.fullmatch(etag):
            digest = hashlib.sha1(b"blob %d\0" % self._file.size, usedforsecurity=False)
        else:
            return True
        with partial.open("rb") as file:
            while chunk := file.read(CHUNK):
                self._job.check()
                digest.update(chunk)
        return digest.hexdigest() == etag


def _place(blob: Path, place: Path, new: bool) -> None:
    """Put a blob into the snapshot: as a relative link; where links fail the file itself, or a copy of an older one."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)  # A link whose blob is gone.
    if are_symlinks_supported(constants.HF_HUB_CACHE):
        place.symlink_to(os.path.relpath(blob, place.parent))
    elif new:
        blob.replace(place)
    else:
        copy = partial_file(blob)
        shutil.copyfile(blob, copy)
        copy.replace(place)


def _keep_ref(folder: Path, revision: str, commit: str) -> None:
    """Note which commit a branch or tag was, as the client does: by its name it is found without a network."""
    if revision != commit:
        ref = folder / "refs" / revision
        ref.parent.mkdir(parents=True, exist_ok=True)
        files.replace_text(ref, commit)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")[:200]
