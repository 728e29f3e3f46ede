"""The finding on rows that do not get as far as the other checks, or into the dataset: those that cannot be used."""

from collections.abc import Sequence

from mactuner_tui.core.numbers import count_text
from mactuner_tui.core.profile import Finding
from mactuner_tui.engines.data.doctor.fault import EXAMPLES
from mactuner_tui.engines.data.rows import BadRow

CODE = "unusable"


def unusable_finding(rows: Sequence[BadRow], count: int) -> Finding:
    """What there is to say of `count` rows that cannot be used, of which `rows` are the first."""
    if not count:
        return Finding(code=CODE, title="every row can be used", severity="ok", count=0)
    return Finding(
        code=CODE,
        title=count_text(count, "row cannot be used", "rows cannot be used"),
        severity="error",
        count=count,
        examples=tuple(row.number for row in rows if row.number is not None)[:EXAMPLES],
        detail=" ".join(f"The first: {row.where}: {row.reason}" for row in rows[:1]),
    )
