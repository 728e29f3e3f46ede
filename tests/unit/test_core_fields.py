"""A spec's fields as a form needs them."""

import pytest

from mactuner_tui.core.specs.chat import GenerationSpec
from mactuner_tui.core.specs.fields import Field, check, fields_of
from mactuner_tui.core.specs.training import TrainSpec

FIELDS = {field.path: field for field in fields_of(TrainSpec)}


def test_fields_come_in_the_order_of_the_spec_with_nested_ones_by_their_path() -> None:
    assert [path for path in FIELDS if "." not in path] == [name for name in TrainSpec.model_fields if name != "lora"]
    assert list(FIELDS)[-4:] == ["lora.r", "lora.lora_alpha", "lora.lora_dropout", "lora.target_modules"]


def test_a_number_has_its_range() -> None:
    assert FIELDS["learning_rate"] == Field(
        path="learning_rate",
        title="Learning rate",
        help="Size of each step. Too high diverges, too low learns nothing.",
        type="number",
        default=5e-5,
        minimum=1e-5,
        maximum=1e-3,
    )
    assert FIELDS["learning_rate"].range == "1e-05 to 0.001"


def test_a_bound_that_is_itself_excluded_is_a_bound_too() -> None:
    assert (FIELDS["max_grad_norm"].minimum, FIELDS["max_grad_norm"].maximum) == (0, 100)


def test_a_choice_has_its_choices() -> None:
    field = FIELDS["lr_scheduler_type"]
    assert (field.type, field.choices, field.default) == ("choice", ("linear", "cosine", "constant"), "linear")
    assert field.range == "linear | cosine | constant"


def test_a_nested_field_knows_its_group() -> None:
    assert (FIELDS["lora.r"].group, FIELDS["lora.r"].default, FIELDS["seed"].group) == ("LoRA", 8, "")


def test_the_other_types_are_told_apart() -> None:
    types = {field.path: field.type for field in fields_of(GenerationSpec)}
    assert (types["history"], types["top_k"], types["top_p"]) == ("switch", "integer", "number")
    assert (FIELDS["name"].type, FIELDS["name"].range) == ("text", "")


def test_a_field_that_must_be_given_has_no_default() -> None:
    assert FIELDS["model"].default is None


@pytest.mark.parametrize(
    ("path", "value"),
    [("lora.r", 8), ("lora.r", "8"), ("learning_rate", "1e-4"), ("name", None), ("name", "run-1"), ("seed", 0)],
)
def test_a_good_value_passes(path: str, value: object) -> None:
    assert check(TrainSpec, path, value) is None


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("lora.r", "3", "greater than or equal to 4"),
        ("lora.r", "eight", "valid integer"),
        ("learning_rate", "0.5", "less than or equal to 0.001"),
        ("learning_rate", "nan", "less than or equal to 0.001"),
        ("max_grad_norm", "0", "greater than 0"),
        ("lr_scheduler_type", "step", "'linear', 'cosine' or 'constant'"),
        ("name", "a/b", "letters, digits"),
        ("model", "", "at least 1 character"),
    ],
)
def test_a_bad_value_is_told_in_words(path: str, value: str, words: str) -> None:
    said = check(TrainSpec, path, value)
    assert said is not None
    assert words in said
