"""Specs: what they take for granted, what they refuse, and how they say so."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from mactuner_tui.core import job
from mactuner_tui.core.errors import SpecError
from mactuner_tui.core.specs import JOB_SPECS, SESSION_REQUESTS, JobSpec
from mactuner_tui.core.specs.chat import GenerationSpec
from mactuner_tui.core.specs.data import PrepareSpec
from mactuner_tui.core.specs.fields import fields_of
from mactuner_tui.core.specs.training import LoraSpec, TrainSpec

REQUIRED: dict[str, dict[str, Any]] = {
    "train": {"model": "starter", "data": "stdlib"},
    "download": {"repo": "owner/name"},
}


def _train(*settings: str) -> TrainSpec:
    return TrainSpec.from_settings(settings, model="starter", data="stdlib")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("max_new_tokens", (512, 1, 2048)),
        ("temperature", (0.7, 0, 2)),
        ("top_k", (50, 0, 100)),
        ("top_p", (0.95, 0, 1)),
        ("repetition_penalty", (1.0, 1, 2)),
    ],
)
def test_the_chat_parameters_have_the_agreed_defaults_and_ranges(
    name: str, expected: tuple[float, float, float]
) -> None:
    field = next(field for field in fields_of(GenerationSpec) if field.path == name)
    assert (field.default, field.minimum, field.maximum) == expected


@pytest.mark.parametrize("kind", JOB_SPECS)
def test_every_field_of_a_job_has_a_title_and_a_default_within_its_range(kind: str) -> None:
    for field in fields_of(JOB_SPECS[kind]):
        assert field.title != field.path, field
        assert field.help, field
        if field.minimum is not None and field.maximum is not None:
            assert field.minimum <= field.default <= field.maximum, field
        if field.choices:
            assert field.default in field.choices, field


def test_kinds_and_actions_are_the_names_they_are_found_by() -> None:
    assert all(kind == spec.kind for kind, spec in JOB_SPECS.items())
    assert all(action == spec.action for session in SESSION_REQUESTS.values() for action, spec in session.items())


@pytest.mark.parametrize("kind", JOB_SPECS)
def test_job_toml_holds_every_value_and_reads_back(kind: str, tmp_path: Path) -> None:
    spec: JobSpec = JOB_SPECS[kind].of(REQUIRED.get(kind, {}))
    job.write_spec(tmp_path, spec)
    assert job.read_spec(tmp_path) == spec
    written = tomllib.loads((tmp_path / job.SPEC_FILE).read_text())
    assert written["kind"] == kind
    given = {name for name, value in spec.model_dump().items() if value is not None}
    assert set(written["spec"]) == given


def test_settings_take_numbers_switches_choices_and_nested_names() -> None:
    spec = _train("max_steps=7", "learning_rate = 2e-4", "lora.r=16", "lora.target_modules=attention", "name=my-run")
    assert (spec.max_steps, spec.learning_rate, spec.name) == (7, 2e-4, "my-run")
    assert spec.lora == LoraSpec(r=16, target_modules="attention")
    assert GenerationSpec.from_settings(["history=false"]).history is False


@pytest.mark.parametrize("name", ["2024", "007", "1e5", "true", "2026-11-22", "1.10", "a=b"])
def test_a_setting_that_is_text_stays_text_whatever_it_looks_like(name: str) -> None:
    assert TrainSpec.from_settings([f"data={name}"], model="starter").data == name


def test_a_setting_overrules_the_value_it_stands_beside() -> None:
    values = {"max_steps": 3, "lora": {"r": 4, "lora_alpha": 8}}
    spec = TrainSpec.from_settings(["lora.r=32", "max_steps=9"], model="m", data="d", **values)
    assert (spec.max_steps, spec.lora.r, spec.lora.lora_alpha) == (9, 32, 8)


def test_a_file_may_hold_a_value_of_any_name() -> None:
    with pytest.raises(SpecError, match="settings is not a setting"):
        PrepareSpec.from_settings([], **{"settings": 1})


@pytest.mark.parametrize(
    ("setting", "parts"),
    [
        ("learning_rate=1", ["learning_rate", "1", "less than or equal to 0.001"]),
        ("lora.r=2", ["lora.r", "2", "greater than or equal to 4"]),
        ("max_steps=many", ["max_steps", "many", "valid integer"]),
        ("max_steps=1.5", ["max_steps", "1.5", "valid integer"]),
        ("learning_rate=nan", ["learning_rate", "nan", "finite"]),
        ("lr_scheduler_type=square", ["lr_scheduler_type", "square", "'linear', 'cosine' or 'constant'"]),
        ("name=../up", ["name", "../up", "must be letters, digits, '.', '_' and '-'"]),
        ("rank=8", ["rank is not a setting"]),
        ("lora.rank=8", ["lora.rank is not a setting"]),
        ("lora=8", ["lora", "8"]),
        ("model=", ["model", "at least 1 character"]),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_what_is_allowed(setting: str, parts: list[str]) -> None:
    with pytest.raises(SpecError) as caught:
        _train(setting)
    assert caught.value.message.startswith("--set: ")
    assert all(part in caught.value.message for part in parts), caught.value.message
    assert caught.value.hint


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(SpecError, match=r"learning_rate = '5'.*; lora\.r = '999'"):
        _train("learning_rate=5", "lora.r=999")


def test_what_is_missing_is_named() -> None:
    with pytest.raises(SpecError, match="model is missing; data is missing"):
        TrainSpec.of({})


@pytest.mark.parametrize("setting", ["learning_rate", "", "lora.r"])
def test_a_setting_without_a_value_is_refused(setting: str) -> None:
    with pytest.raises(SpecError, match="has no '='"):
        _train(setting)


def test_a_value_is_no_group() -> None:
    with pytest.raises(SpecError, match="max_steps is a value, not a group"):
        _train("max_steps=3", "max_steps.r=3")


@pytest.mark.parametrize(
    ("data", "name", "title"),
    [("stdlib", None, "stdlib-lora"), ("/data/my set/", None, "my set-lora"), ("stdlib", "mine", "mine")],
)
def test_a_training_job_is_titled_by_what_it_makes(data: str, name: str | None, title: str) -> None:
    assert TrainSpec(model="starter", data=data, name=name).title == title


def test_a_path_is_made_absolute_and_a_name_left_alone() -> None:
    spec = TrainSpec(model="./here", data="stdlib")
    assert spec.model == str(Path("here").absolute())
    assert spec.data == "stdlib"
    assert TrainSpec(model="~/m", data="/d").model == str(Path("~/m").expanduser())


@pytest.mark.parametrize(
    ("source", "settled"),
    [
        ("stdlib", "stdlib"),
        ("owner/data", "owner/data"),
        ("a-dataset", "a-dataset"),
        ("there.csv", "{here}/there.csv"),
        ("./gone.csv", "{here}/gone.csv"),
        ("folder/gone.csv", "folder/gone.csv"),
        ("/gone/away.csv", "/gone/away.csv"),
        ("~nosuchuser/x", "~nosuchuser/x"),
        ("x" * 300, "x" * 300),
    ],
)
def test_a_source_on_disk_becomes_an_absolute_path_and_a_name_stays(
    source: str, settled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there.csv").touch()
    monkeypatch.chdir(tmp_path)
    assert PrepareSpec(source=source).source == settled.format(here=tmp_path)


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("/a/b/my data.v2.jsonl.gz", "my-data.v2"),
        ("sales.2024.JSON", "sales.2024"),
        ("/a/stdlib.json", "stdlib-data"),
        ("owner/Data_Set", "Data_Set"),
        ("/a/질문.csv", "data"),
        ("folder/", "folder"),
        ("stdlib", "stdlib"),
    ],
)
def test_a_dataset_without_a_name_is_called_after_its_source(source: str, title: str) -> None:
    assert PrepareSpec(source=source).title == title
