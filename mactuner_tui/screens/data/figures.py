"""A profile in words and numbers."""

from __future__ import annotations

from textual.content import Content

from mactuner_tui.core.numbers import bytes_text, significant
from mactuner_tui.core.profile import Column, Lengths, Profile, Share
from mactuner_tui.widgets.texts import percent

NAME_WIDTH = 12
SHOWN_BARS = 10


def standing(profile: Profile) -> Content:
    """Whether the figures are exact, or what they are estimated from."""
    if profile.exact:
        return Content.assemble(("✓ exact", "bold $state-good"), (f"  all {profile.seen:,} rows", "$quiet"))
    return Content.assemble(("≈ from a sample", "bold $state-warn"), f" of {profile.seen:,} rows")


def figures(profile: Profile) -> Content:
    """The figures as a table: names at the left."""
    near = "" if profile.exact else "≈ "
    of = f" of {profile.rows:,} read" if profile.rows is not None else ""
    lines = [
        ("rows", f"{profile.seen:,} looked at{of}"),
        ("columns", f"{len(profile.columns):,}"),
        ("file", bytes_text(profile.source_bytes)),
        ("text", f"{near}{bytes_text(profile.memory_bytes)} in memory"),
        ("duplicates", f"{near}{profile.duplicates:,}"),
        ("characters", f"{near}{spread(profile.characters)}"),
        ("words", f"{near}{spread(profile.words)}"),
        ("tokens", f"{near}{spread(profile.tokens)}" if profile.tokens else "not counted yet"),
    ]
    return Content("\n").join(Content.assemble((name.ljust(NAME_WIDTH), "$quiet"), value) for name, value in lines)


def spread(lengths: Lengths, short: bool = False) -> str:
    """`mean 61.2 · median 45 · 90 % ≤ 120 · 99 % ≤ 480 · most 2,304`; the short form has less of it."""
    if short:
        return f"median {lengths.median:,} · 99 % ≤ {lengths.p99:,}"
    return (
        f"mean {significant(lengths.mean)} · median {lengths.median:,} · "
        f"90 % ≤ {lengths.p90:,} · 99 % ≤ {lengths.p99:,} · most {lengths.maximum:,}"
    )


def beyond(profile: Profile) -> Content:
    """How many rows are cut at the maximum length."""
    if profile.tokens is None:
        return Content.styled("The tokens are not counted yet.", "$quiet")
    share = _share(profile.beyond / profile.seen if profile.seen else 0)
    told = f"{profile.beyond:,} longer, {share}" if profile.exact else f"≈ {share} longer"
    mark, style = ("! ", "$state-warn") if profile.beyond else ("✓ ", "$state-good")
    length = f"max length {profile.max_length:,}: "
    return Content.assemble(
        ("│ ", "$chart-mark"), length, (f"{mark}{told if profile.beyond else 'none longer'}", style)
    )


def _share(share: float) -> str:
    return percent(share) if share >= 0.01 or not share else "< 1 %"


def missing_bars(profile: Profile) -> list[tuple[str, float, str]]:
    """Columns with the share of rows in which they are missing, the emptiest first."""
    rows = profile.rows or profile.seen or 1
    ordered = sorted(profile.columns, key=lambda column: -column.missing)[:SHOWN_BARS]
    return [(column.name, column.missing / rows, _missing(column, rows)) for column in ordered]


def _missing(column: Column, rows: int) -> str:
    return _share(column.missing / rows) if column.missing else "none"


def word_bars(profile: Profile) -> list[tuple[str, float, str]]:
    """The most frequent words."""
    return [(one.word, float(one.count), f"{one.count:,}") for one in profile.top_words[:SHOWN_BARS]]


def share_bars(shares: tuple[Share, ...]) -> list[tuple[str, float, str]]:
    """Languages or scripts."""
    shown = shares[: SHOWN_BARS - 2]
    return [(one.name, one.share, _share(one.share)) for one in shown]
