"""A model of the Hub as a line of the table, and in detail."""

from __future__ import annotations

from textual.content import Content

from mactuner_tui.core.hub_models import Ability, HubDetail, HubFile, HubModel
from mactuner_tui.core.machine import Machine
from mactuner_tui.core.numbers import bytes_text, count_text, month_text
from mactuner_tui.screens.models.words import (
    context_text,
    fits,
    named,
    needs,
    paragraphs,
    parameters_text,
    quiet,
    shape,
)
from mactuner_tui.widgets.column_list import Column, Line
from mactuner_tui.widgets.texts import one_line

COLUMNS = (
    Column("model", 28),
    Column("", 1),
    Column("params", 6, "right"),
    Column("weights", 7, "right", rank=1),
    Column("ctx", 4, "right", rank=2),
    Column("licence", 10, rank=3),
    Column("updated", 7, rank=4),
    Column("loads", 5, "right", rank=5),
    Column("≈fits", 5),
)
GATES = {
    "no": "open to all",
    "auto": "⚿ gated: access on request, given at once",
    "manual": "⚿ gated: access on request",
}
ABILITIES: dict[Ability, str] = {"train": "train", "chat": "chat", "export": "export"}


def hub_line(model: HubModel, machine: Machine | None, in_library: bool) -> Line:
    """A line of the search. ⚿: its owner grants access on request. ✓: it is in the library."""
    facts = model.facts
    mark = Content.styled("✓", "$state-good") if in_library else Content("⚿" if _is_closed(model) else "")
    cells = (
        Content(one_line(model.id)),
        mark,
        Content(parameters_text(facts.parameters)),
        Content(bytes_text(model.weight_bytes) if model.weight_bytes else ""),
        Content(context_text(facts.context)),
        quiet(one_line(model.license)),
        quiet(month_text(model.updated) if model.updated else ""),
        quiet(compact(model.downloads)),
        fits(facts, machine) if model.library != "gguf" else quiet("chat"),
    )
    return Line(model.id, cells)


def _is_closed(model: HubModel) -> bool:
    return model.private or model.gate != "no"


def compact(count: int) -> str:
    """`1.2M`, `17K`, `230`."""
    for size, letter in ((1_000_000, "M"), (1000, "K")):
        if count >= size:
            value = count / size
            return f"{value:.1f}{letter}" if value < 9.95 else f"{value:.0f}{letter}"
    return str(count)


def hub_panel(model: HubModel, machine: Machine | None) -> Content:
    """What the search tells of a model."""
    what, *rest = facts_text(model, machine)
    return paragraphs([Content.styled(one_line(model.id), "bold"), *what], *rest)


def facts_text(model: HubModel, machine: Machine | None) -> list[list[Content]]:
    """The facts in groups."""
    return [
        [shape(model.facts)],
        [
            named("weights", _weights(model)),
            named("licence", one_line(model.license) or "not told"),
            named("access", "⚿ private" if model.private else GATES[model.gate]),
            named("updated", month_text(model.updated) if model.updated else ""),
            named("likes", f"{compact(model.likes)} · {compact(model.downloads)} downloads/month"),
        ],
        needs(model.facts, machine) if model.library != "gguf" else [],
    ]


def _weights(model: HubModel) -> str:
    if model.weight_bytes:
        return bytes_text(model.weight_bytes)
    return "as the GGUF file that is chosen" if model.library == "gguf" else "unknown"


def detail_text(detail: HubDetail, machine: Machine | None) -> Content:
    """All facts of a model, what can be done with it, its files."""
    can = ", ".join(ABILITIES[ability] for ability in detail.abilities) or "nothing"
    template = Content.styled("✓ chat template", "$state-good") if detail.chat_template else quiet("no chat template")
    cannot = Content.assemble(("! ", "$state-warn"), one_line(detail.cannot)) if detail.cannot else Content()
    return paragraphs(
        [named("can do", Content.assemble((can, "bold"), "   ", template)), cannot],
        *facts_text(detail.model, machine),
        files_text(detail),
    )


def files_text(detail: HubDetail) -> list[Content]:
    """The files with their sizes; those that a download takes are marked."""
    needed = [file for file in detail.files if file.needed]
    taken = f"{len(needed)} of them, {bytes_text(sum(file.size for file in needed))}"
    if detail.ggufs and "train" not in detail.abilities:
        taken = "one GGUF file, which you choose"
    head = quiet(f"{count_text(len(detail.files), 'file')}; ↓ a download takes {taken}")
    return [head, *(_file(file) for file in detail.files)]


def _file(file: HubFile) -> Content:
    return Content.assemble(("↓ ", "$text-primary") if file.needed else "  ", file_content(file))


def file_content(file: HubFile) -> Content:
    """`2.47 GB  model.safetensors  1.1 GB here`."""
    there = f"  {bytes_text(file.there)} here" if file.there else ""
    if file.there >= file.size > 0:
        there = "  ✓ on this disk"
    return Content.assemble(f"{bytes_text(file.size):>8}  ", one_line(file.path), (there, "$state-good"))
