"""What the interface tests share: waiting for conditions, and job folders as a real engine leaves them."""

import contextlib
import math
import os
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import psutil
from textual.pilot import Pilot

from mactuner_tui.app import MacTunerApp
from mactuner_tui.core import events, job, paths
from mactuner_tui.core.job import State, Status
from mactuner_tui.core.specs import JobSpec
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.runtime.wire import EventLog

WIDE, NARROW = (140, 45), (80, 24)
WAIT_SECONDS = 15.0


async def wait_for(pilot: Pilot[None], condition: Callable[[], object], description: str, seconds: float = 0) -> None:
    """Wait until the condition holds; fail with its description when it does not come to hold."""
    deadline = time.monotonic() + (seconds or WAIT_SECONDS)
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {description}"
        await pilot.pause(0.02)
    await pilot.pause()


@contextlib.asynccontextmanager
async def running_app(size: tuple[int, int] = WIDE, screen: str | None = None) -> AsyncIterator[Pilot[None]]:
    """The real app without a terminal, once it has read the jobs and the machine."""
    app = MacTunerApp(screen=screen)
    async with app.run_test(size=size, notifications=True) as pilot:
        await wait_for(pilot, lambda: app.current_mode != "opening", "the first screen is there")
        await wait_for(pilot, lambda: app.jobs_known and app.snapshot, "the jobs and the machine are read")
        yield pilot


def host(pilot: Pilot[None]) -> MacTunerApp:
    """The app under the pilot, with its type."""
    assert isinstance(pilot.app, MacTunerApp)
    return pilot.app


def train_spec(**values: Any) -> TrainSpec:
    """The starter on the sample, and these values."""
    return TrainSpec.of({"model": "starter", "data": "stdlib", **values})


def write_run(
    number: int, status: Status, happened: Iterable[events.BaseEvent] = (), *, pid: int | None = None, **values: Any
) -> str:
    """Leave a run's folder behind. Returns its id; greater numbers are newer."""
    return write_job(number, train_spec(**values), status, happened, pid=pid)


def write_job(
    number: int, spec: JobSpec, status: Status, happened: Iterable[events.BaseEvent] = (), *, pid: int | None = None
) -> str:
    """Leave the folder of any job behind, as `write_run` does."""
    folder = paths.jobs() / f"{spec.kind}-20260101-{number:06d}-0000"
    folder.mkdir(parents=True)
    job.write_spec(folder, spec)
    started = psutil.Process(pid).create_time() if pid else None
    job.write_state(folder, State(status=status, queued=time.time() - 1000 + number, pid=pid, process_started=started))
    log = EventLog(folder / job.EVENTS_FILE)
    for event in happened:
        log.write(event)
    log.close()
    return folder.name


def curve(steps: int, total: int, every: int = 10) -> list[events.BaseEvent]:
    """The events of a run that has come to `steps` of `total`, with a validation each `every` steps."""
    happened: list[events.BaseEvent] = [
        events.JobStarted(attempt=1, pid=os.getpid()),
        events.TrainingStarted(
            start_step=0,
            total_steps=total,
            steps_per_epoch=total / 3,
            epochs=3,
            train_rows=1000,
            valid_rows=250,
            train_tokens=90_000,
            parameters=134_515_008,
            trainable_parameters=4_884_480,
            device="cpu",
            dtype="float32",
            device_memory_limit=0,
        ),
        scored(0, 2.97),
    ]
    for step in range(1, steps + 1):
        loss = 2.3 + 0.7 * math.exp(-step / total * 4)
        happened.append(made_step(step, loss, total))
        if step % every == 0:
            happened += [
                scored(step, loss + 0.03),
                events.CheckpointSaved(step=step, folder=f"checkpoints/{step}", loss=loss + 0.03, best=True),
            ]
    return happened


def made_step(step: int, loss: float, total: int) -> events.StepLogged:
    """One step of a run."""
    return events.StepLogged(
        step=step,
        epoch=step / total * 3,
        loss=loss,
        learning_rate=1e-3 * (1 - step / total),
        grad_norm=0.83,
        tokens=480,
        seconds=2.0,
        process_memory=1_310_000_000,
        device_memory=0,
    )


def scored(step: int, loss: float) -> events.Evaluated:
    """One validation of a run."""
    return events.Evaluated(step=step, loss=loss, accuracy=0.45, tokens=8000, seconds=2.0)


def finished_run(number: int, **values: Any) -> str:
    """A run of 24 steps that made an adapter."""
    made = events.ArtefactMade(kind="adapter", name="stdlib-lora", folder="/nowhere/stdlib-lora")
    return write_run(number, Status.FINISHED, [*curve(24, 24), made, events.JobFinished()], **values)
