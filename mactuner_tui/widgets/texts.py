"""Small pieces of styled text that several widgets draw: states, bars, sparklines, key hints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from mactuner_tui.core.numbers import duration_text, significant

if TYPE_CHECKING:
    from mactuner_tui.core.history import History
    from mactuner_tui.core.job import Status
    from mactuner_tui.core.machine import Pressure
    from mactuner_tui.core.overview import JobView

SPARKS = "▁▂▃▄▅▆▇█"

SIGNS = {"\n": "⏎", "\t": "⇥", "\r": "␍", "\u3000": "\u3000"}
"""What stands for a control character where it must not do its work."""

STATUS_VARIABLES = {
    "queued": "quiet",
    "running": "state-live",
    "paused": "state-warn",
    "finished": "state-good",
    "stopped": "quiet",
    "failed": "state-bad",
    "interrupted": "state-warn",
}
"""The theme variable that has the colour of a status."""

PRESSURE_STYLES: dict[Pressure, str] = {"ok": "$mem-ok", "high": "$mem-warn", "critical": "$mem-crit"}


def status_content(status: Status, word: bool = False) -> Content:
    """A job's symbol, in its colour, with the word where there is room."""
    text = f"{status.symbol} {status}" if word else status.symbol
    return Content.styled(text, f"${STATUS_VARIABLES[status]}")


def shortened(text: str, width: int) -> str:
    """The text in at most `width` characters, cut at its end."""
    return text if len(text) <= width else f"{text[: max(width - 1, 0)]}…"


def one_line(text: str) -> str:
    """The text on one line: line ends and tabs as signs, other control characters as a dot."""
    return "".join(SIGNS.get(sign, sign if sign.isprintable() else "·") for sign in text)


def last_part(path: str) -> str:
    """The last part of a path; a name as it is."""
    return path.rstrip("/").rpartition("/")[2] or path


def capitalised(text: str) -> str:
    """The text with its first letter large, the others as they are."""
    return f"{text[:1].upper()}{text[1:]}"


def percent(share: float) -> str:
    """`62 %`."""
    return f"{share * 100:.0f} %"


def job_pace(view: JobView) -> str:
    """How far a job is and how long it still takes: `62 % ≈ 3m 20s left`, or what it is doing before it can tell."""
    history = view.history
    if view.status == "queued":
        return "waiting"
    if view.status == "paused":
        return f"paused {percent(history.progress)}"
    if not history.steps and not history.speed:
        return history.stage or "starting"
    left = time_left(history)
    return f"{percent(history.progress)} {f'{left} left' if left else 'finishing'}"


def time_left(history: History) -> str:
    """`≈ 3m 20s`, or nothing when it cannot be told, as after the last step."""
    left = round(history.seconds_left or 0)
    return f"≈ {duration_text(left)}" if left else ""


def gigabytes(used: float, total: float) -> str:
    """`12.4 / 96 GB`."""
    return f"{significant(used / 1e9)} / {significant(total / 1e9)} GB"


def bar(share: float, width: int, style: str) -> Content:
    """A filled bar of `width` cells."""
    filled = round(min(max(share, 0.0), 1.0) * width)
    if share > 0 and filled == 0:
        filled = 1
    return Content.assemble(("█" * filled, style), ("░" * (width - filled), "$neutral"))


def sparkline(values: Sequence[float], top: float, width: int) -> str:
    """The last `width` values as a row of blocks, `top` being a full one."""
    shown = list(values)[-width:]
    blocks = (SPARKS[min(int(value / top * len(SPARKS)), len(SPARKS) - 1)] for value in shown)
    return "".join(blocks).rjust(width, SPARKS[0])


def hint(key: str, meaning: str) -> Content:
    """A key and what it does."""
    return Content.assemble((key, "bold $text-primary"), " ", (meaning, "$foreground"))
