"""What a model is and what it needs, in words and numbers: for the library and the Hub alike."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from mactuner_tui.core import memory
from mactuner_tui.core.machine import Machine
from mactuner_tui.core.memory import METHODS, Method
from mactuner_tui.core.model_facts import ModelFacts
from mactuner_tui.core.numbers import bytes_text, significant

TITLES: dict[Method, str] = {"full": "Full", "lora": "LoRA", "qlora": "QLoRA"}
LETTERS: dict[Method, str] = {"full": "F", "lora": "L", "qlora": "Q"}
DTYPES = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}
NAME_WIDTH = 9
TERM_NAME, TERM_WIDTH = 11, 8
"""Together no wider than the right panel."""
DOT = " · "


def quiet(text: str) -> Content:
    return Content.styled(text, "$quiet")


def parameters_text(count: int | None) -> str:
    """`135M`, `4.02B`."""
    if not count:
        return ""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M")):
        if count >= 0.9995 * size:
            return f"{significant(count / size)}{letter}"
    return f"{significant(count / 1e3)}K"


def context_text(tokens: int | None) -> str:
    """`8K`, `131K`."""
    if not tokens:
        return ""
    thousand = 1024 if tokens % 1024 == 0 else 1000
    return f"{tokens / thousand:.0f}K" if tokens >= thousand else str(tokens)


def fits(facts: ModelFacts, machine: Machine | None) -> Content:
    """`F L Q` for what fits into this machine's memory, a dot for what does not; nothing where that cannot be told."""
    fitting = memory.fitting(facts, machine) if machine and facts.parameters else None
    if fitting is None:
        return Content()
    return Content(" ").join(
        Content.styled(LETTERS[method], "bold $state-good") if method in fitting else quiet("·") for method in METHODS
    )


def shape(facts: ModelFacts) -> Content:
    """Architecture and sizes, in one paragraph."""
    told = (
        facts.architecture,
        f"{parameters_text(facts.parameters)} parameters" if facts.parameters else "",
        f"{facts.layers} layers" if facts.layers else "",
        f"{facts.hidden:,} hidden" if facts.hidden else "",
        f"{facts.vocabulary:,} vocabulary" if facts.vocabulary else "",
        f"context {facts.context:,}" if facts.context else "",
        DTYPES.get(facts.dtype, facts.dtype),
    )
    return Content(DOT.join(part for part in told if part))


def needs(facts: ModelFacts, machine: Machine | None) -> list[Content]:
    """What training takes, term by term, for each method. Empty where that cannot be told."""
    terms = [need.terms for need in memory.needs(facts, machine).values()] if machine else []
    if len(terms) < len(METHODS):
        return []
    titles = _row("≈ to train", [Content.styled(TITLES[method], "bold") for method in METHODS])
    names = dict.fromkeys(name for one in sorted(terms, key=len, reverse=True) for name in one)
    rows = [_row(name, [quiet(bytes_text(one[name]) if name in one else "") for one in terms]) for name in names]
    sums = _row("in all", [Content.styled(bytes_text(sum(one.values())), "bold") for one in terms])
    return [titles, *rows, sums, *_verdict(facts, machine)]


def _verdict(facts: ModelFacts, machine: Machine | None) -> list[Content]:
    fitting = memory.fitting(facts, machine) if machine else None
    if machine is None or fitting is None:
        return []
    good, bad = Content.styled("✓ fits", "$state-good"), Content.styled("! no", "$state-warn")
    most = quiet(f"for {memory.LEAN}; there are {bytes_text(memory.budget(machine))}")
    return [_row("", [good if method in fitting else bad for method in METHODS]), most]


def _row(name: str, cells: Iterable[Content]) -> Content:
    """A row of the table of terms: its cells stand below each other, at the right."""
    parts = [Content.assemble(" " * max(TERM_WIDTH - cell.cell_length, 1), cell) for cell in cells]
    return Content.assemble((name.ljust(TERM_NAME), "$quiet"), *parts)


def named(name: str, value: str | Content) -> Content:
    """A line of facts: its name at the left."""
    return Content.assemble((name.ljust(NAME_WIDTH), "$quiet"), value)


def paragraphs(*parts: Iterable[Content]) -> Content:
    """Groups of lines with a blank line between them; empty groups are left out."""
    groups = [Content("\n").join(lines) for part in parts if (lines := [line for line in part if line.plain])]
    return Content("\n\n").join(groups)
