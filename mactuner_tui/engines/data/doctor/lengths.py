"""What the lengths of rows in tokens mean for the training: what is cut, and what would help."""

from collections.abc import Iterator, Sequence

import numpy as np

from mactuner_tui.core.profile import Finding, Repair
from mactuner_tui.core.specs.cleaning import LengthInTokens
from mactuner_tui.engines.data.doctor.facts import Facts
from mactuner_tui.engines.data.doctor.fault import Fault, Tally

UNEVEN, LONG = 20, 512
"""Lengths are uneven when one row in a hundred has more than `UNEVEN` times the median, and more than `LONG` tokens."""
STEP = 64
"""A maximum length is proposed in multiples of it."""

UNEVEN_LENGTHS = Fault(
    code="uneven-lengths",
    absent="the rows are of similar length",
    one=f"row is more than {UNEVEN} times as long as the median",
    many=f"rows are more than {UNEVEN} times as long as the median",
    severity="note",
    detail="They are cut, or the batches they are in are mostly padding.",
)


def _truncated(max_length: int) -> Fault:
    return Fault(
        code="truncated",
        absent=f"every row fits into {max_length:,} tokens",
        one=f"row is longer than {max_length:,} tokens",
        many=f"rows are longer than {max_length:,} tokens",
        severity="warning",
        detail="The end of it is cut off, and with it the end of the answer.",
    )


def _answer_cut(max_length: int) -> Fault:
    return Fault(
        code="answer-cut",
        absent=f"every answer begins within {max_length:,} tokens",
        one=f"row has its whole answer beyond {max_length:,} tokens",
        many=f"rows have their whole answer beyond {max_length:,} tokens",
        severity="error",
        detail="Nothing of the answer is left, so training leaves the row out.",
    )


def length_findings(facts: Sequence[Facts], max_length: int, limit: int | None, remark: str) -> Iterator[Finding]:
    """Truncated rows, those that lose their whole answer, and uneven lengths."""
    beyond = [fact for fact in facts if fact.length > max_length]
    lost = [fact for fact in beyond if fact.learnt_from is not None and fact.learnt_from >= max_length]
    for fault, rows in ((_truncated(max_length), beyond), (_answer_cut(max_length), lost)):
        tally = Tally(fault, (fact.number for fact in rows))
        yield tally.finding(*_repairs(rows, max_length, limit), remark=remark)
    yield _uneven(facts, remark)


def _repairs(rows: Sequence[Facts], max_length: int, limit: int | None) -> Iterator[Repair]:
    """A longer `max_length`, as far as the model goes, and leaving the rows out."""
    if not rows:
        return
    longest = max(fact.length for fact in rows)
    fitting = -(-longest // STEP) * STEP
    allowed = fitting if limit is None else min(fitting, limit)
    if allowed > max_length:
        rest = "" if allowed >= longest else ", the most the model takes"
        yield Repair(title=f"raise the maximum length to {allowed:,}{rest}", max_length=allowed)
    yield Repair(title="drop these rows", step=LengthInTokens(maximum=max_length))


def _uneven(facts: Sequence[Facts], remark: str) -> Finding:
    lengths = np.array([fact.length for fact in facts] or [0])
    median, long = np.median(lengths), np.percentile(lengths, 99, method="higher")
    most = int(UNEVEN * median)
    uneven = long > LONG and long > most
    tally = Tally(UNEVEN_LENGTHS, (fact.number for fact in facts if uneven and fact.length > most))
    return tally.finding(Repair(title="drop these rows", step=LengthInTokens(maximum=most)), remark=remark)
