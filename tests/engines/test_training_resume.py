"""A run that is killed again and again ends with the very weights of one that was left alone."""

import os
import random
import signal
from pathlib import Path

from mactuner_tui.core import events, files
from mactuner_tui.core.history import History
from mactuner_tui.core.job import Status
from mactuner_tui.core.specs.training import LoraSpec, TrainSpec
from mactuner_tui.runtime import jobs
from tests.conftest import WriteDataset
from tests.running import run_to_end

STEPS = 12
KILLS = 5


def _spec(data: Path, name: str) -> TrainSpec:
    """Dropout on and accumulation of 2: random state and the place in the data both matter."""
    return TrainSpec(
        model="starter",
        data=str(data),
        name=name,
        learning_rate=1e-3,
        per_device_train_batch_size=2,
        gradient_accumulation_steps=2,
        max_steps=STEPS,
        warmup_steps=1,
        eval_steps=3,
        save_steps=2,
        lora=LoraSpec(r=4, lora_dropout=0.2),
    )


def _kill_at(job_id: str, step: int) -> None:
    """SIGKILL the job as soon as it tells of a step from `step` on."""
    for event in jobs.follow(job_id):
        if isinstance(event, events.StepLogged) and event.step >= step:
            pid = jobs.get(job_id).pid
            if pid is not None:
                os.kill(pid, signal.SIGKILL)


def test_five_kills_leave_no_trace_in_the_adapter(starter: Path, write_dataset: WriteDataset) -> None:
    data = write_dataset(train=24, valid=4)
    untouched = run_to_end(_spec(data, "untouched"))
    assert untouched.status is Status.FINISHED

    chance = random.Random(7)
    killed = jobs.start(_spec(data, "killed"))
    _kill_at(killed.id, chance.randrange(1, 4))
    for kill in range(1, KILLS):
        assert jobs.get(killed.id).status is Status.INTERRUPTED
        jobs.resume(killed.id)
        _kill_at(killed.id, 2 * kill + chance.randrange(1, 3))
    assert jobs.get(killed.id).status is Status.INTERRUPTED
    jobs.resume(killed.id)
    told = list(jobs.follow(killed.id))
    assert jobs.get(killed.id).status is Status.FINISHED

    weights = [starter.parent / name / "adapter_model.safetensors" for name in ("untouched", "killed")]
    assert files.sha256(weights[0]) == files.sha256(weights[1])

    whole, pieced = History(), History()
    for event in jobs.follow(untouched.id):
        whole.apply(event)
    for event in told:
        pieced.apply(event)
    assert pieced.attempt == KILLS + 1
    assert pieced.steps == whole.steps == list(range(1, STEPS + 1))
    assert pieced.losses == whole.losses
    assert [(one.step, one.loss) for one in pieced.evaluations] == [(one.step, one.loss) for one in whole.evaluations]
