"""A spec's fields as data, for whoever draws a form or writes help: title, meaning, type, range, choices, default."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from mactuner_tui.core.specs.base import Spec

FieldType = Literal["text", "integer", "number", "switch", "choice"]


@dataclass(frozen=True)
class Field:
    """One value of a spec. `path` is its name with the groups it lies in (`lora.r`), as `--set` takes it."""

    path: str
    title: str
    help: str
    type: FieldType
    default: Any
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    group: str = ""

    @property
    def range(self) -> str:
        """The allowed values in a few characters, or an empty string."""
        if self.choices:
            return " | ".join(self.choices)
        if self.minimum is not None and self.maximum is not None:
            return f"{self.minimum:g} to {self.maximum:g}"
        return ""


def fields_of(spec: type[Spec], prefix: str = "", group: str = "") -> Iterator[Field]:
    """All fields of a spec in order, those of nested specs after their group's title."""
    for name, info in spec.model_fields.items():
        annotation = info.annotation
        if isinstance(annotation, type) and issubclass(annotation, Spec):
            yield from fields_of(annotation, f"{prefix}{name}.", info.title or name)
        else:
            yield _field(f"{prefix}{name}", info, group)


def _field(path: str, info: FieldInfo, group: str) -> Field:
    annotation = info.annotation
    choices: tuple[str, ...] = get_args(annotation) if get_origin(annotation) is Literal else ()
    types: dict[Any, FieldType] = {int: "integer", float: "number", bool: "switch"}
    return Field(
        path=path,
        title=info.title or path,
        help=info.description or "",
        type="choice" if choices else types.get(annotation, "text"),
        default=None if info.is_required() else info.default,
        choices=choices,
        minimum=_bound(info, "ge", "gt"),
        maximum=_bound(info, "le", "lt"),
        group=group,
    )


def _bound(info: FieldInfo, *names: str) -> float | None:
    bounds = [getattr(rule, name) for rule in info.metadata for name in names if hasattr(rule, name)]
    return float(bounds[0]) if bounds else None


def check(spec: type[Spec], path: str, value: Any) -> str | None:
    """What is wrong with `value` for the field at `path`, in words, or None.

    Only this field is judged, so a half-filled form can be checked as it is typed.
    """
    try:
        _validator(spec, path).validate_python(value)
    except ValidationError as error:
        return error.errors()[0]["msg"]
    return None


@cache
def _validator(spec: type[Spec], path: str) -> TypeAdapter[Any]:
    group, dot, rest = path.partition(".")
    info = spec.model_fields[group]
    annotation: Any = info.annotation
    return _validator(annotation, rest) if dot else TypeAdapter(Annotated[annotation, info])
