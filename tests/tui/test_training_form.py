"""The form of the training screen: made from the spec, checked as typed, and nothing starts with a wrong value."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Collapsible, Input, Select, Static

from mactuner_tui.core import demo, paths
from mactuner_tui.core.job import Status
from mactuner_tui.core.specs.fields import fields_of
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.widgets.spec_field import OTHER, SpecField
from mactuner_tui.widgets.spec_form import SpecForm
from tests.tui.pilots import curve, running_app, wait_for, write_run


def field(pilot: Pilot[None], path: str) -> SpecField:
    """A field of the form on the screen."""
    return pilot.app.screen.query_one(SpecForm).field(path)


def type_into(pilot: Pilot[None], path: str, text: str) -> None:
    """Enter a value as a person does."""
    field(pilot, path).query_one(Input).value = text


def started() -> list[Path]:
    """The folders of all jobs."""
    return list(paths.jobs().glob("train-*")) if paths.jobs().is_dir() else []


async def test_every_field_of_the_spec_is_in_the_form() -> None:
    async with running_app() as pilot:
        shown = {one.field.path for one in pilot.app.screen.query_one(SpecForm).fields}
        assert shown == {one.path for one in fields_of(TrainSpec)}


async def test_without_runs_the_form_holds_the_demo() -> None:
    async with running_app() as pilot:
        assert pilot.app.screen.query_one(SpecForm).read() == demo.TRAINING


async def test_a_new_run_takes_the_settings_of_the_newest() -> None:
    write_run(1, Status.STOPPED, curve(3, 24), learning_rate=3e-4, name="mine", lora={"r": 4})
    async with running_app() as pilot:
        form = pilot.app.screen.query_one(SpecForm)
        await wait_for(pilot, lambda: field(pilot, "lora.r").value == "4", "the form is filled")
        spec = form.read()
        assert isinstance(spec, TrainSpec)
        assert (spec.learning_rate, spec.name, spec.lora.r) == (3e-4, None, 4)


async def test_a_wrong_value_is_marked_while_it_is_typed() -> None:
    async with running_app() as pilot:
        type_into(pilot, "learning_rate", "0.5")
        rate = field(pilot, "learning_rate")
        await wait_for(pilot, lambda: rate.problem, "the field is marked")
        assert "less than or equal to 0.001" in str(rate.query_one(".field-problem", Static).content)
        type_into(pilot, "learning_rate", "2e-4")
        await wait_for(pilot, lambda: rate.problem is None, "the mark is gone")


async def test_a_wrong_value_does_not_start_and_its_field_comes_into_view() -> None:
    async with running_app() as pilot:
        type_into(pilot, "lora.r", "1000")
        await pilot.press("s")
        rank = field(pilot, "lora.r")
        await wait_for(pilot, lambda: pilot.app.focused is rank.query_one(Input), "the field has the focus")
        assert not pilot.app.screen.query(Collapsible).last().collapsed
        assert not started()


async def test_an_empty_number_is_missing_but_an_empty_name_is_not() -> None:
    async with running_app() as pilot:
        type_into(pilot, "max_steps", "")
        type_into(pilot, "name", "")
        await wait_for(pilot, lambda: field(pilot, "max_steps").problem == "A value is needed", "the number is missing")
        assert field(pilot, "name").problem is None


async def test_a_folder_that_is_no_model_is_refused_at_its_field(tmp_path: Path) -> None:
    folder = tmp_path / "not a model [/x]"
    folder.mkdir(parents=True)
    async with running_app() as pilot:
        model = field(pilot, "model")
        model.query_one(Select).value = OTHER
        await wait_for(pilot, lambda: model.query_one(Input).display, "the path can be typed")
        model.query_one(Input).value = str(folder)
        await pilot.press("s")
        await wait_for(pilot, lambda: model.problem, "the field is marked")
        assert "has no config.json" in str(model.problem)
        assert not started()


async def test_the_focused_field_is_explained() -> None:
    async with running_app() as pilot:
        field(pilot, "learning_rate").focus_editor()
        explained = pilot.app.screen.query_one(".field-help", Static)
        await wait_for(pilot, lambda: "1e-05 to 0.001" in str(explained.content), "range and meaning are shown")


async def test_letters_are_text_in_a_field_and_escape_leaves_it() -> None:
    async with running_app() as pilot:
        field(pilot, "name").focus_editor()
        await pilot.press("s", "x", "4")
        assert field(pilot, "name").value == "sx4"
        await pilot.press("escape")
        await wait_for(pilot, lambda: not isinstance(pilot.app.focused, Input), "the field is left")
        assert not started()


async def test_a_name_in_use_is_refused_at_its_field() -> None:
    (paths.models() / "mine").mkdir(parents=True)
    async with running_app() as pilot:
        type_into(pilot, "name", "mine")
        await pilot.press("s")
        name = field(pilot, "name")
        await wait_for(pilot, lambda: name.problem, "the field is marked")
        assert "exists already" in str(name.problem)
        assert not started()


async def test_a_relative_path_means_the_folder_it_was_typed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with running_app() as pilot:
        model = field(pilot, "model")
        model.query_one(Select).value = OTHER
        model.query_one(Input).value = "./mine"
        spec = pilot.app.screen.query_one(SpecForm).read()
        assert isinstance(spec, TrainSpec)
        assert spec.model == str(tmp_path / "mine")


async def test_a_number_keeps_all_its_digits() -> None:
    write_run(1, Status.STOPPED, curve(3, 24), learning_rate=1.2345678e-4)
    async with running_app() as pilot:
        form = pilot.app.screen.query_one(SpecForm)
        await wait_for(pilot, lambda: field(pilot, "learning_rate").value == "0.00012345678", "the form is filled")
        spec = form.read()
        assert isinstance(spec, TrainSpec)
        assert spec.learning_rate == 1.2345678e-4
