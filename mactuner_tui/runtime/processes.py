"""Starting worker processes, and telling whether one is alive, paused or gone."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import psutil

from mactuner_tui.runtime.environment import Purpose, worker_environment

Life = Literal["alive", "paused", "gone"]

START_TOLERANCE = 1.0
"""Seconds by which two readings of a process's start may differ."""

_children: list[subprocess.Popen[bytes]] = []


def worker_command(*arguments: str) -> list[str]:
    """The command line of a worker. `-P` keeps the working folder off the import path."""
    return [sys.executable, "-P", "-m", "mactuner_tui.engines", *arguments]


def start_detached(arguments: list[str], purpose: Purpose, folder: Path, log: Path) -> int:
    """Start a worker that outlives this process and its terminal; its output goes to `log`. Returns its pid.

    SIGTERM waits until the worker lets it in: asked to stop in its first moments, it would otherwise die of it.
    """
    with log.open("ab") as output, _held_back(signal.SIGTERM):
        child = subprocess.Popen(
            worker_command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=folder,
            env=worker_environment(purpose),
        )
    _children.append(child)
    _keep_awake(child.pid)
    return child.pid


@contextlib.contextmanager
def _held_back(number: signal.Signals) -> Iterator[None]:
    """Block a signal for this thread, and for the processes that it starts meanwhile."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _keep_awake(pid: int) -> None:
    """On a Mac, hold off sleep for as long as the process lives."""
    if sys.platform == "darwin":
        _children.append(
            subprocess.Popen(
                ["/usr/bin/caffeinate", "-ims", "-w", str(pid)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )


def started_at(pid: int) -> float:
    """When a process started, in seconds since the epoch."""
    return psutil.Process(pid).create_time()


def life_of(pid: int | None, started: float | None, folder: Path | None = None) -> Life:
    """Whether the process that had this pid and start time still is.

    A process that started at another time is the same only if it works on `folder`: when the clock is set, the start of
    every process moves with it.
    """
    _reap()
    if pid is None or started is None:
        return "gone"
    try:
        process = psutil.Process(pid)
        moved = abs(process.create_time() - started) > START_TOLERANCE
        if moved and (folder is None or process.cmdline()[-2:] != ["job", str(folder)]):
            return "gone"
        status = process.status()
    except psutil.Error:
        return "gone"
    if status in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
        return "gone"
    return "paused" if status == psutil.STATUS_STOPPED else "alive"


def _reap() -> None:
    """Collect children that ended, so that they do not linger as zombies."""
    _children[:] = [child for child in _children if child.poll() is None]
