"""Jobs from the shell."""

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from mactuner_tui.core import events, job, paths
from mactuner_tui.core.job import State, Status
from mactuner_tui.runtime import jobs
from tests.unit.helpers import COMMAND, GOOD_ROW, Gate, mactuner, told, wait_for_event, wait_for_status

FIELDS = ["id", "kind", "status", "pid", "step", "progress", "artefact", "error"]


def _detached(gate: Gate, *options: str) -> str:
    done = mactuner("train", "--model", gate.spec.model, "--data", gate.spec.data, "--detach", "--json", *options)
    assert done.returncode == 0, done.stderr
    started = json.loads(done.stdout)
    assert started["status"] == "running"
    return str(started["id"])


def test_a_job_is_started_listed_paused_continued_and_ends(gate: Gate) -> None:
    job_id = _detached(gate, "--set", "lora.r=16")
    wait_for_event(job_id, events.StageStarted)
    (listed,) = json.loads(mactuner("jobs", "list", "--json").stdout)
    assert list(listed) == FIELDS
    assert (listed["id"], listed["kind"], listed["status"]) == (job_id, "train", "running")
    assert listed["pid"] == jobs.get(job_id).pid
    assert (listed["step"], listed["progress"], listed["artefact"], listed["error"]) == (0, 0, None, None)

    assert mactuner("jobs", "pause", job_id).stdout == f"{job_id} paused\n"
    wait_for_status(job_id, Status.PAUSED)
    assert "paused" in mactuner("jobs", "list").stdout
    again = mactuner("jobs", "pause", job_id)
    assert again.returncode == 1
    assert "it is paused" in again.stderr
    assert mactuner("jobs", "continue", job_id).stdout == f"{job_id} running\n"

    gate.let_in("{}\n")
    followed = mactuner("jobs", "follow", job_id)
    assert (followed.returncode, followed.stdout) == (1, "")
    *said, wrong, advice = followed.stderr.splitlines()
    assert said[:2] == ["Started.", "Checking the model and the data"]
    assert wrong.startswith("Error: ")
    assert "row 1: no known field among []" in wrong
    assert advice.startswith("A row is ")
    (ended,) = json.loads(mactuner("jobs", "list", "--json").stdout)
    assert (ended["status"], ended["pid"], ended["error"]["kind"]) == ("failed", None, "DataError")
    assert set(ended["error"]) == {"kind", "message", "hint"}
    assert mactuner("jobs", "delete", job_id).stdout == f"{job_id} deleted\n"
    assert jobs.list_all() == []


def test_a_job_toml_can_be_run_again_with_other_settings(gate: Gate) -> None:
    job_id = _detached(gate, "--set", "lora.r=16", "--set", "name=first")
    gate.let_in("")
    wait_for_status(job_id, Status.FAILED)
    again = mactuner("train", "--spec", str(paths.jobs() / job_id / job.SPEC_FILE), "--set", "name=second", "--detach")
    assert again.returncode == 0
    second = jobs.get(again.stdout.strip())
    assert second.spec == gate.spec.model_copy(
        update={"name": "second", "lora": gate.spec.lora.model_copy(update={"r": 16})}
    )
    gate.let_in("")
    wait_for_status(second.id, Status.FAILED)


def test_a_failed_job_ends_the_command_that_waits_for_it_with_1(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    done = mactuner("train", "--model", str(tmp_path / "model"), "--data", "stdlib")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Error: {tmp_path / 'model'} has no config.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_killed_job_is_told_with_the_way_to_go_on(gate: Gate) -> None:
    job_id = _detached(gate)
    wait_for_event(job_id, events.StageStarted)
    jobs.stop(job_id, grace=0)
    done = mactuner("jobs", "follow", job_id)
    assert done.returncode == 1
    assert f"{job_id} died without a word" in done.stderr
    assert f"mactuner jobs resume {job_id}" in done.stderr
    (listed,) = json.loads(mactuner("jobs", "list", "--json").stdout)
    assert (listed["status"], listed["pid"]) == ("interrupted", None)
    resumed = mactuner("jobs", "resume", job_id)
    assert resumed.stdout == f"{job_id} running\n"
    gate.let_in("")
    wait_for_status(job_id, Status.FAILED)


def test_leaving_follow_with_ctrl_c_leaves_the_job(gate: Gate) -> None:
    job_id = _detached(gate)
    wait_for_event(job_id, events.StageStarted)
    with subprocess.Popen([COMMAND, "jobs", "follow", job_id], stderr=subprocess.PIPE, text=True) as follower:
        assert follower.stderr is not None
        assert follower.stderr.readline() == "Started.\n"
        follower.send_signal(signal.SIGINT)
        assert "Traceback" not in follower.stderr.read()
    assert follower.returncode == 130
    assert jobs.get(job_id).status is Status.RUNNING
    gate.let_in("")
    wait_for_status(job_id, Status.FAILED)


def test_ctrl_c_in_train_stops_the_job_and_says_how_to_go_on(gate: Gate) -> None:
    command = [COMMAND, "train", "--model", gate.spec.model, "--data", gate.spec.data]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as training:
        assert training.stderr is not None
        assert training.stderr.readline() == "Started.\n"
        (one,) = jobs.list_all()
        wait_for_event(one.id, events.StageStarted)
        jobs.pause(one.id)
        wait_for_status(one.id, Status.PAUSED)
        training.send_signal(signal.SIGINT)
        # It goes on only once it has been asked to stop.
        wait_for_status(one.id, Status.RUNNING)
        gate.let_in(GOOD_ROW)
        said = training.stderr.read()
        assert f"Stopping {one.id}" in said
        assert f"Go on with: mactuner jobs resume {one.id}\n" in said
    assert training.returncode == 130
    assert jobs.get(one.id).status is Status.STOPPED
    assert isinstance(told(one.id)[-1], events.JobStopped)


def test_a_damaged_job_is_listed_with_the_others() -> None:
    folder = paths.jobs() / "train-20261122-140327-9f3a"
    folder.mkdir(parents=True)
    (folder / job.SPEC_FILE).write_bytes(b"\xff")
    job.write_state(folder, State(status=Status.STOPPED, queued=1.0))
    shown = mactuner("jobs", "list")
    assert shown.returncode == 0
    assert "train-20261122-140327-9f3a" in shown.stdout
    assert "stopped" in shown.stdout
    (listed,) = json.loads(mactuner("jobs", "list", "--json").stdout)
    assert listed["status"] == "stopped"


def test_listing_starts_what_waits_for_nothing(gate: Gate) -> None:
    folder = paths.jobs() / job.new_id("train")
    folder.mkdir(parents=True)
    job.write_spec(folder, gate.spec)
    job.write_state(folder, State(status=Status.QUEUED, queued=1.0))
    (listed,) = json.loads(mactuner("jobs", "list", "--json").stdout)
    assert (listed["status"], listed["pid"]) == ("running", jobs.get(folder.name).pid)
    gate.let_in("")
    wait_for_status(folder.name, Status.FAILED)


def test_a_disk_that_may_not_be_written_is_named(small_disk: Callable[[int], Path]) -> None:
    home = small_disk(64)
    subprocess.run(["mount", "-o", "remount,ro", str(home)], check=True)
    done = mactuner("data", "prepare", "stdlib")
    assert done.returncode == 1
    assert f"No permission for {home}" in done.stderr
    assert "set MACTUNER_HOME to a folder of yours" in done.stderr


def test_a_full_disk_is_named(small_disk: Callable[[int], Path]) -> None:
    home = small_disk(64)
    done = mactuner("data", "prepare", "stdlib")
    assert done.returncode == 1
    wrong, advice = done.stderr.splitlines()[-2:]
    assert wrong.startswith(f"Error: No space left on the disk that holds {home}")
    assert "MACTUNER_HOME" in advice
    assert "Traceback" not in done.stderr
