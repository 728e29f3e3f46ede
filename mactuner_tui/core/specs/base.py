"""What a spec is: a frozen pydantic model that is at once form, command-line options, TOML file and engine input."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from mactuner_tui.core.errors import SpecError

Lane = Literal["gpu", "network"]


class Spec(BaseModel):
    """Something a person can ask for. Every default, range, title and help text of it lives in its fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @classmethod
    def of(cls, values: Mapping[str, Any], source: str = "") -> Self:
        """The spec with these values and defaults elsewhere.

        `source` names the file or option the values came from. Raises `SpecError` naming each wrong field, its value
        and what is allowed.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            where = f"{source}: " if source else ""
            raise SpecError(
                where + "; ".join(problems(error)), "Correct the value; `--help` and F1 show each range."
            ) from None

    @classmethod
    def from_settings(cls, settings: Iterable[str], /, **values: Any) -> Self:
        """The spec made of `values` and of `name=value` settings, as `--set` takes them (`lora.r=16`).

        A setting's value is text; the field it is for decides what it means, so that a name may look like a number.
        """
        merged: dict[str, Any] = dict(values)
        source = ""
        for setting in settings:
            source = "--set"
            name, equals, text = setting.partition("=")
            if not equals:
                raise SpecError(
                    f"--set {setting!r} has no '='.", "Write --set name=value, for example --set lora.r=16."
                )
            *groups, field = name.strip().split(".")
            place = merged
            for group in groups:
                place = place.setdefault(group, {})
                if not isinstance(place, dict):
                    raise SpecError(
                        f"--set {setting!r}: {group} is a value, not a group.", "See `--help` for the names."
                    )
            place[field] = text.strip()
        return cls.of(merged, source)


class JobSpec(Spec):
    """A spec that a job carries out."""

    kind: ClassVar[str]
    """The first word of the job's id, and its name in `job.toml`."""
    lane: ClassVar[Lane | None] = None
    """What the job shares with others of which one at a time may run: the GPU, the network. None: it never waits."""
    when_stopped: ClassVar[str] = "It ends soon, and leaves nothing half-made."
    """What becomes of it when it is stopped, for whoever stops it."""

    @property
    def title(self) -> str:
        """A few words for lists of jobs: what this job makes."""
        return self.kind


class RequestSpec(Spec):
    """A spec that an attached session carries out."""

    action: ClassVar[str]
    """The request's name on the wire."""
    aside: ClassVar[bool] = False
    """Whether it is answered at once, beside a long request that is under way."""


def matching(pattern: str, words: str) -> AfterValidator:
    """A text must match the whole pattern. `words` tell what that is, for who has no use for patterns."""

    def demand(text: str | None) -> str | None:
        if text is not None and not re.fullmatch(pattern, text):
            raise PydanticCustomError("no_match", "Must be {words}", {"words": words})
        return text

    return AfterValidator(demand)


NAME = matching(r"\w[\w.-]{0,79}", "letters, digits, '.', '_' and '-', 80 at most, no '.' or '-' in front")
"""What a model or a dataset may be called: a folder has that name."""


def problems(error: ValidationError) -> list[str]:
    """Each failure of a validation in words: field, value and what is allowed."""
    return [_in_words(detail["loc"], detail["type"], detail["msg"], detail.get("input")) for detail in error.errors()]


def _in_words(location: tuple[int | str, ...], kind: str, message: str, value: object) -> str:
    field = ".".join(str(part) for part in location)
    if kind == "extra_forbidden":
        return f"{field} is not a setting"
    if kind == "missing":
        return f"{field} is missing"
    return f"{field} = {value!r}: {message[0].lower()}{message[1:]}"
