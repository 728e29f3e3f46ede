"""The locks that huggingface_hub takes for each file of its cache, so that two processes never write one."""

import contextlib
import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path


@contextlib.contextmanager
def held(blob: Path, wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of a blob. While another process has it, `wait` is called again and again; it may raise."""
    lock = blob.parents[2] / ".locks" / blob.parents[1].name / f"{blob.name}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                wait()
        yield
