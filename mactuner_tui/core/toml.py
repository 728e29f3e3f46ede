"""TOML for specs and settings. The standard library reads TOML only; this writes the little we need."""

import json
from collections.abc import Mapping
from typing import Any


def dump(values: Mapping[str, Any]) -> str:
    """TOML text of nested tables of strings, numbers, booleans and lists, with tables in lists written inline.

    None is left out: TOML has no null.
    """
    return "\n".join(_lines(values, ())) + "\n"


def _lines(values: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    lines = [f"[{'.'.join(path)}]"] if path else []
    tables = {key: value for key, value in values.items() if isinstance(value, Mapping)}
    lines += [f"{key} = {_value(value)}" for key, value in values.items() if key not in tables and value is not None]
    for key, table in tables.items():
        lines += ["", *_lines(table, (*path, key))]
    return lines


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key} = {_value(item)}' for key, item in value.items() if item is not None)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, str):
        # A JSON string is a TOML basic string, except that TOML wants DEL escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    return json.dumps(value)
