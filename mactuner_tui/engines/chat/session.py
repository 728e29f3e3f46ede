"""The chat session: keeps one model in memory and answers with it, with its adapter or without.

A folder is loaded by transformers, a GGUF file by llama.cpp; which one it is decides for the process's whole life,
because the two libraries cannot live in one (FOUNDATIONS.md, 5).
"""

import sys
import time
from pathlib import Path
from typing import Protocol

from mactuner_tui.core import events, library, model_folder, shelf
from mactuner_tui.core.errors import SessionError
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.chat import AnswerRequest, LoadRequest
from mactuner_tui.engines.models import starter
from mactuner_tui.engines.session_host import RequestContext


class Speaker(Protocol):
    """A loaded model that answers."""

    device: str

    def answer(self, request: AnswerRequest, context: RequestContext) -> None: ...


class Engine:
    """Serves `load` and `answer`."""

    def __init__(self) -> None:
        self._speaker: Speaker | None = None

    def handle(self, request: RequestSpec, context: RequestContext) -> None:
        """Carry out one request."""
        match request:
            case LoadRequest():
                self._load(request.model, context)
            case AnswerRequest():
                if self._speaker is None:
                    raise SessionError("No model is loaded.", "Load one first.")
                self._speaker.answer(request, context)

    def _load(self, name: str, context: RequestContext) -> None:
        began = time.monotonic()
        is_gguf = library.is_gguf(name)
        if ("torch" if is_gguf else "llama_cpp") in sys.modules:
            raise SessionError(
                f"{name} needs a chat process of its own: this one has loaded a model of the other kind.",
                "Start the chat anew.",
            )
        found = starter.ensure(context.emit) if name == library.STARTER else library.find_model(name)
        base, adapter = (found, None) if is_gguf else _parts(found)
        self._speaker = None
        self._speaker = _load_gguf(base, context) if is_gguf else _load_folder(base, adapter, context)
        shelf.mark_used(name)
        context.emit(
            events.ModelLoaded(
                model=name,
                base=base.name,
                adapter=adapter.name if adapter else None,
                device=self._speaker.device,
                seconds=time.monotonic() - began,
            )
        )


def _load_folder(base: Path, adapter: Path | None, context: RequestContext) -> Speaker:
    context.emit(events.StageStarted(stage="loading the libraries"))
    # Imported here: a wrong model is reported before ten seconds of imports are spent.
    from mactuner_tui.engines.chat.speaker import Speaker as FolderSpeaker

    context.emit(events.StageStarted(stage="loading the model"))
    return FolderSpeaker.load(base, adapter)


def _load_gguf(file: Path, context: RequestContext) -> Speaker:
    context.emit(events.StageStarted(stage="loading the model"))
    from mactuner_tui.engines.chat.gguf_speaker import GgufSpeaker

    return GgufSpeaker.load(file)


def _parts(folder: Path) -> tuple[Path, Path | None]:
    """The base model's folder and, if the folder holds one, the adapter's. Raises `ModelError` for a damaged one."""
    if model_folder.is_adapter(folder):
        adapter = model_folder.read_adapter(folder)
        return adapter.base, adapter.folder
    model_folder.check_model(folder)
    return folder, None
