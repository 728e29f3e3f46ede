"""No test of this folder leaves a process behind; some need jobs that stand still, or a disk that is full."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.unit.helpers import Gate, make_gate, wait_until


def _workers(home: Path) -> list[psutil.Process]:
    """The worker processes that were started with this home."""
    found = []
    for process in psutil.process_iter():
        try:
            ours = "mactuner_tui.engines" in process.cmdline() and process.environ().get("MACTUNER_HOME") == str(home)
        except psutil.Error:
            continue
        if ours:
            found.append(process)
    return found


@pytest.fixture(autouse=True)
def no_process_left(home: Path) -> Iterator[None]:
    """A process that is still there when a test has ended is killed, and the test fails."""
    yield
    try:
        wait_until(lambda: not _workers(home), "all workers have ended", seconds=5)
    finally:
        for worker in _workers(home):
            worker.kill()


@pytest.fixture
def new_gate(tmp_path: Path) -> Callable[[], Gate]:
    """Makes the inputs of jobs that stand still until they are let on."""
    made: list[Gate] = []

    def make() -> Gate:
        made.append(make_gate(tmp_path / f"gate-{len(made)}"))
        return made[-1]

    return make


@pytest.fixture
def gate(new_gate: Callable[[], Gate]) -> Gate:
    return new_gate()
