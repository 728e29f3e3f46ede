"""Arrow's values as JSON has them: dates and decimals as text, binary data and NaN as null, maps as objects.

Knows Arrow's types, not files.
"""

import datetime
import decimal
import math
import re
from typing import Any

import pyarrow as pa

from mactuner_tui.engines.data.reading.words import UnusableError, shortened

ZERO_FRACTION = re.compile(r"\.0+(?=$|Z|[+-])")


def values(column: Any) -> list[Any]:
    """A column's values. Raises `ValueError`, `OverflowError` or `ArrowException` when one has no value in Python."""
    kind = column.type
    if is_binary(kind):
        return [None] * len(column)
    if pa.types.is_timestamp(kind):
        # Arrow writes them without pandas, which it would load to make Python's values of them.
        return [moment and _iso(moment) for moment in column.cast(pa.string()).to_pylist()]
    if pa.types.is_time64(kind):
        column = column.cast(pa.time64("us"), safe=False)
    elif pa.types.is_duration(kind):
        column = column.cast(pa.duration("us"), safe=False)
    found = column.to_pylist(maps_as_pydicts="lossy")
    return found if _is_plain(kind) else [plain(value) for value in found]


def _iso(moment: str) -> str:
    if moment.startswith("<"):
        raise ValueError(moment.strip("<>"))
    return ZERO_FRACTION.sub("", moment.replace(" ", "T"))


def value(column: Any, index: int, name: str) -> Any:
    """One value of a column. Raises `UnusableError` when it has none in Python."""
    try:
        return values(column.slice(index, 1))[0]
    except (ValueError, OverflowError, pa.ArrowException) as error:
        raise UnusableError(
            f"column {shortened(name)}: the value cannot be read ({shortened(str(error), 120)}). Remove this row."
        ) from None


def is_binary(kind: Any) -> bool:
    """Whether a column holds bytes, which are no text."""
    types = pa.types
    return bool(
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_fixed_size_binary(kind)
        or types.is_binary_view(kind)
    )


def plain(found: Any) -> Any:
    """A Python value that Arrow made, as JSON has it."""
    if found is None or isinstance(found, str | bool | int):
        return found
    if isinstance(found, float):
        return found if math.isfinite(found) else None
    if isinstance(found, list):
        return [plain(part) for part in found]
    if isinstance(found, dict):
        return {str(name): plain(part) for name, part in found.items()}
    if isinstance(found, datetime.date | datetime.time):
        return found.isoformat()
    if isinstance(found, datetime.timedelta):
        return found.total_seconds()
    return str(found) if isinstance(found, decimal.Decimal) else None


def _is_plain(kind: Any) -> bool:
    """Whether Arrow's Python values are JSON's as they come."""
    types = pa.types
    if types.is_list(kind) or types.is_large_list(kind):
        return _is_plain(kind.value_type)
    if types.is_struct(kind):
        return all(_is_plain(kind.field(index).type) for index in range(kind.num_fields))
    return bool(
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_integer(kind)
        or types.is_boolean(kind)
        or types.is_null(kind)
    )
