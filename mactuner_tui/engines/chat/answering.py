"""What every speaker says of an answer alike: its figures, and why it cannot give one. Imports no ML library."""

import time
from pathlib import Path

from mactuner_tui.core import events
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.specs.chat import GenerationSpec


class Pace:
    """When the tokens of an answer came."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._times: list[float] = []

    def token(self) -> None:
        """A token is there."""
        self._times.append(time.monotonic())

    def figures(self, prompt_tokens: int, reused_tokens: int, *, ended: bool) -> events.AnswerFinished:
        """Speed is counted from the first token to the last: reading the prompt is not writing."""
        first, last = (self._times[0], self._times[-1]) if self._times else (self._began, self._began)
        writing = last - first
        return events.AnswerFinished(
            prompt_tokens=prompt_tokens,
            reused_tokens=reused_tokens,
            tokens=len(self._times),
            first_token_seconds=first - self._began,
            tokens_per_second=(len(self._times) - 1) / writing if writing > 0 else 0.0,
            ended=ended,
        )


def no_template(model: Path) -> ModelError:
    """The error for a model that does not say how a conversation is written."""
    return ModelError(f"{model} has no chat template, so it cannot chat.", "Choose an instruction-tuned model.")


def refuse_too_long(prompt_tokens: int, generation: GenerationSpec, room: int | None) -> None:
    """Raise `ModelError` when prompt and answer may have more tokens than the model can take in."""
    if room and prompt_tokens + generation.max_new_tokens > room:
        raise ModelError(
            f"The conversation has {prompt_tokens:,} tokens; with max tokens = {generation.max_new_tokens:,} "
            f"that is more than the {room:,} this model can take in.",
            "Clear the conversation, keep fewer messages, or lower max tokens.",
        )
