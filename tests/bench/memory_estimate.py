"""The memory that `core.memory` says a run needs, beside the peak of the real job's process, by term.

Runs of the starter model: every method at three row lengths, and one with large batches and activation checkpointing.
Every row fills its length, so the first batch is the worst there is. The peak is taken from outside the process.
"""

import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from mactuner_tui.core import events, memory, paths
from mactuner_tui.core.memory import Load
from mactuner_tui.core.model_facts import ModelFacts
from mactuner_tui.core.specs.models import ImportSpec
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.runtime import jobs
from tests.running import run_to_end

LIMIT = 0.2
"""Largest part of the measured peak by which the estimate may be off."""
LENGTHS = (128, 512, 1024)
STEPS = 3
"""The optimizer's state appears in the first step; the second has it beside the activations."""


def cases() -> list[Load]:
    alone = [Load(method, length) for method in memory.METHODS for length in LENGTHS]
    return [*alone, Load("lora", 512, batch_size=4, checkpointing=True), Load("full", 256, batch_size=4)]


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("MACTUNER_HOME", home)
        starter = paths.models() / "starter"
        if not starter.exists():
            run_to_end(ImportSpec())
        facts = ModelFacts.of(json.loads((starter / "config.json").read_bytes()))
        misses = [load for load in cases() if not _compare(facts, load, Path(home) / "data")]
    print(f"{len(misses)} of {len(cases())} estimates are off by more than {LIMIT:.0%}")


def _compare(facts: ModelFacts, load: Load, data: Path) -> bool:
    """Print the estimate and the measured peak of one run. Returns whether they agree."""
    peak, started = _measured(load, data)
    place: memory.Place = "mps" if started.device == "mps" else "cpu"
    need = memory.estimate(facts, replace(load, place=place, bf16=started.dtype == "bfloat16"))
    assert need is not None
    off = need.total / peak - 1
    terms = "  ".join(f"{name} {size / 1e6:.0f}" for name, size in need.terms.items())
    label = f"{load.method} {load.max_length} x {load.batch_size}" + " checkpointed" * bool(load.checkpointing)
    print(
        f"{label:>24}: estimate {need.total / 1e6:6.0f} MB, peak {peak / 1e6:6.0f} MB, {off:+.1%}   ({terms})",
        flush=True,
    )
    return abs(off) <= LIMIT


def _measured(load: Load, data: Path) -> tuple[int, events.TrainingStarted]:
    """The peak of a real job's process (bytes), and what it says of itself."""
    job = jobs.start(_spec(load, _rows(data)))
    peak = on_device = 0
    started: events.TrainingStarted | None = None
    for event in jobs.follow(job.id):
        peak = max(peak, _peak_so_far(jobs.get(job.id).pid))
        match event:
            case events.TrainingStarted():
                started = event
            case events.StepLogged():
                on_device = max(on_device, event.device_memory)
            case events.JobFailed():
                raise RuntimeError(event.message)
            case _:
                pass
    assert started is not None
    return peak + on_device, started


def _peak_so_far(pid: int | None) -> int:
    """Largest resident size of a process until now (bytes); 0 when it is over."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024
    except (OSError, StopIteration):
        pass
    try:
        return int(psutil.Process(pid).memory_info().rss) if pid else 0
    except psutil.NoSuchProcess:
        return 0


def _spec(load: Load, data: Path) -> TrainSpec:
    settings: dict[str, Any] = {"activation_checkpointing": "on"} if load.checkpointing else {}
    return TrainSpec(
        model="starter",
        data=str(data),
        method=load.method,
        max_length=load.max_length,
        per_device_train_batch_size=load.batch_size,
        max_steps=STEPS,
        **settings,
    )


def _rows(folder: Path) -> Path:
    """A dataset of texts longer than any length tried, to be cut there."""
    if not folder.exists():
        folder.mkdir(parents=True)
        for part, count in (("train", 16), ("valid", 2)):
            lines = (json.dumps({"text": f"Row {row}. " + "The quick brown fox. " * 400}) for row in range(count))
            (folder / f"{part}.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return folder
