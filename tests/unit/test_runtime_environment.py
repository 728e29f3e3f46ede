"""The variables that workers are started with."""

from pathlib import Path

import pytest

from mactuner_tui.runtime.environment import MPS_FALLBACK, Purpose, worker_environment


@pytest.mark.parametrize("purpose", ["training", "inference", "data"])
def test_every_worker_tells_no_one_and_prints_at_once(purpose: Purpose) -> None:
    environment = worker_environment(purpose)
    assert environment["HF_HUB_DISABLE_TELEMETRY"] == "1"
    assert environment["DISABLE_SAFETENSORS_CONVERSION"] == "1"
    assert environment["PYTHONUNBUFFERED"] == "1"
    assert environment["PATH"]


@pytest.mark.parametrize(
    ("purpose", "fallback", "watermark"),
    [("training", None, "1.0"), ("inference", "1", "1.0"), ("data", None, None)],
)
def test_only_inference_falls_back_to_the_cpu_whatever_the_user_has_set(
    purpose: Purpose, fallback: str | None, watermark: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MPS_FALLBACK, "1")
    environment = worker_environment(purpose)
    assert environment.get(MPS_FALLBACK) == fallback
    assert environment.get("PYTORCH_MPS_HIGH_WATERMARK_RATIO") == watermark


@pytest.mark.parametrize(("purpose", "parallel"), [("training", "false"), ("inference", "false"), ("data", "true")])
def test_tokenizers_take_all_cores_for_data_only(purpose: Purpose, parallel: str) -> None:
    assert worker_environment(purpose)["TOKENIZERS_PARALLELISM"] == parallel


def test_the_folders_of_the_hub_are_the_same_from_wherever_a_worker_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HOME", "hf")
    monkeypatch.setenv("HF_HUB_CACHE", "~/cache")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    environment = worker_environment("inference")
    assert environment["HF_HOME"] == str(tmp_path / "hf")
    assert environment["HF_HUB_CACHE"] == str(Path.home() / "cache")
    assert "XDG_CACHE_HOME" not in environment
