"""How long a key press waits for its answer on the screen while a job trains and its chart moves; and the UI's memory.

A letter is typed into a field of the Training screen, in a terminal, beside a real training job; timed is from the key
to the moment the letter is written to the terminal.
"""

import os
import random
import statistics
import sys
import tempfile

import psutil

from mactuner_tui.core import demo, events
from mactuner_tui.runtime import jobs
from tests.terminal import Terminal

KEYS = 100
LETTER = "ж"
"""Nothing else on the screen shows it."""
BACKSPACE = "\x7f"
MACTUNER = [sys.executable, "-c", "from mactuner_tui.cli.main import main; main()"]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("MACTUNER_HOME", folder)
        spec = demo.TRAINING.model_copy(update={"max_steps": 0, "eval_rows": 8, "name": f"bench-{os.getpid()}"})
        job = jobs.start(spec)
        try:
            _wait_for_step(job.id, 2)
            delays, memory = _type_letters()
        finally:
            jobs.stop(job.id)
            jobs.delete(job.id)
    ordered = sorted(delays)
    print(f"key to screen, {KEYS} keys: median {1000 * statistics.median(delays):.0f} ms,", end=" ")
    print(f"95th percentile {1000 * ordered[int(0.95 * len(ordered))]:.0f} ms, worst {1000 * ordered[-1]:.0f} ms")
    print(f"memory of the UI process: {memory / 1e6:.0f} MB")


def _wait_for_step(job_id: str, step: int) -> None:
    for event in jobs.follow(job_id):
        if isinstance(event, events.StepLogged) and event.step >= step:
            return
    raise RuntimeError("the job ended early")


def _type_letters() -> tuple[list[float], int]:
    terminal = Terminal(MACTUNER)
    chance = random.Random(1)
    try:
        terminal.wait_for("Base model")
        terminal.wait_for("tok/s")
        # To the form, past model and dataset, into the name.
        for key in ("n", "\t", "\t"):
            terminal.type(key)
            terminal.watch(0.5)
        delays = []
        for _ in range(KEYS):
            terminal.type(LETTER)
            delays.append(terminal.wait_for(LETTER))
            terminal.type(BACKSPACE)
            terminal.watch(chance.uniform(0.2, 0.6))
        return delays, psutil.Process(terminal.pid).memory_info().rss
    finally:
        terminal.close()
