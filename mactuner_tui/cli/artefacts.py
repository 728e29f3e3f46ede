"""Listing and deleting what the library holds."""

from collections.abc import Sequence

import typer

from mactuner_tui.cli import output
from mactuner_tui.core import files
from mactuner_tui.core.library import Artefact
from mactuner_tui.core.numbers import bytes_text


def show_artefacts(artefacts: Sequence[Artefact], json: bool, empty: str) -> None:
    """The artefacts' manifests as JSON, or a table of what matters in them."""
    if json:
        output.show_json([{"folder": str(one.folder), **one.manifest.model_dump()} for one in artefacts])
        return
    rows = [(one.name, one.kind, bytes_text(one.manifest.size_bytes), one.manifest.note) for one in artefacts]
    output.show_table(("name", "kind", "size", "note"), rows, empty)


def forget(artefact: Artefact, sure: bool) -> None:
    """Delete an artefact's folder, asking first unless the user is sure."""
    freed = bytes_text(artefact.manifest.size_bytes)
    if sure or typer.confirm(f"Delete {artefact.kind} {artefact.name}? This frees {freed} and cannot be undone."):
        files.remove_folder(artefact.folder)
        output.console.print(f"{artefact.name} deleted, {freed} freed")
