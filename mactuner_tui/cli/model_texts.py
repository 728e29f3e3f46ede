"""Models as the shell shows them: as tables and lines, or as one JSON document."""

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from mactuner_tui.cli import output
from mactuner_tui.core import memory, shelf
from mactuner_tui.core.events import CacheListed
from mactuner_tui.core.hub_models import HubDetail, HubFile, HubModel
from mactuner_tui.core.machine import Machine
from mactuner_tui.core.model_facts import ModelFacts
from mactuner_tui.core.numbers import bytes_text, significant, when_text
from mactuner_tui.runtime import telemetry

UNKNOWN = "–"
METHOD_NAMES = {"full": "Full", "lora": "LoRA", "qlora": "QLoRA"}
COMMIT_LETTERS = 8


def show_library(json: bool) -> None:
    """The models of the library."""
    models = shelf.models()
    if json:
        output.show_json([_document(model) for model in models])
        return
    rows = [
        (
            model.name,
            model.artefact.kind,
            bytes_text(model.artefact.manifest.size_bytes) if model.is_there else "files gone",
            _count(model.parameters),
            model.base or UNKNOWN,
            model.origin,
            when_text(model.used) if model.used else UNKNOWN,
        )
        for model in models
    ]
    output.show_table(
        ("name", "kind", "size", "parameters", "base", "origin", "last use"),
        rows,
        "No models yet. `mactuner models get starter` unpacks one.",
    )


def show_model(name: str, json: bool) -> None:
    """One model of the library."""
    model = next(model for model in shelf.models() if model.name == name)
    facts, machine = shelf.facts(model.artefact), telemetry.machine()
    if json:
        known = {"facts": facts.model_dump(), "memory": _memory_document(facts, machine)}
        output.show_json(_document(model) | known)
        return
    made = model.artefact.manifest
    _show_lines(
        {
            "name": model.name,
            "kind": model.artefact.kind,
            "size": bytes_text(made.size_bytes),
            "files": str(model.artefact.content) + ("" if model.is_there else " (gone)"),
            "base": model.base,
            "origin": " ".join([model.origin, *(f"{role}={value}" for role, value in made.inputs.items())]),
            "made": f"{made.created} by {made.job}" if made.job else made.created,
            "last use": when_text(model.used) if model.used else "not yet",
            "note": made.note,
            **_fact_lines(facts),
        }
    )
    _show_memory(facts, machine)


def show_found(models: Sequence[HubModel], json: bool) -> None:
    """What a search found."""
    machine = telemetry.machine()
    if json:
        fits = [memory.fitting(model.facts, machine) for model in models]
        output.show_json([model.model_dump() | {"fits": fit} for model, fit in zip(models, fits, strict=True)])
        return
    rows = [
        (
            model.id,
            _count(model.facts.parameters),
            bytes_text(model.weight_bytes) if model.weight_bytes else UNKNOWN,
            f"{model.facts.context:,}" if model.facts.context else UNKNOWN,
            model.license or UNKNOWN,
            "no" if model.gate == "no" else "gated",
            when_text(model.updated) if model.updated else UNKNOWN,
            _fits(model.facts, machine),
        )
        for model in models
    ]
    columns = ("id", "params", "size", "context", "licence", "gated", "updated", "fits")
    output.show_table(columns, rows, "The Hub has no such model.")


def show_detail(detail: HubDetail, json: bool) -> None:
    """A model of the Hub: facts, files, what it can be used for."""
    model, machine = detail.model, telemetry.machine()
    if json:
        output.show_json(detail.model_dump() | {"memory": _memory_document(model.facts, machine)})
        return
    _show_lines(
        {
            "id": model.id,
            "revision": detail.revision,
            "licence": model.license or "not told",
            "gated": "" if model.gate == "no" else "yes: its owner grants access on the model's page",
            "weights": bytes_text(model.weight_bytes) if model.weight_bytes else "",
            **_fact_lines(model.facts),
            "chat template": "yes" if detail.chat_template else "no",
            "can be used to": ", ".join(detail.abilities) or "nothing here",
            "not": detail.cannot,
        }
    )
    _show_memory(model.facts, machine)
    files = [(file.path, bytes_text(file.size), _standing(file)) for file in detail.files]
    output.show_table(("file", "size", "download"), files, "No files.")


def show_cache(listed: CacheListed, json: bool) -> None:
    """What lies in the Hugging Face cache."""
    if json:
        output.show_json(listed.model_dump(exclude={"event", "at"}))
        return
    output.notes.print(f"{listed.folder}: {bytes_text(listed.size)}", soft_wrap=True)
    revisions = [
        (
            one.repo,
            one.kind,
            one.commit[:COMMIT_LETTERS],
            ", ".join(one.refs) or UNKNOWN,
            bytes_text(one.size),
            bytes_text(one.freed),
            when_text(one.used),
            ", ".join(one.library) or UNKNOWN,
        )
        for one in listed.revisions
    ]
    columns = ("repository", "kind", "commit", "refs", "size", "frees", "last read", "in the library as")
    output.show_table(columns, revisions, "Nothing was downloaded yet.")
    if listed.partials:
        broken_off = [(one.repo, bytes_text(one.size)) for one in listed.partials]
        output.show_table(("broken-off download", "size"), broken_off, "")
    for problem in listed.problems:
        output.notes.print(Text(problem, "yellow"), soft_wrap=True)


def _document(model: shelf.Model) -> dict[str, Any]:
    """The manifest's fields, and what else the table tells."""
    return {
        **model.artefact.manifest.model_dump(),
        "name": model.name,
        "folder": str(model.artefact.folder),
        "content": str(model.artefact.content),
        "origin": model.origin,
        "base": model.base or None,
        "parameters": model.parameters,
        "used": model.used,
        "is_there": model.is_there,
    }


def _fact_lines(facts: ModelFacts) -> dict[str, str]:
    heads = f"{facts.heads}" + (f", {facts.kv_heads} for keys and values" if facts.kv_heads else "")
    return {
        "architecture": facts.architecture,
        "parameters": _count(facts.parameters),
        "layers": _plain(facts.layers),
        "hidden size": _plain(facts.hidden),
        "heads": heads if facts.heads else UNKNOWN,
        "vocabulary": _plain(facts.vocabulary),
        "context": _plain(facts.context),
        "dtype": facts.dtype,
    }


def _standing(file: HubFile) -> str:
    if not file.needed:
        return "not needed"
    return "is there" if file.there == file.size else "needed"


def _memory_document(facts: ModelFacts, machine: Machine) -> dict[str, Any]:
    needs = memory.needs(facts, machine)
    return {
        "budget": memory.budget(machine),
        **{method: {"total": need.total, "terms": need.terms} for method, need in needs.items()},
    }


def _show_memory(facts: ModelFacts, machine: Machine) -> None:
    needs, budget = memory.needs(facts, machine), memory.budget(machine)
    if not needs:
        return
    terms = dict.fromkeys(term for need in needs.values() for term in need.terms)
    rows = [(term, *(_bytes(need.terms.get(term)) for need in needs.values())) for term in terms]
    rows.append(("in all", *(f"≈ {bytes_text(need.total)}" for need in needs.values())))
    rows.append(("fits", *("yes" if need.total <= budget else "no" for need in needs.values())))
    output.console.print(
        f"Memory to train it, estimated: {memory.LEAN}; this machine gives {bytes_text(budget)}",
        soft_wrap=True,
    )
    output.show_table(("", *(METHOD_NAMES[method] for method in needs)), rows, "")


def _fits(facts: ModelFacts, machine: Machine) -> str:
    fitting = memory.fitting(facts, machine)
    if fitting is None:
        return "?"
    return " ".join(METHOD_NAMES[method][0] for method in fitting) or "no"


def _show_lines(lines: dict[str, str]) -> None:
    output.show_pairs((label, value) for label, value in lines.items() if value and value != UNKNOWN)


def _count(parameters: int | None) -> str:
    """`135M`, `8.03B`."""
    if parameters is None:
        return UNKNOWN
    return f"{significant(parameters / 1e9)}B" if parameters >= 0.9995e9 else f"{significant(parameters / 1e6)}M"


def _bytes(size: int | None) -> str:
    return UNKNOWN if size is None else bytes_text(size)


def _plain(number: int | None) -> str:
    return UNKNOWN if number is None else f"{number:,}"
