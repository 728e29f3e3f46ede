"""Whether a process is alive, paused or gone."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mactuner_tui.runtime.processes import life_of, started_at, worker_command
from tests.unit.helpers import wait_until


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that waits for its stdin to end."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_a_process_is_alive_then_paused_then_gone(sleeper: subprocess.Popen[bytes]) -> None:
    started = started_at(sleeper.pid)
    assert life_of(sleeper.pid, started) == "alive"
    sleeper.send_signal(signal.SIGSTOP)
    wait_until(lambda: life_of(sleeper.pid, started) == "paused", "the process is paused")
    sleeper.send_signal(signal.SIGCONT)
    wait_until(lambda: life_of(sleeper.pid, started) == "alive", "the process goes on")
    sleeper.kill()
    # Not waited for yet: a zombie is as gone as any.
    wait_until(lambda: life_of(sleeper.pid, started) == "gone", "the process is gone")
    sleeper.wait()
    assert life_of(sleeper.pid, started) == "gone"


def test_another_process_with_the_same_pid_is_not_the_one() -> None:
    started = started_at(os.getpid())
    assert life_of(os.getpid(), started) == "alive"
    assert life_of(os.getpid(), started - 5) == "gone"


def test_a_clock_that_was_set_does_not_end_a_job(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "input()", "job", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        moved = started_at(process.pid) - 3600
        # A process that has just begun has no command line for a moment.
        wait_until(lambda: life_of(process.pid, moved, tmp_path) == "alive", "the process is known by its command line")
        assert life_of(process.pid, moved, tmp_path / "other") == "gone"
        process.kill()


def test_no_process_is_gone() -> None:
    assert life_of(None, None) == "gone"
    assert life_of(os.getpid(), None) == "gone"


@pytest.mark.parametrize("arguments", [(), ("job",), ("dance", "x")])
def test_a_worker_without_a_task_says_how_it_is_called(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(worker_command(*arguments), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: ")
