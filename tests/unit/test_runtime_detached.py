"""Work belongs to the machine, not to the terminal: a job outlives whoever started it."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mactuner_tui.core import events, library
from mactuner_tui.core.job import Status
from mactuner_tui.runtime import jobs
from tests.unit.helpers import Gate, wait_for_event, wait_for_status, wait_until

IN_TERMINAL = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from mactuner_tui.cli.main import main
main()
"""
"""The real command, with its stdin as its controlling terminal."""


class Terminal:
    """A terminal of its own in which the command runs, as in a window or at the far end of an SSH link."""

    def __init__(self, *arguments: str) -> None:
        self._screen, keyboard = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", IN_TERMINAL, *arguments],
            stdin=keyboard,
            stdout=keyboard,
            stderr=keyboard,
            start_new_session=True,
        )
        os.close(keyboard)

    def hang_up(self) -> None:
        """Close the window: the kernel sends SIGHUP to all that runs in it."""
        os.close(self._screen)
        self.process.wait()

    def kill(self) -> None:
        """SIGKILL the command, then close the window."""
        self.process.kill()
        self.hang_up()


def _the_job() -> str:
    wait_until(lambda: any(one.status is Status.RUNNING for one in jobs.list_all()), "the job runs")
    (one,) = jobs.list_all()
    return one.id


def test_a_job_outlives_its_terminal_and_finishes() -> None:
    terminal = Terminal("data", "prepare", "stdlib", "--set", "rows=20")
    job_id = _the_job()
    wait_for_event(job_id, events.JobStarted)
    terminal.hang_up()
    # The signal ends it, or before that a word that no one can read any more.
    assert terminal.process.returncode in (-signal.SIGHUP, 1)
    wait_for_status(job_id, Status.FINISHED)
    assert [data.manifest.job for data in library.datasets()] == [job_id]


def test_a_job_outlives_a_killed_interface_and_is_followed_by_another(gate: Gate) -> None:
    terminal = Terminal("train", "--model", gate.spec.model, "--data", gate.spec.data)
    job_id = _the_job()
    wait_for_event(job_id, events.StageStarted)
    terminal.kill()
    assert jobs.get(job_id).status is Status.RUNNING
    gate.let_in("")
    kinds = [type(event) for event in jobs.follow(job_id)]
    assert kinds == [events.JobStarted, events.StageStarted, events.JobFailed]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system does not tell what a process has open")
def test_a_job_has_nothing_open_that_belongs_to_whoever_started_it(gate: Gate) -> None:
    started = jobs.start(gate.spec)
    assert started.pid is not None
    log = str(started.folder / "log.txt")
    outputs = [str(Path(f"/proc/{started.pid}/fd/{number}").readlink()) for number in range(3)]
    assert outputs == ["/dev/null", log, log]
    gate.let_in("")
    wait_for_status(started.id, Status.FAILED)
