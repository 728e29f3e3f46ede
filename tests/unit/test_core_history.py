"""The state of a job as a fold over its events."""

import pytest

from mactuner_tui.core import events
from mactuner_tui.core.events import Event, parse_line
from mactuner_tui.core.history import LOG_LINES, Checkpoint, Failure, History


def fold(*told: Event) -> History:
    history = History()
    for event in told:
        history.apply(event)
    return history


def training(start_step: int = 0, total_steps: int = 10) -> events.TrainingStarted:
    return events.TrainingStarted(
        start_step=start_step,
        total_steps=total_steps,
        steps_per_epoch=5,
        epochs=2,
        train_rows=20,
        valid_rows=4,
        train_tokens=1000,
        parameters=100,
        trainable_parameters=10,
        device="cpu",
        dtype="float32",
        device_memory_limit=0,
    )


def step(number: int, seconds: float = 2.0, tokens: int = 100, device_memory: int = 0) -> events.StepLogged:
    return events.StepLogged(
        step=number,
        epoch=number / 5,
        loss=10 - number,
        learning_rate=number / 1000,
        grad_norm=number / 10,
        tokens=tokens,
        seconds=seconds,
        process_memory=1000 + number,
        device_memory=device_memory,
    )


def evaluated(number: int, loss: float) -> events.Evaluated:
    return events.Evaluated(step=number, loss=loss, accuracy=0.5, tokens=40, seconds=1)


def saved(number: int, loss: float | None = None, best: bool = False) -> events.CheckpointSaved:
    return events.CheckpointSaved(step=number, folder=f"/c/{number}", loss=loss, best=best)


RESUMED: tuple[Event, ...] = (
    events.JobStarted(attempt=1, pid=1),
    events.StageStarted(stage="tokenising"),
    events.Progressed(done=20, total=20, unit="rows"),
    events.Noted(text="Mind this.", warning=True),
    events.StageStarted(stage="training"),
    training(),
    evaluated(0, 3.0),
    step(1),
    step(2),
    evaluated(2, 2.5),
    saved(2, 2.5, best=True),
    step(3),
    step(4),
    evaluated(4, 2.2),
    saved(4, 2.2, best=True),
    step(5),
    events.JobStopped(),
    events.JobStarted(attempt=2, pid=2),
    training(start_step=2),
    step(3),
    events.CheckpointRemoved(step=2),
    step(4),
    events.ArtefactMade(kind="adapter", name="a", folder="/models/a"),
    events.JobFinished(),
)


def test_a_new_history_is_empty() -> None:
    history = History()
    assert (history.step, history.total_steps, history.progress, history.tokens_per_second) == (0, 0, 0, 0)
    assert (history.seconds_per_step, history.seconds_left) == (0, None)
    assert (history.base_loss, history.valid_loss, history.failure) == (None, None, None)


def test_replaying_the_written_lines_gives_the_state_of_whoever_watched_live() -> None:
    live = History()
    for count, event in enumerate(RESUMED, start=1):
        live.apply(event)
        parsed = [parse_line(one.to_line()) for one in RESUMED[:count]]
        assert fold(*[one for one in parsed if one is not None]) == live
        assert live.applied == count


def test_steps_fill_the_curves() -> None:
    history = fold(training(), step(1), step(2, seconds=4, tokens=300))
    assert (history.steps, history.losses) == ([1, 2], [9, 8])
    assert (history.learning_rates, history.grad_norms) == ([0.001, 0.002], [0.1, 0.2])
    assert (history.step_tokens, history.step_seconds) == ([100, 300], [2, 4])
    assert (history.step, history.total_steps, history.epoch) == (2, 10, 0.4)


def test_memory_is_the_accelerators_where_there_is_one() -> None:
    on_cpu = fold(step(5), step(3))
    assert (on_cpu.process_memory, on_cpu.device_memory, on_cpu.peak_memory) == (1003, 0, 1005)
    on_gpu = fold(step(1, device_memory=70), step(2, device_memory=50))
    assert (on_gpu.device_memory, on_gpu.peak_memory) == (50, 70)


def test_resuming_forgets_what_came_after_the_checkpoint() -> None:
    history = fold(*RESUMED[:19])
    assert history.training is not None
    assert history.training.start_step == 2
    for series in (
        history.steps,
        history.losses,
        history.learning_rates,
        history.grad_norms,
        history.step_tokens,
        history.step_seconds,
    ):
        assert len(series) == 2
    assert [scored.step for scored in history.evaluations] == [0, 2]
    assert [one.step for one in history.checkpoints] == [2]
    assert (history.attempt, history.ending) == (2, None)


def test_starting_again_from_the_first_step_forgets_everything() -> None:
    history = fold(training(), evaluated(0, 3.0), step(1), saved(1), training())
    assert (history.steps, history.evaluations, history.checkpoints) == ([], [], [])


def test_the_curves_of_a_resumed_run_have_one_entry_a_step() -> None:
    assert fold(*RESUMED).steps == [1, 2, 3, 4]


def test_the_base_model_is_the_evaluation_at_step_0() -> None:
    history = fold(training(), evaluated(0, 3.0), step(1), evaluated(1, 2.0))
    assert (history.base_loss, history.valid_loss) == (3.0, 2.0)
    assert fold(evaluated(4, 2.0)).base_loss is None


def test_only_one_checkpoint_is_the_best() -> None:
    history = fold(saved(2, 2.5, best=True), saved(4, 2.2, best=True), saved(6, 2.9))
    assert history.checkpoints == [
        Checkpoint(2, "/c/2", 2.5, best=False),
        Checkpoint(4, "/c/4", 2.2, best=True),
        Checkpoint(6, "/c/6", 2.9, best=False),
    ]


def test_a_removed_checkpoint_is_gone() -> None:
    assert [one.step for one in fold(saved(2), saved(4), events.CheckpointRemoved(step=2)).checkpoints] == [4]


def test_progress_is_that_of_the_stage_until_the_run_is_known() -> None:
    stage = (events.StageStarted(stage="tokenising"), events.Progressed(done=30, total=120, unit="rows"))
    history = fold(*stage)
    assert (history.progress, history.stage, history.unit) == (0.25, "tokenising", "rows")
    assert fold(*stage, training(), step(1)).progress == 0.1
    assert fold(*stage, events.StageStarted(stage="next")).progress == 0
    assert fold(events.Progressed(done=5, total=4)).progress == 1


def test_a_finished_job_is_all_done_and_a_stopped_one_is_not() -> None:
    assert fold(training(), step(1), events.JobFinished()).progress == 1
    assert fold(training(), step(1), events.JobStopped()).progress == 0.1


def test_pace_is_judged_by_the_newest_steps_and_one_slow_step_does_not_move_the_estimate() -> None:
    slow_start = [step(number, seconds=50, tokens=1) for number in range(1, 21)]
    quick = [step(number, seconds=1, tokens=100) for number in range(21, 40)]
    history = fold(training(total_steps=50), *slow_start, *quick, step(40, seconds=600, tokens=100))
    assert history.seconds_per_step == 1
    assert history.seconds_left == 10
    assert history.tokens_per_second == pytest.approx(20 * 100 / (19 + 600))


def test_nothing_is_left_to_wait_for_once_it_is_over() -> None:
    assert fold(training(), step(1), events.JobStopped()).seconds_left is None


def test_a_failure_keeps_its_words_until_the_job_is_taken_up_again() -> None:
    failed = events.JobFailed(kind="DataError", message="Row 3 is bad.", hint="Mend it.", traceback="...")
    history = fold(events.JobStarted(attempt=1, pid=1), events.StageStarted(stage="training"), failed)
    assert history.failure == Failure("DataError", "Row 3 is bad.", "Mend it.", "...")
    assert (history.stage, history.log[-1].text, history.log[-1].warning) == (
        "",
        "Failed: Row 3 is bad. Mend it.",
        True,
    )
    history.apply(events.JobStarted(attempt=2, pid=2))
    assert history.failure is None


def test_the_log_says_in_sentences_what_happened() -> None:
    assert [line.text for line in fold(*RESUMED).log] == [
        "Started.",
        "Tokenising",
        "Mind this.",
        "Training",
        "Step 0: validation loss 3.000, accuracy 50.0%",
        "Step 2: validation loss 2.500, accuracy 50.0%",
        "Step 2: checkpoint saved (best so far)",
        "Step 4: validation loss 2.200, accuracy 50.0%",
        "Step 4: checkpoint saved (best so far)",
        "Stopped. It can be resumed.",
        "Resumed (attempt 2).",
        "Made adapter a",
        "Finished.",
    ]
    warnings = [line.text for line in fold(*RESUMED).log if line.warning]
    assert warnings == ["Mind this."]


def test_the_log_is_bounded() -> None:
    history = fold(*[events.Noted(text=str(number)) for number in range(LOG_LINES + 5)])
    assert len(history.log) == LOG_LINES
    assert history.log[-1].text == str(LOG_LINES + 4)


def test_an_artefact_made_twice_at_one_place_is_one() -> None:
    made = [
        events.ArtefactMade(kind="adapter", name="a", folder="/a"),
        events.ArtefactMade(kind="x", name="b", folder="/b"),
    ]
    assert [one.name for one in fold(*made, made[0]).artefacts] == ["b", "a"]


def test_events_of_sessions_change_nothing_but_the_count() -> None:
    assert fold(events.RequestFinished(), events.TextGenerated(text="hi")) == History(applied=2)


def test_a_copy_stays_as_it_was() -> None:
    for cut in range(len(RESUMED)):
        history = fold(*RESUMED[:cut])
        copy, same = history.copy(), fold(*RESUMED[:cut])
        for event in RESUMED[cut:]:
            history.apply(event)
        assert copy == same, f"changed by what came after {cut} events"


def test_a_download_is_its_files_their_speed_and_the_time_they_still_take() -> None:
    history = fold(
        events.JobStarted(attempt=1, pid=1),
        events.StageStarted(stage="downloading"),
        events.FileProgressed(path="config.json", done=700, size=700, speed=90),
        events.FileProgressed(path="a.safetensors", done=100, size=4000, speed=100),
        events.FileProgressed(path="b.safetensors", done=300, size=1000, speed=50),
        events.FileProgressed(path="a.safetensors", done=1000, size=4000, speed=200),
        events.Progressed(done=2000, total=5700, unit="bytes"),
    )
    assert [(file.path, file.done) for file in history.files] == [
        ("config.json", 700),
        ("a.safetensors", 1000),
        ("b.safetensors", 300),
    ]
    assert (history.speed, history.seconds_left) == (250, 3700 / 250)
    before = history.copy()
    history.apply(events.CheckMade(name="config.json", passed=True, detail="llama"))
    history.apply(events.JobFailed(kind="ModelError", message="Cut."))
    assert (history.speed, history.seconds_left) == (0, None)
    assert [check.name for check in history.checks] == ["config.json"]
    assert not before.checks
    history.apply(events.JobStarted(attempt=2, pid=1))
    assert (history.files, history.checks) == ([], [])
