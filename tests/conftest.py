"""Every test gets a home folder of its own and leaves nothing behind."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from mactuner_tui.core import files
from mactuner_tui.core.specs.models import ImportSpec
from tests.engines.hub_server import Hub, served
from tests.running import run_to_end


def pytest_configure() -> None:
    """Let the programs that tests start hear Ctrl-C, even where CI runs as a background job, which ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # A machine that is busy with the other half of the tests is no fault of a strategy.
    settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("busy machine")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh `MACTUNER_HOME`."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MACTUNER_HOME", str(folder))
    return folder


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub on this machine that all processes of the test ask, with an empty cache; no one is logged in."""
    for variable in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_CACHE", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(variable, raising=False)
    with served(Hub()) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        yield running


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run of the tests share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def unpacked_starter(shared_folder: Path) -> Path:
    """The starter model, unpacked once for all tests by the real job."""
    home = shared_folder / "starter-home"
    before = os.environ.get("MACTUNER_HOME")
    os.environ["MACTUNER_HOME"] = str(home)
    try:
        with files.locked(shared_folder):
            if not (home / "models" / "starter").is_dir():
                run_to_end(ImportSpec())
    finally:
        if before is None:
            del os.environ["MACTUNER_HOME"]
        else:
            os.environ["MACTUNER_HOME"] = before
    return home / "models" / "starter"


@pytest.fixture
def starter(unpacked_starter: Path, home: Path) -> Path:
    """The starter model in this test's library."""
    folder = home / "models" / "starter"
    folder.parent.mkdir(parents=True)
    folder.symlink_to(unpacked_starter)
    return folder


WriteDataset = Callable[..., Path]


@pytest.fixture
def write_dataset(tmp_path: Path) -> WriteDataset:
    """Writes a dataset folder of short questions and answers, or of the rows given; returns its path."""

    def write(train: int | list[str] = 16, valid: int | list[str] = 4, name: str = "data") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for part, rows in (("train", train), ("valid", valid)):
            lines = rows if isinstance(rows, list) else [_row(number) for number in range(rows)]
            (folder / f"{part}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return folder

    return write


def _row(number: int) -> str:
    words = " ".join(f"word{number * index % 7}" for index in range(number % 5 + 2))
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": f"What is {number} plus {number}?"},
        {"role": "assistant", "content": f"It is {2 * number}. {words}"},
    ]
    return json.dumps({"messages": messages})


@pytest.fixture
def small_disk(home: Path) -> Iterator[Callable[[int], Path]]:
    """Makes `MACTUNER_HOME` a disk of so many KiB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")

    def mount(kib: int) -> Path:
        home.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(home)], check=True)
        return home

    yield mount
    if home.is_mount():
        subprocess.run(["umount", "--lazy", str(home)], check=True)
