"""What several unit tests need: waiting for a condition, folders that look like models, jobs that wait to be let on."""

import contextlib
import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mactuner_tui.core import events, job, manifest, paths
from mactuner_tui.core.job import Status
from mactuner_tui.core.manifest import ArtefactKind
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.runtime import jobs
from mactuner_tui.runtime.wire import Tail

PATIENCE = 60.0
"""Seconds after which a condition is taken never to come true."""
COMMAND = str(Path(sys.executable).with_name("mactuner"))
GOOD_ROW = '{"messages": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "Because."}]}\n'


def wait_until(condition: Callable[[], object], description: str, seconds: float = PATIENCE) -> None:
    """Look again and again until the condition holds; fail with the description when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"never came true within {seconds} s: {description}"
        time.sleep(0.02)


def wait_for_status(job_id: str, *wanted: Status) -> None:
    """Wait until the job stands so. Reads only: nothing is started by looking."""
    wait_until(
        lambda: jobs.get(job_id).status in wanted, f"{job_id} is {' or '.join(wanted)}, not {jobs.get(job_id).status}"
    )


def wait_for_event(job_id: str, kind: type[events.BaseEvent]) -> None:
    """Wait until the job has told of an event of this class."""
    wait_until(lambda: any(isinstance(event, kind) for event in told(job_id)), f"{job_id} tells of {kind.__name__}")


def told(job_id: str) -> list[events.Event]:
    """All that a job has said so far."""
    return list(Tail(paths.jobs() / job_id / job.EVENTS_FILE).read())


def safetensors(size: int = 8, **tensors: object) -> bytes:
    """A whole safetensors file of `size` bytes of data, in one tensor unless the header says otherwise."""
    header = tensors or {"weight": {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}}
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(size)


def write_model(folder: Path) -> Path:
    """A folder that looks like a whole model from outside; no library could load it."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "llama"}')
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(safetensors())
    return folder


def put(folder: Path, kind: ArtefactKind, created: str = "2026-11-22T10:00:00+00:00") -> Path:
    """An artefact with one file of content."""
    folder.mkdir(parents=True)
    (folder / "content").write_text("content")
    manifest.write(folder, kind=kind, name=folder.name, job=None, inputs={})
    path = folder / manifest.FILE_NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | {"created": created}))
    return folder


@dataclass(frozen=True)
class Gate:
    """A training job's inputs that make it stand still at a known place, its data being a pipe, until rows are let in.

    It reads its data before it imports any ML library; with a row that is no row it fails right there.
    """

    folder: Path

    @property
    def spec(self) -> TrainSpec:
        return TrainSpec(model=str(self.folder / "model"), data=str(self.folder / "data"))

    def let_in(self, rows: str) -> None:
        """Wait for the job to read, and give it these rows and the end of the file."""
        pipe = -1

        def opened() -> bool:
            nonlocal pipe
            with contextlib.suppress(OSError):  # ENXIO: nobody reads yet.
                pipe = os.open(self.folder / "data" / "train.jsonl", os.O_WRONLY | os.O_NONBLOCK)
            return pipe >= 0

        wait_until(opened, "the job reads its data")
        os.write(pipe, rows.encode())
        os.close(pipe)


def make_gate(folder: Path) -> Gate:
    write_model(folder / "model")
    (folder / "data").mkdir()
    os.mkfifo(folder / "data" / "train.jsonl")
    return Gate(folder)


def fill(filler: Path) -> None:
    """Write to a file until its disk has no room left."""
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def python(code: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a fresh interpreter."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def mactuner(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the real command, with no terminal."""
    return subprocess.run(
        [COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
