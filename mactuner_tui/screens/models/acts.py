"""What is done with a model of the library once a person has been asked: delete, rename, copy its path."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import NamedTuple

from textual.widget import Widget

from mactuner_tui.core import library, paths
from mactuner_tui.core.errors import SpecError
from mactuner_tui.core.numbers import bytes_text
from mactuner_tui.core.overview import JobView
from mactuner_tui.core.specs.fields import check
from mactuner_tui.core.specs.models import ImportSpec
from mactuner_tui.runtime import shelf
from mactuner_tui.widgets.choice import Choice, TextModal
from mactuner_tui.widgets.confirm import ConfirmModal
from mactuner_tui.widgets.host import Host, JobAsked


class Use(NamedTuple):
    """Something that can be done with a model, and the action that does it."""

    choice: Choice
    action: str


USES = (
    Use(Choice("Chat with it", "Ask it something, as it is now."), "chat"),
    Use(Choice("Train it", "Tune it on a dataset: the Training screen opens with it as the base."), "train"),
    Use(Choice("Rename it", "Give it another name."), "rename"),
    Use(Choice("Copy its path", "The path of its files goes to the clipboard."), "copy_path"),
    Use(Choice("Open its folder", "On this Mac in the Finder; over SSH its path is shown."), "open_folder"),
    Use(Choice("Delete it", "Asks a second time, and says what that frees."), "delete"),
)


async def delete_model(app: Host, name: str) -> bool:
    """Ask, saying what it frees, and take the model out of the library. Raises `ModelError` when it is needed."""
    removal = await asyncio.to_thread(shelf.removal, name)
    detail = f"This frees {bytes_text(removal.freed)}."
    if removal.stays is not None:
        detail = f"It leaves the library; its files stay where they are: {removal.stays}. {_freed_elsewhere(removal)}"
    if not await app.push_screen_wait(ConfirmModal(f"Delete {name}?", detail, "Delete")):
        return False
    await asyncio.to_thread(shelf.remove, name)
    return True


def _freed_elsewhere(removal: shelf.Removal) -> str:
    return "Cache, above, deletes them." if removal.model.manifest.inputs.get("repo") else ""


async def delete_job(asker: Widget, view: JobView) -> None:
    """Ask, and forget a download or an import that did not come to its end."""
    detail = "What was downloaded by now stays in the cache: Cache, above, deletes it."
    if view.kind == ImportSpec.kind:
        detail = "The source of the import stays as it is."
    question = ConfirmModal(f"Forget the {view.kind} of {view.title}?", detail, "Forget")
    if await asker.app.push_screen_wait(question):
        asker.post_message(JobAsked("delete", view.id))


async def rename_model(app: Host, name: str) -> str | None:
    """Ask for another name and give it. Returns it, None when there was none. Raises `ModelError` when it is needed."""
    new = await app.push_screen_wait(TextModal(f"Another name for {name}", name, name_problem))
    if new is None or new == name:
        return None
    await asyncio.to_thread(shelf.rename, name, new)
    return new


def name_problem(name: str) -> str | None:
    """Why a model cannot have this name, or None."""
    if problem := check(ImportSpec, "name", name):
        return problem
    try:
        taken = library.free_name(paths.models(), name) != name
    except (OSError, SpecError):
        taken = False
    return f"There is a model called {name} already" if taken or library.is_starter(name) else None


def copy_path(app: Host, path: Path) -> None:
    app.copy_to_clipboard(str(path))
    app.notify(str(path), title="Copied", markup=False)


def open_folder(app: Host, path: Path) -> None:
    """Open the folder in the Finder, or where there is none, or no one to see it, say where it is."""
    folder = path if path.is_dir() else path.parent
    if sys.platform == "darwin" and "SSH_CONNECTION" not in os.environ:
        app.open_url(folder.as_uri())
    app.notify(str(folder), title="Its folder", timeout=10, markup=False)
