"""The rows of a JSON object without a list of rows in it: columns, objects by name, or one row.

Knows nothing of files or text.
"""

from collections.abc import Iterator
from typing import Any

Shaped = dict[str, Any]


def rows(value: dict[str, Any]) -> Iterator[Shaped]:
    """The rows of an object, by the first shape that fits."""
    parts = list(value.values())
    if parts and all(isinstance(part, list) for part in parts) and _same_length(parts):
        return _columns_of_lists(value)
    if parts and all(isinstance(part, dict) for part in parts):
        return _columns_by_index(value) if all(_is_index(part) for part in parts) else _objects(value)
    return iter([value] if value else [])


def _same_length(parts: list[list[Any]]) -> bool:
    return len({len(part) for part in parts}) == 1


def _columns_of_lists(value: dict[str, list[Any]]) -> Iterator[Shaped]:
    """`{"column": [first, second, ...]}`"""
    for row in zip(*value.values(), strict=True):
        yield dict(zip(value, row, strict=True))


def _is_index(part: dict[str, Any]) -> bool:
    return bool(part) and all(name.isdecimal() for name in part)


def _columns_by_index(value: dict[str, dict[str, Any]]) -> Iterator[Shaped]:
    """`{"column": {"0": first, "1": second, ...}}`"""
    indices = dict.fromkeys(index for part in value.values() for index in part)
    for index in indices:
        yield {name: part[index] for name, part in value.items() if index in part}


def _objects(value: dict[str, dict[str, Any]]) -> Iterator[Shaped]:
    """`{"name": {row}, ...}`: the name is kept in the column `key`, unless the rows have one."""
    column = next(name for name in ("key", "_key", "__key") if not any(name in part for part in value.values()))
    for name, part in value.items():
        yield {column: name, **part}
