"""The report: a line for each thing that was looked at, and what was found if all is well."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from mactuner_tui.core import events, paths
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.model_folder import Weights
from mactuner_tui.engines.listener import Listener

T = TypeVar("T")


@dataclass(frozen=True)
class Found:
    """What a source turned out to be."""

    kind: Literal["model", "adapter", "gguf"]
    place: Path
    """Its folder; of a GGUF model the file."""
    weights: Weights
    companions: tuple[Path, ...] = ()
    """What belongs to the weights: config, tokenizer, licence."""
    tied: frozenset[str] = frozenset()
    """Tensors that are another tensor by a second name, and need not be stored."""
    details: dict[str, Any] = field(default_factory=dict)
    """For the manifest."""

    @property
    def is_pickled(self) -> bool:
        return self.weights.files[0].suffix == ".bin"

    @property
    def files(self) -> tuple[Path, ...]:
        index = (self.weights.index,) if self.weights.index else ()
        return (*self.companions, *index, *self.weights.files)


class Report:
    """Tells each line as soon as it is known."""

    def __init__(self, source: Path, listener: Listener) -> None:
        self.source = source
        self.problem: ModelError | None = None
        """The first thing that is wrong."""
        self.found: Found | None = None
        self._listener = listener

    def look(
        self, name: str, check: Callable[..., tuple[str, T]], *parts: object, needs: Collection[object] = ()
    ) -> T | None:
        """Look at one thing: the check of these parts returns what to say and what was found, or raises `ModelError`.

        Returns what was found; None when that is wrong. Nothing is looked at that rests on something wrong: when one
        of the parts, or of what is needed besides, is None.
        """
        self._listener.check()
        if any(part is None for part in (*parts, *needs)):
            self._tell(name, passed=False, detail="Not looked at: it rests on what is wrong.")
            return None
        try:
            said, found = check(*parts)
        except ModelError as error:
            self.problem = self.problem or ModelError(_sayable(error.message), error.hint)
            self._tell(name, passed=False, detail=error.message)
            return None
        self._tell(name, passed=True, detail=said)
        return found

    def demanded(self) -> Found:
        """What was found. Raises the first `ModelError` met when something was wrong."""
        if self.problem:
            raise self.problem
        if self.found is None:
            raise ModelError(f"{self.source} could not be looked over.", "This is a bug of MacTuner.")
        return self.found

    def _tell(self, name: str, *, passed: bool, detail: str) -> None:
        folder = self.source if paths.is_folder(self.source) else self.source.parent
        said = _sayable(detail.replace(f"{folder}/", ""))
        self._listener.emit(events.CheckMade(name=name, passed=passed, detail=said))


def _sayable(text: str) -> str:
    """Names in a model may hold what is half a character, which no event can carry."""
    return text.encode("utf-8", "backslashreplace").decode()
