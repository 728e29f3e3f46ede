"""The program in a real terminal: what happens to a run when the interface is killed, and what the interface costs."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from mactuner_tui.core.job import Status
from mactuner_tui.runtime import jobs
from tests.conftest import WriteDataset
from tests.terminal import Terminal
from tests.tui.pilots import curve, write_run

MACTUNER = [sys.executable, "-c", "from mactuner_tui.cli.main import main; main()"]
MEMORY_LIMIT = 150e6
STEPS = 8
LONG_RUN = 30_000


@pytest.fixture
def open_terminal() -> Iterator[Callable[[], Terminal]]:
    """Opens MacTuner in terminals that are closed when the test ends."""
    opened: list[Terminal] = []

    def open_one() -> Terminal:
        opened.append(Terminal(MACTUNER))
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.close()


def _wait_until(condition: Callable[[], bool], description: str, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {description}"
        time.sleep(0.05)


def test_a_killed_interface_loses_nothing(
    starter: Path, write_dataset: WriteDataset, open_terminal: Callable[[], Terminal]
) -> None:
    earlier = write_run(
        1,
        Status.STOPPED,
        data=str(write_dataset(train=64, valid=2)),
        per_device_train_batch_size=4,
        max_steps=STEPS,
        learning_rate=1e-3,
    )
    watcher = jobs.Watcher()
    first = open_terminal()
    first.wait_for("Base model")
    first.type("s")  # The form holds the settings of the run before.
    _wait_until(lambda: len(jobs.list_all()) == 2, "the run is there")
    started = next(one for one in jobs.list_all() if one.id != earlier)
    _wait_until(lambda: watcher.history(started).step >= 1, "the first step is made")

    first.kill()
    assert jobs.get(started.id).status is Status.RUNNING
    _wait_until(lambda: jobs.get(started.id).status.is_over, "the run is over")
    history = watcher.history(started)
    assert jobs.get(started.id).status is Status.FINISHED
    assert history.steps == list(range(1, STEPS + 1))

    again = open_terminal()
    again.wait_for(f"{history.valid_loss:.3f}")


def test_the_interface_stays_small(open_terminal: Callable[[], Terminal]) -> None:
    write_run(1, Status.FINISHED, curve(LONG_RUN, LONG_RUN, every=1000))
    terminal = open_terminal()
    terminal.wait_for(f"{LONG_RUN:,} / {LONG_RUN:,}")
    for key in ("5", "4", "j", "o", "o"):
        terminal.type(key)
        terminal.watch(0.3)
    assert psutil.Process(terminal.pid).memory_info().rss < MEMORY_LIMIT
