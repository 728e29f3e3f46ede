"""The chat session: keeps one model in memory and answers with it, with its adapter or without."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from mactuner_tui.core import events, library, model_folder
from mactuner_tui.core.errors import SessionError
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.chat import AnswerRequest, LoadRequest
from mactuner_tui.engines.models import starter
from mactuner_tui.engines.session_host import RequestContext

if TYPE_CHECKING:
    from mactuner_tui.engines.chat.speaker import Speaker


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
        folder = starter.ensure(context.emit) if name == library.STARTER else library.find_model(name)
        base, adapter = _parts(folder)
        context.emit(events.StageStarted(stage="loading the libraries"))
        # Imported here: a wrong model is reported before ten seconds of imports are spent.
        from mactuner_tui.engines.chat.speaker import Speaker

        self._speaker = None
        context.emit(events.StageStarted(stage="loading the model"))
        self._speaker = Speaker.load(base, adapter)
        context.emit(
            events.ModelLoaded(
                model=name,
                base=base.name,
                adapter=adapter.name if adapter else None,
                device=self._speaker.device.type,
                seconds=time.monotonic() - began,
            )
        )


def _parts(folder: Path) -> tuple[Path, Path | None]:
    """The base model's folder and, if the folder holds one, the adapter's. Raises `ModelError` for a damaged one."""
    if model_folder.is_adapter(folder):
        adapter = model_folder.read_adapter(folder)
        return adapter.base, adapter.folder
    model_folder.check_model(folder)
    return folder, None
