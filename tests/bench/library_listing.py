"""How long the library takes to be listed: 300 models, as many weights of gigabytes (holes, so that they cost no disk).

Side by side: merely reading the bytes of their 300 manifests; all that the table of models shows of them; and the whole
command `mactuner models list`, beside one that lists an empty library.
"""

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from mactuner_tui.core import manifest, paths, shelf
from mactuner_tui.core.manifest import Manifest
from tests.unit.helpers import COMMAND

MODELS = 300
ROUNDS = 20
COMMANDS = 5
WEIGHT_BYTES = 4_000_000_000
LIMIT_SECONDS = 0.3


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MACTUNER_HOME"] = str(Path(folder) / "empty")
        empty = _median(_list_by_command, COMMANDS)
        os.environ["MACTUNER_HOME"] = str(Path(folder) / "full")
        _fill(Path(folder) / "cache")
        assert len(shelf.models()) == MODELS
        bytes_only, table, command = (
            _median(_read_bytes, ROUNDS),
            _median(shelf.models, ROUNDS),
            _median(_list_by_command, COMMANDS),
        )
    del os.environ["MACTUNER_HOME"]  # Whatever is measured next finds a home of its own.
    print(f"{MODELS} models, medians: bytes of the manifests {1000 * bytes_only:.0f} ms,", end=" ")
    print(f"all that the table shows {1000 * table:.0f} ms (limit {1000 * LIMIT_SECONDS:.0f} ms)")
    print(f"`mactuner models list`: {command:.2f} s; of an empty library {empty:.2f} s")
    if table > LIMIT_SECONDS:
        raise SystemExit(f"the table took more than {LIMIT_SECONDS} s")


def _median(work: Callable[[], object], rounds: int) -> float:
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def _read_bytes() -> int:
    return sum(len(file.read_bytes()) for file in paths.models().glob(f"*/{manifest.FILE_NAME}"))


def _list_by_command() -> None:
    subprocess.run([COMMAND, "models", "list", "--json"], check=True, stdout=subprocess.DEVNULL)


def _fill(cache: Path) -> None:
    """Models of three kinds in turn: downloaded, copied, and adapters of the one before."""
    base = cache
    for number in range(MODELS):
        folder = paths.models() / f"model-{number:03}"
        folder.mkdir(parents=True)
        if number % 3 == 2:
            (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(base), "r": 16}))
            _weights(folder / "adapter_model.safetensors")
        else:
            base = cache / f"snapshot-{number}" if number % 3 == 0 else folder
            base.mkdir(parents=True, exist_ok=True)
            for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
                (base / name).write_text("{}")
            _weights(base / "model-00001-of-00002.safetensors")
            _weights(base / "model-00002-of-00002.safetensors")
        _write_manifest(folder, number, base)


def _weights(file: Path) -> None:
    with file.open("wb") as hole:
        hole.truncate(WEIGHT_BYTES)


def _write_manifest(folder: Path, number: int, base: Path) -> None:
    content = folder if number % 3 == 2 else base
    manifest.replace(
        folder,
        Manifest(
            kind="adapter" if number % 3 == 2 else "model",
            name=folder.name,
            created=f"2026-11-22T10:{number // 60:02}:{number % 60:02}+00:00",
            job="download-20261122-100000-0000",
            inputs=[{"repo": f"owner/{folder.name}", "revision": "0" * 40}, {"path": str(base)}, {"data": "x"}][
                number % 3
            ],
            location=str(base) if number % 3 == 0 else None,
            note="a note of a few words",
            details={"parameters": 8_000_000_000, "architecture": "llama", "dtype": "bfloat16"},
            size_bytes=2 * WEIGHT_BYTES,
            files={file.name: "0" * 64 for file in content.iterdir() if file.name != manifest.FILE_NAME},
        ),
    )
