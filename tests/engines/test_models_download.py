"""The download job: real processes and the real client, against a Hub that fails in every way a network does."""

import contextlib
import random
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import torch
from huggingface_hub import scan_cache_dir
from safetensors.torch import load_file

from mactuner_tui.core import events, library, manifest, paths
from mactuner_tui.core.job import Status
from mactuner_tui.core.specs.chat import AnswerRequest, GenerationSpec, LoadRequest, Message
from mactuner_tui.core.specs.models import DownloadSpec
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.engines.models.starter import packaged_file
from mactuner_tui.runtime import jobs
from mactuner_tui.runtime.jobs import Job
from mactuner_tui.runtime.sessions import open_session
from tests.conftest import WriteDataset
from tests.engines.hub_server import COMMIT, Fault, Hub, Model, etag
from tests.engines.tiny_models import save_llama
from tests.running import run_to_end

SHARD = "model-0000{}-of-00008.safetensors"
SHARDS = [SHARD.format(number) for number in range(1, 9)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole small model in eight files."""
    return save_llama(tmp_path_factory.mktemp("llama"), shard_size="700KB")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stall is one second, in all processes of the test."""
    monkeypatch.setenv("HF_HUB_DOWNLOAD_TIMEOUT", "1")


def run(spec: DownloadSpec) -> tuple[Job, list[events.Event]]:
    """Run a download to its end, however it ends; its events."""
    started = jobs.start(spec)
    told = list(jobs.follow(started.id))
    return jobs.get(started.id), told


def resume(one: Job) -> tuple[Job, list[events.Event]]:
    """Take a job up again and run it to its end; the events of that attempt."""
    before = len(list(jobs.follow(one.id)))
    jobs.resume(one.id)
    told = list(jobs.follow(one.id))
    return jobs.get(one.id), told[before:]


def until(one: Job, condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition while the job runs."""
    wait_for(lambda: condition() or jobs.get(one.id).status.is_over, what)
    assert condition(), f"never: {what}. {failure(one)}"


def wait_for(condition: Callable[[], bool], what: str) -> None:
    latest = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < latest, f"never: {what}"
        time.sleep(0.005)


def sizes(folder: Path) -> dict[str, int]:
    """Bytes of each file of a folder in which a job is at work."""
    found = {}
    for path in folder.glob("*"):
        with contextlib.suppress(FileNotFoundError):
            found[path.name] = path.stat().st_size
    return found


def failure(one: Job) -> str:
    failed = jobs.Watcher().history(jobs.get(one.id)).failure
    return f"{failed.message} {failed.hint}" if failed else "none"


def notes(told: list[events.Event]) -> list[str]:
    return [event.text for event in told if isinstance(event, events.Noted)]


def snapshot(tmp_path: Path, repo: str = "o/n") -> Path:
    return tmp_path / "hf" / "hub" / f"models--{repo.replace('/', '--')}" / "snapshots" / COMMIT


def assert_whole(hub: Hub, tmp_path: Path, repo: str = "o/n") -> None:
    """What lies in the cache is what lies on the Hub, byte by byte, and nothing is left of the way there."""
    for path, content in hub.models[repo].files.items():
        there = (snapshot(tmp_path, repo) / path).read_bytes()
        assert there == (content.read_bytes() if isinstance(content, Path) else content), path
    assert not list((tmp_path / "hf").rglob("*.incomplete"))


def test_a_download_gets_over_every_fault_and_ends_in_the_library(hub: Hub, folder: Path, tmp_path: Path) -> None:
    hub.models["o/n"] = Model.of_folder(folder)
    hub.users["hf_secret"] = "ada"
    hub.models["o/n"].files["README.md"] = b"---\nlicense: mit\n---\n# A model\n"
    hub.models["o/n"].files["pytorch_model.bin"] = b"not needed"
    hub.faults = {
        f"GET {SHARDS[0]}": [Fault(), Fault(cut_after=30_000), Fault(), Fault(cut_after=0)],
        f"HEAD {SHARDS[1]}": [Fault(status=503)],
        f"GET {SHARDS[1]}": [Fault(status=502)],
        f"GET {SHARDS[2]}": [Fault(status=429, headers={"Retry-After": "1"})],
        f"GET {SHARDS[3]}": [Fault(), Fault(stalled_after=20_000)],
        f"GET {SHARDS[4]}": [Fault(), Fault(cut_after=40_000), Fault(), Fault(whole=True)],
        f"GET {SHARDS[5]}": [Fault(), Fault(garbled=True)],
        "GET tokenizer.json": [Fault(cut_after=1000)],
        # The plan asks for it too.
        "GET model.safetensors.index.json": [Fault(), Fault(cut_after=100)],
        "HEAD tokenizer.json": [Fault(status=429, headers={"Retry-After": "1"}), Fault(status=500)],
        "GET README.md": [Fault(beyond=3_000_000)],
    }
    ended, told = run(DownloadSpec(repo="o/n"))
    assert ended.status is Status.FINISHED, failure(ended)
    del hub.models["o/n"].files["pytorch_model.bin"]
    assert_whole(hub, tmp_path)
    size = {path: (folder / path).stat().st_size for path in SHARDS}
    assert {path: hub.sent(path) - size[path] for path in SHARDS} == {
        **dict.fromkeys(SHARDS, 0),
        SHARDS[4]: 40_000,  # The Hub sent the whole file when asked for its rest.
        SHARDS[5]: size[SHARDS[5]],  # What came was not the file.
    }
    assert [request.range for request in hub.requests if request.path == f"/cdn/o/n/{SHARDS[0]}"] == [
        "",
        "bytes=30000-",
        "bytes=30000-",
    ]
    said = "\n".join(notes(told))
    for words in (
        f"{SHARDS[0]}: the connection was lost",
        f"{SHARDS[1]}: the Hub answered 503",
        f"{SHARDS[1]}: the Hub answered 502",
        f"{SHARDS[2]}: the Hub was asked too often; trying again in 1 second",
        f"{SHARDS[3]}: no byte came for 1 second",
        f"{SHARDS[5]} came damaged",
        "tokenizer.json: the Hub was asked too often; trying again in 1 second",
    ):
        assert words in said
    assert "README.md" not in said
    heads = [request.path.rpartition("/")[2] for request in hub.requests if request.method == "HEAD"]
    assert {path for path in heads if heads.count(path) > 1} == {SHARDS[1], "tokenizer.json"}
    # As the client lays its cache out: by relative links, in which it finds no fault.
    assert {str(path.readlink().parent) for path in snapshot(tmp_path).iterdir()} == {"../../blobs"}
    cached = scan_cache_dir(tmp_path / "hf" / "hub")
    assert (cached.warnings, [list(repo.refs) for repo in cached.repos]) == ([], [["main"]])
    planned = next(event for event in told if isinstance(event, events.DownloadPlanned))
    progress = [event for event in told if isinstance(event, events.Progressed)]
    assert (planned.missing, progress[-1].done, progress[-1].total, progress[-1].unit) == (
        progress[-1].total,
        progress[-1].total,
        sum(file.size for file in planned.files if file.needed),
        "bytes",
    )
    done = {event.path: event.done for event in told if isinstance(event, events.FileProgressed)}
    assert done == {file.path: file.size for file in planned.files if file.needed}

    made = manifest.read(paths.models() / "n")
    assert made is not None
    assert (made.location, made.inputs) == (str(snapshot(tmp_path)), {"repo": "o/n", "revision": COMMIT})
    assert library.find_model("o/n") == snapshot(tmp_path)
    assert (snapshot(tmp_path).parents[1] / "refs" / "main").read_text() == COMMIT


def _has_come(blobs: Path, count: int) -> bool:
    return sum(sizes(blobs).values()) >= count


def test_a_download_killed_at_any_moment_ends_whole_and_fetches_nothing_twice(
    hub: Hub, folder: Path, tmp_path: Path
) -> None:
    seed = random.randrange(1 << 32)
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    hub.models["o/n"] = Model.of_folder(folder)
    names = {etag(path, content): path for path, content in hub.models["o/n"].files.items()}
    blobs = snapshot(tmp_path).parents[1] / "blobs"
    hub.speed = 3_000_000
    total = sum(path.stat().st_size for path in folder.iterdir())
    job = jobs.start(DownloadSpec(repo="o/n"))
    watched: list[tuple[int, set[str], dict[str, int]]] = []
    for moment in sorted(chance.randrange(total) for _ in range(10)):
        until(job, partial(_has_come, blobs, moment), f"{moment} of {total} bytes")
        jobs.kill(job.id)
        wait_for(lambda: jobs.get(job.id).status is Status.INTERRUPTED, "it is dead")
        there = sizes(blobs)
        finished = {names[name] for name in there if not name.endswith(".incomplete")}
        broken = {names[name.removesuffix(".incomplete")]: size for name, size in there.items() if name not in names}
        before = len(hub.requests)
        jobs.resume(job.id)
        watched.append((before, finished, broken))
    hub.speed = 0
    # That it is then taken in shows in the test above; here only what lies in the cache counts.
    until(job, (blobs.parent / "refs" / "main").exists, "all is there")
    jobs.kill(job.id)
    assert_whole(hub, tmp_path)
    for before, finished, broken in watched:
        later = [request for request in hub.requests[before:] if request.method == "GET"]
        assert not [request for request in later if request.sent and request.path.rpartition("/")[2] in finished]
        for path, size in broken.items():
            if size == (folder / path).stat().st_size:
                continue  # All that was missing was its name.
            first = next(request for request in later if request.path.endswith(f"/{path}"))
            assert first.range == (f"bytes={size}-" if size else "")


def test_a_stop_is_heeded_while_nothing_comes_and_the_next_download_waits_for_it(
    hub: Hub, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_DOWNLOAD_TIMEOUT", "60")
    hub.models["o/n"] = Model.of_folder(folder)
    stall = Fault(stalled_after=20_000)
    hub.faults = {f"GET {SHARDS[0]}": [Fault(), stall, Fault(), Fault(stalled_after=0)]}
    blobs = snapshot(tmp_path).parents[1] / "blobs"
    first = jobs.start(DownloadSpec(repo="o/n"))
    partial_size = partial(_partials, blobs)
    until(first, lambda: partial_size() == [20_000], "20,000 bytes are there")
    second = jobs.start(DownloadSpec(repo="o/missing"))
    assert second.status is Status.QUEUED
    began = time.monotonic()
    assert jobs.stop(first.id).status is Status.STOPPED
    assert time.monotonic() - began < 5
    assert partial_size() == [20_000]
    for _ in jobs.follow(second.id):
        pass
    assert "o/missing is not a model on the Hub" in failure(second)

    jobs.resume(first.id)
    begun = f"/cdn/o/n/{SHARDS[0]}"
    until(first, lambda: [one.range for one in hub.requests if one.path == begun] == ["", "bytes=20000-"], "it goes on")
    jobs.stop(first.id)


def _partials(blobs: Path) -> list[int]:
    return [size for name, size in sizes(blobs).items() if name.endswith(".incomplete")]


def test_what_does_not_pass_is_told_and_a_resumed_download_goes_on(
    hub: Hub, folder: Path, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.models["o/n"] = Model.of_folder(folder)
    hub.faults = {f"GET {SHARDS[0]}": [Fault(), Fault(cut_after=30_000), *(Fault(status=503) for _ in range(5))]}
    failed, _ = run(DownloadSpec(repo="o/n"))
    assert f"{SHARDS[0]} cannot be downloaded: the Hub answered 503, 5 times in a row." in failure(failed)
    assert "Wait until the Hub is well again, then resume" in failure(failed)

    hub.faults = {f"GET {SHARDS[0]}": [Fault(), Fault(garbled=True), Fault(), Fault(garbled=True)]}
    _, told = resume(failed)
    assert "came damaged twice" in failure(failed)
    assert hub.requests[-1].range == ""
    assert notes(told) == [f"{SHARDS[0]} came damaged, and is fetched from the start."] * 2

    hub.faults = {f"GET {SHARDS[0]}": [Fault(status=429, headers={"Retry-After": "3600"})]}
    resume(failed)
    assert "answers again in 3600 seconds" in failure(failed)

    hub.models["o/n"].gated = "auto"
    resume(failed)
    assert f"Accept its terms at {hub.url}/o/n" in failure(failed)
    hub.models["o/n"].gated = ""

    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    resume(failed)
    assert "cannot be reached" in failure(failed)
    monkeypatch.setenv("HF_ENDPOINT", hub.url)

    (tmp_path / "file").touch()
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("HF_HOME", str(tmp_path / "file"))
        resume(failed)
    assert "Not a directory" in failure(failed)
    assert "point HF_HOME" in failure(failed)

    asked = len(hub.requests)
    taken, _ = run(DownloadSpec(repo="o/n", name="starter"))
    assert "a model of this name exists already" in failure(taken)
    assert not [request for request in hub.requests[asked:] if "/cdn/" in request.path]


def test_what_could_not_be_taken_in_or_need_not_be_is_not_fetched(hub: Hub, folder: Path, tmp_path: Path) -> None:
    state = {name: tensor for path in folder.glob("*.safetensors") for name, tensor in load_file(path).items()}
    torch.save(state, tmp_path / "pytorch_model.bin")
    files = {path.name: path for path in folder.iterdir() if not path.name.startswith("model")}
    hub.models["o/n"] = Model(files={**files, "pytorch_model.bin": tmp_path / "pytorch_model.bin"})
    made, _ = run(DownloadSpec(repo="o/n"))
    assert made.status is Status.FINISHED, failure(made)
    shutil.rmtree(tmp_path / "hf")
    hub.requests.clear()
    again, told = run(DownloadSpec(repo="o/n"))
    assert again.status is Status.FINISHED, failure(again)
    assert "It is in the library already, as n." in notes(told)
    hub.models["o/n"].commit = "f" * 40
    (paths.models() / "bare").mkdir()
    for name in ("n", "N", "bare"):
        refused, _ = run(DownloadSpec(repo="o/n", name=name))
        assert f"name = '{name}': a model of this name exists already" in failure(refused)
    assert not [request for request in hub.requests if "/cdn/" in request.path]


def test_a_full_disk_is_told_before_anything_comes(
    hub: Hub, folder: Path, small_disk: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(small_disk(3000) / "hf"))
    hub.models["o/n"] = Model.of_folder(folder)
    ended, _ = run(DownloadSpec(repo="o/n"))
    assert "4.01 MB are needed" in failure(ended)
    assert "HF_HOME" in failure(ended)
    assert not [request for request in hub.requests if "/cdn/" in request.path]


def test_a_stalled_xet_is_tried_again_and_then_left(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_DISABLE_SYMLINKS", "1")
    packed = packaged_file()
    hub.models["o/n"] = Model(files={"small.gguf": packed, "other.gguf": b"x", "README.md": b"# GGUF"})
    hub.xet = True
    ended, told = run(DownloadSpec(repo="o/n", file="small.gguf", name="small", xet=True))
    assert ended.status is Status.FINISHED, failure(ended)
    assert [text.partition(", by Xet: ")[2] for text in notes(told)] == [
        "no byte came for 1 second; trying again.",
        "no byte came for 1 second; going on without Xet.",
    ]
    assert any(request.path.startswith("/cas/") for request in hub.requests)
    made = manifest.read(paths.models() / "small")
    assert made is not None
    assert (made.kind, made.location) == ("gguf", str(snapshot(tmp_path) / "small.gguf"))
    assert hub.sent("small.gguf") == packed.stat().st_size
    assert not hub.sent("other.gguf")
    # Where links are not to be, the files themselves lie in the snapshot, and nowhere else.
    assert not (snapshot(tmp_path) / "small.gguf").is_symlink()
    assert not list((snapshot(tmp_path).parents[1] / "blobs").iterdir())


async def test_the_starter_downloaded_trains_and_chats(
    hub: Hub, unpacked_starter: Path, write_dataset: WriteDataset
) -> None:
    hub.models["packed/SmolLM"] = Model.of_folder(unpacked_starter)
    hub.renamed["packed/Small"] = "packed/SmolLM"
    ended, told = run(DownloadSpec(repo="packed/Small"))
    assert ended.status is Status.FINISHED, failure(ended)
    assert "packed/Small is called packed/SmolLM now." in notes(told)
    settings = {"max_steps": 1, "per_device_train_batch_size": 2, "max_length": 64}
    run_to_end(TrainSpec(model="packed/SmolLM", data=str(write_dataset(4, 0)), name="tuned", **settings))
    async with await open_session("chat") as session:
        async for _ in session.request(LoadRequest(model="tuned")):
            pass
        question = Message(role="user", content="What is the capital of France? Answer in one word.")
        generation = GenerationSpec(temperature=0, max_new_tokens=12)
        asking = session.request(AnswerRequest(messages=(question,), generation=generation))
        answer = "".join([event.text async for event in asking if isinstance(event, events.TextGenerated)])
    assert "Paris" in answer
