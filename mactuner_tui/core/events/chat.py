"""What a chat session says."""

from typing import Literal

from mactuner_tui.core.events.base import BaseEvent


class ModelLoaded(BaseEvent):
    """A model is ready to answer. `adapter` is the adapter's name, or None for a base model alone."""

    event: Literal["model_loaded"] = "model_loaded"
    model: str
    base: str
    adapter: str | None
    device: str
    seconds: float


class TextGenerated(BaseEvent):
    """The next piece of an answer."""

    event: Literal["text_generated"] = "text_generated"
    text: str


class AnswerFinished(BaseEvent):
    """An answer is complete, or was cut off by `cancelled` or by the token limit (`ended` False)."""

    event: Literal["answer_finished"] = "answer_finished"
    prompt_tokens: int
    reused_tokens: int
    """Prompt tokens that were still in the cache from the turn before."""
    tokens: int
    first_token_seconds: float
    tokens_per_second: float
    ended: bool
    """Whether the model itself ended its turn."""
