"""Datasets of the Hub, read by the real client from a Hub on this machine. Each reading has a process of its own:
the client takes its address and cache folder from the environment when it is imported.
"""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mactuner_tui.engines.data.reading.hub import chosen
from tests.engines.hub_server import Hub

READ = """
import json, sys
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.specs.data import ReadSpec
from mactuner_tui.engines.data.reading import open_source
for name in sys.argv[2:]:
    try:
        source = open_source(name, ReadSpec(format=sys.argv[1]))
        rows = [row.values for row in source.read()]
        told = {"format": source.format, "notes": source.notes, "rows": rows}
        print(json.dumps({"files": [path.name for path in source.files], **told}))
    except MacTunerError as error:
        print(json.dumps({"kind": error.kind, "message": error.message, "hint": error.hint}))
"""
WATCH = """
import json, sys
from mactuner_tui.core.specs.data import ReadSpec
from mactuner_tui.engines.data.reading import open_source
told = []
def tell(done, total):
    told.append((done, total))
    if done > int(sys.argv[1]):
        raise InterruptedError
try:
    rows = len(open_source("owner/name", ReadSpec(), tell).first(5))
except InterruptedError:
    rows = None
print(json.dumps({"told": told, "rows": rows}))
"""
LINES = b'{"a": 1}\n{"a": 2}\n'


def parquet(*numbers: int) -> bytes:
    made = io.BytesIO()
    pq.write_table(pa.table({"a": list(numbers)}), made)
    return made.getvalue()


Read = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def read(hub: Hub) -> Read:
    """Reads datasets: of each what came out, or the error."""

    def _read(*names: str, wanted: str = "auto", **environment: str) -> list[dict[str, Any]]:
        settings = {"HF_HUB_ETAG_TIMEOUT": "2"}
        done = subprocess.run(
            [sys.executable, "-c", READ, wanted, *names],
            env={**os.environ, **settings, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return _read


def test_parquet_is_preferred_and_train_is_read(hub: Hub, read: Read) -> None:
    hub.files["owner/name"] = {
        "README.md": b"# A dataset",
        "dataset_infos.json": b"{}",
        "extra.jsonl": LINES,
        "data/train-00000-of-00002.parquet": parquet(1, 2),
        "data/train-00001-of-00002.parquet": parquet(3),
        "data/test-00000-of-00001.parquet": parquet(4),
    }
    (found,) = read("owner/name")
    assert found["files"] == ["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"]
    assert (found["format"], found["rows"]) == ("parquet", [{"a": 1}, {"a": 2}, {"a": 3}])
    assert found["notes"] == ["From the Hub only the split train is used: 2 files."]
    assert not any(path.endswith(("README.md", "extra.jsonl")) for path in hub.asked)
    assert read("owner/name", wanted="jsonl")[0]["rows"] == [{"a": 1}, {"a": 2}]


def test_what_was_downloaded_is_there_without_a_network(hub: Hub, read: Read) -> None:
    hub.files["owner/name"] = {"train.jsonl": LINES, "test.jsonl": LINES}
    (online,) = read("owner/name")
    for environment in ({"HF_HUB_OFFLINE": "1"}, {"HF_ENDPOINT": "http://127.0.0.1:9"}):
        found, refused = read("owner/name", "owner/other", **environment)
        assert found == online | {"notes": []}  # That there is a `test` is not known here.
        assert refused["kind"] == "DataError"
        assert refused["message"].startswith("owner/other is no file here, and the Hub")
        assert "cannot be reached" in refused["message"]


def test_a_download_tells_how_far_it_is_and_can_be_ended(hub: Hub) -> None:
    size = 3_000_000
    hub.files["owner/name"] = {f"train-{n}.jsonl": f'{{"n": {n}}}\n'.encode().ljust(size) for n in range(3)}

    def watched(enough: int) -> dict[str, Any]:
        command = [sys.executable, "-c", WATCH, str(enough)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    ended = watched(size * 3 // 2)
    assert ended["rows"] is None, ended
    assert ended["told"][-1][0] < size * 2
    whole = watched(size * 4)
    assert (whole["rows"], whole["told"][-1]) == (3, [size * 3, size * 3])
    assert [size, size * 3] in whole["told"]
    assert min(done for done, _ in whole["told"] if done) == size
    asked = [path for path in hub.asked if path.endswith("train-0.jsonl")]
    assert len(asked) == 3  # What it is twice, what it holds once.


def test_what_the_hub_has_besides_is_told() -> None:
    told: list[str] = []
    chosen(["en/train.csv", "ko/train.csv", "en/test.csv"], "auto", told.append)
    assert told == [
        "Of the Hub's folders en and ko only en is used.",
        "From the Hub only the split train is used: 1 file.",
    ]


def test_refusals_are_put_into_words(hub: Hub, read: Read) -> None:
    hub.refusals = {
        "owner/gated": (403, "GatedRepo", ""),
        "owner/private": (401, "RepoNotFound", ""),
        "owner/disabled": (403, "", "Access to this resource is disabled."),
        "owner/down": (503, "", ""),
    }
    hub.files["owner/empty"] = {"README.md": b"# Soon"}
    expected = {
        "owner/gated": ("grants access on request", "/datasets/owner/gated"),
        "owner/private": ("neither a file here nor a dataset on the Hub", "mactuner models login"),
        "owner/missing": ("neither a file here nor a dataset on the Hub", "Check the name"),
        "owner/disabled": ("was disabled", "another"),
        "owner/down": ("answered 503", "Try again"),
        "owner/empty": ("has no file of a known kind", "/datasets/owner/empty"),
        "no--name/x": ("nor a name the Hub allows", "Check the name"),
    }
    for (name, (message, hint)), refused in zip(expected.items(), read(*expected), strict=True):
        assert refused["kind"] == "DataError"
        assert name in refused["message"]
        assert message in refused["message"]
        assert hint in refused["hint"]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["a.csv", "b.json", "c.txt"], ["b.json"]),
        (["train.csv", "valid.csv"], ["train.csv"]),
        (["en/train.csv", "ko/train.csv"], ["en/train.csv"]),
        (["main/train/0.parquet", "socratic/train/0.parquet"], ["main/train/0.parquet"]),
        (["train/0.parquet", "train/1.parquet", "test/0.parquet"], ["train/0.parquet", "train/1.parquet"]),
        (["training_notes.txt", "LICENSE.txt", ".cache/x.txt"], ["training_notes.txt"]),
        (["data.jsonl.gz", "strainer.jsonl"], ["data.jsonl.gz", "strainer.jsonl"]),
        ([], []),
    ],
)
def test_which_files_are_chosen(paths: list[str], expected: list[str]) -> None:
    assert chosen(paths, "auto", lambda _: None) == expected
