"""A job's folder: its id, its state and what is said of a damaged one."""

import re
from pathlib import Path

import pytest

from mactuner_tui.core import job
from mactuner_tui.core.errors import JobError, SpecError
from mactuner_tui.core.history import History
from mactuner_tui.core.job import State, Status
from mactuner_tui.core.overview import JobView
from mactuner_tui.core.specs.training import TrainSpec


def test_an_id_names_its_kind_and_its_time_and_no_two_are_the_same() -> None:
    made = {job.new_id("train") for _ in range(20)}
    assert len(made) == 20
    assert all(re.fullmatch(r"train-\d{8}-\d{6}-[0-9a-f]{4}", one) for one in made)
    assert job.kind_of(made.pop()) == "train"


@pytest.mark.parametrize(
    ("job_id", "lane"),
    [("train-1", "gpu"), ("download-1", "network"), ("prepare-1", None), ("import-1", None), ("?", None)],
)
def test_the_id_tells_in_which_lane_a_job_waits(job_id: str, lane: str | None) -> None:
    assert job.lane(job_id) == lane


@pytest.mark.parametrize("status", Status)
def test_a_state_reads_back(tmp_path: Path, status: Status) -> None:
    state = State(status=status, queued=1.5, attempt=3, pid=12, process_started=2.25)
    job.write_state(tmp_path, state)
    assert job.read_state(tmp_path) == state


@pytest.mark.parametrize("content", [None, b"", b'{"status": "run', b'{"status": "flying", "queued": 1}', b"\xff"])
def test_a_folder_without_a_state_is_no_job(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / job.STATE_FILE).write_bytes(content)
    with pytest.raises(JobError, match="is not a job folder"):
        job.read_state(tmp_path)


@pytest.mark.parametrize(
    "content",
    [None, b"", b"kind = ", b"\xff\xfe", b'kind = "dance"', b"kind = 5", b'kind = ["train"]', b"\x00"],
)
def test_a_damaged_job_toml_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / job.SPEC_FILE).write_bytes(content)
    with pytest.raises(JobError, match=r"job\.toml is not a job"):
        job.read_spec(tmp_path)


@pytest.mark.parametrize("content", ['kind = "train"\n[spec]\nmodel = "m"', 'kind = "train"\nspec = 5'])
def test_a_wrong_value_in_job_toml_is_named_with_the_file(tmp_path: Path, content: str) -> None:
    (tmp_path / job.SPEC_FILE).write_text(content)
    with pytest.raises(SpecError, match=r"job\.toml: "):
        job.read_spec(tmp_path)


def test_every_status_is_live_or_over_or_waits_and_has_a_sign_of_its_own() -> None:
    assert [status for status in Status if status.is_live] == [Status.RUNNING, Status.PAUSED]
    assert [status for status in Status if not status.is_live and not status.is_over] == [Status.QUEUED]
    assert {status for status in Status if status.can_resume} == {Status.STOPPED, Status.FAILED, Status.INTERRUPTED}
    assert len({status.symbol for status in Status}) == len(Status)


def test_a_view_of_a_damaged_job_is_titled_by_its_id() -> None:
    view = JobView("train-1", Status.FAILED, 0.0, None, History())
    assert (view.title, view.kind, view.needs_gpu) == ("train-1", "train", True)
    whole = JobView("train-1", Status.FAILED, 0.0, TrainSpec(model="m", data="d"), History())
    assert whole.title == "d-lora"
