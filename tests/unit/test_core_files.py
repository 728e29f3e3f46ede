"""Files and folders that are there whole or not at all."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mactuner_tui.core import files
from mactuner_tui.core.errors import DiskFullError, MacTunerError

FULL = Path("/dev/full")
"""A device on which every write finds no room."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def make(target: Path, act: Callable[[], object]) -> None:
    """Make a folder of one file, and do something else before it is complete."""
    with files.new_folder(target) as staging:
        (staging / "file").write_text("x")
        act()


def test_text_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    files.replace_text(path, "old")
    files.replace_text(path, "new ü\n")
    assert path.read_bytes() == "new ü\n".encode()
    assert names(tmp_path) == ["state.json"]


def test_a_failed_write_leaves_the_old_content_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    files.replace_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        files.replace_text(path, "new \ud800")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["state.json"]


def test_a_failed_rename_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "state.json").mkdir()
    with pytest.raises(IsADirectoryError):
        files.replace_text(tmp_path / "state.json", "new")
    assert names(tmp_path) == ["state.json"]


def test_a_new_folder_appears_only_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "models" / "mine"
    with files.new_folder(target) as staging:
        (staging / "sub").mkdir()
        (staging / "sub" / "file").write_text("x")
        assert files.is_staging(staging)
        assert not target.exists()
    assert (target / "sub" / "file").read_text() == "x"
    assert names(target.parent) == ["mine"]


@pytest.mark.parametrize(
    "error", [ValueError("a bug"), KeyboardInterrupt(), MacTunerError("wrong"), FileNotFoundError(2, "x")]
)
def test_a_folder_whose_making_fails_leaves_nothing_and_the_error_as_it_was(
    tmp_path: Path, error: BaseException
) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        make(tmp_path / "mine", fail)
    assert caught.value is error
    # An error that is its own cause would hold whoever follows its causes for ever.
    assert caught.value.__cause__ is None
    assert names(tmp_path) == []


def test_an_existing_folder_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    done: list[str] = []
    with pytest.raises(MacTunerError, match="mine exists already"):
        make(tmp_path / "mine", lambda: done.append("work"))
    assert not done
    assert names(tmp_path) == ["mine"]


def test_a_folder_that_appeared_meanwhile_stays(tmp_path: Path) -> None:
    with pytest.raises(MacTunerError, match="mine exists already"):
        make(tmp_path / "mine", lambda: (tmp_path / "mine" / "theirs").mkdir(parents=True))
    assert names(tmp_path) == ["mine"]
    assert names(tmp_path / "mine") == ["theirs"]


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said_in_words_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DiskFullError) as caught:
        make(tmp_path / "mine", lambda: FULL.write_text("x"))
    assert str(tmp_path) in caught.value.message
    assert "MACTUNER_HOME" in caught.value.hint
    assert names(tmp_path) == []


def test_a_home_that_is_a_file_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(MacTunerError, match="a part of that path is a file"):
        make(tmp_path / "home" / "x", lambda: None)


def test_a_removed_folder_is_gone_with_all_that_was_in_it(tmp_path: Path) -> None:
    (tmp_path / "mine" / "sub").mkdir(parents=True)
    (tmp_path / "mine" / "sub" / "file").touch()
    files.remove_folder(tmp_path / "mine")
    assert names(tmp_path) == []


def test_the_hash_is_that_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    # The test vector of FIPS 180-2, appendix B.1.
    assert files.sha256(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_sweeping_removes_what_ended_processes_left_and_nothing_else(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for name in (f"{files.STAGING_PREFIX}{gone.pid}-model-1", f"{files.STAGING_PREFIX}{os.getpid()}-model-2", "model"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "weights").write_text("x")
    (tmp_path / f"{files.STAGING_PREFIX}{gone.pid}-file-3").write_text("x")
    files.sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {f"{files.STAGING_PREFIX}{os.getpid()}-model-2", "model"}
