"""The rows' way from the file into the dataset, in one line; what is not counted yet is marked as an estimate."""

from __future__ import annotations

from textual.content import Content

from mactuner_tui.screens.data.state import DataState

ARROW = Content.styled(" → ", "$quiet")


def flow(state: DataState, width: int) -> Content:
    """`12,400 read → 12,388 mapped → ≈ 11,020 clean → ≈ 8,816 train / 2,204 valid`; in little width not all of it."""
    opened, scanned = state.opened, state.scanned
    if opened is None:
        return Content.styled("no rows yet", "$quiet")
    if scanned is None:
        return Content.styled("reading …", "$quiet")
    parts = [Content.assemble((f"{scanned.rows:,}", "bold"), (" read", "$quiet"))]
    if scanned.bad:
        parts[0] = Content.assemble(parts[0], (f" ! {scanned.bad:,} bad", "$state-warn"))
    parts += _beyond_reading(state, scanned.rows)
    whole = ARROW.join(parts)
    return whole if whole.cell_length <= width else ARROW.join([parts[0], *parts[2:]])


def _beyond_reading(state: DataState, rows: int) -> list[Content]:
    counts, preview = state.counts, state.estimate
    if counts is not None:
        return [
            _part(counts.mapped, "mapped", True),
            _part(counts.clean, "clean", True),
            _split(counts.train, counts.valid, True),
        ]
    if preview is None or not preview.read:
        return []
    scale = 1 if preview.exact else rows / preview.read
    clean = round(preview.clean * scale)
    kept = min(clean, state.output.rows or clean)
    valid = round(kept * state.output.split.valid_share)
    return [
        _part(round(preview.mapped * scale), "mapped", preview.exact),
        _part(clean, "clean", preview.exact),
        _split(kept - valid, valid, False),
    ]


def _part(count: int, word: str, exact: bool) -> Content:
    return Content.assemble(("" if exact else "≈ ", "$quiet"), (f"{count:,}", "bold"), (f" {word}", "$quiet"))


def _split(train: int, valid: int, exact: bool) -> Content:
    return Content.assemble(_part(train, "train", exact), (" / ", "$quiet"), _part(valid, "valid", True))
