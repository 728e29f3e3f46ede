"""What columns are called: without blanks around them, no two alike. Knows nothing of formats."""

from typing import Any

from mactuner_tui.engines.data.reading.limits import COLUMNS

REMEMBERED = 100
"""Characters of the longest name that is remembered."""
_plain: set[str] = set()
"""Names that need no change: most rows have the same ones."""


def column_names(header: list[str]) -> list[str]:
    """Names for the columns: the header's, numbered where one is missing or occurs again."""
    names: list[str] = []
    taken: set[str] = set()
    for position, given_name in enumerate(header, start=1):
        base = given_name.strip() or f"column_{position}"
        name, again = base, 1
        while name in taken:
            again += 1
            name = f"{base}_{again}"
        taken.add(name)
        names.append(name)
    return names


def with_plain_names(values: dict[str, Any]) -> dict[str, Any]:
    """The values of a row under names without blanks around them, numbered where one occurs again."""
    if _plain.issuperset(values):
        return values
    if any(name != name.strip() for name in values):
        return dict(zip(column_names(list(values)), values.values(), strict=True))
    if len(_plain) < COLUMNS:
        _plain.update(name for name in values if len(name) <= REMEMBERED)
    return values
