"""Whose tokens rows are counted in, and whose template shows them: the tokenizer of a model of the library."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

from mactuner_tui.core import library
from mactuner_tui.core.events import BaseEvent
from mactuner_tui.engines.data.counting import TokenCounter
from mactuner_tui.engines.models import starter


def folder_of(model: str, emit: Callable[[BaseEvent], None]) -> Path:
    """The model's folder; the starter is unpacked if it is not there yet. Raises `ModelError` when there is none."""
    return starter.ensure(emit) if model == library.STARTER else library.find_model(model)


@cache
def counter_of(folder: Path) -> TokenCounter:
    """The token counter of a model folder, loaded when first asked for."""
    return TokenCounter.load(folder)


def context_length(folder: Path) -> int | None:
    """The most tokens that the model takes, as its config.json says; None where it does not."""
    try:
        config = json.loads((folder / "config.json").read_bytes())
    except (OSError, ValueError):
        return None
    length = config.get("max_position_embeddings") if isinstance(config, dict) else None
    return length if isinstance(length, int) else None
