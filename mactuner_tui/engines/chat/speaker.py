"""A loaded model that answers, token by token, remembering what it has read of the conversation."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import peft
import torch
from tokenizers.decoders import DecodeStream
from torch import Tensor
from transformers import (
    DynamicCache,
    GenerationConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    StoppingCriteria,
    StoppingCriteriaList,
)
from transformers.generation.streamers import BaseStreamer

from mactuner_tui.core import events
from mactuner_tui.core.specs.chat import AnswerRequest, GenerationSpec
from mactuner_tui.engines import device as devices
from mactuner_tui.engines.chat.answering import Pace, no_template, refuse_too_long
from mactuner_tui.engines.device import Device
from mactuner_tui.engines.models.loading import load_causal_lm, load_tokenizer
from mactuner_tui.engines.session_host import RequestContext


class Speaker:
    """One base model with at most one adapter on top, which can be switched off for an answer."""

    def __init__(
        self, model: PreTrainedModel | peft.PeftModel, tokenizer: PreTrainedTokenizerBase, device: Device
    ) -> None:
        self.device: str = device.type
        self._model = model.eval()
        self._tokenizer = tokenizer
        self._memories = {True: _Memory(model.config), False: _Memory(model.config)}
        """What was read with the adapter and without: the same text leaves different traces."""
        self._ends = _end_tokens(model, tokenizer)

    @classmethod
    def load(cls, base: Path, adapter: Path | None) -> Self:
        """Load a base model, and an adapter on top of it."""
        device = devices.pick()
        tokenizer = load_tokenizer(adapter or base)
        if not tokenizer.chat_template:
            raise no_template(base)
        model: Any = load_causal_lm(base, device)
        if adapter is not None:
            # In the base model's precision: in float32, as in training, each layer would convert back and forth.
            model = peft.PeftModel.from_pretrained(model, adapter, autocast_adapter_dtype=False)
        return cls(model, tokenizer, device)

    def answer(self, request: AnswerRequest, context: RequestContext) -> None:
        """Generate an answer, emitting each piece of text as soon as it is complete, then the figures."""
        prompt = self._prompt(request)
        memory = self._memories[request.adapter]
        # A cache rounds differently from reading anew, so greedy answers, which are to repeat, do without.
        reused = memory.rewind_to(prompt if request.generation.temperature > 0 else [])
        pace = Pace()
        with memory.forgetting_on_failure(), torch.inference_mode(), self._adapter(request.adapter):
            output = self._model.generate(
                input_ids=torch.tensor([prompt], device=self.device),
                past_key_values=memory.cache,
                generation_config=_configuration(request.generation, self._ends),
                streamer=_Voice(self._tokenizer, context, pace),
                stopping_criteria=StoppingCriteriaList([_Cancelled(context)]),
            )
        tokens: list[int] = output[0].tolist()
        # The last token was chosen but not read.
        memory.tokens = tokens[: memory.cache.get_seq_length()]
        context.emit(pace.figures(len(prompt), reused, ended=tokens[-1] in self._ends))

    def _prompt(self, request: AnswerRequest) -> list[int]:
        encoded: Any = self._tokenizer.apply_chat_template(
            [message.model_dump() for message in request.messages],
            add_generation_prompt=True,
            return_dict=True,
            # Special tokens in what a person typed stay text.
            sanitize_control_tokens=True,
        )
        tokens = list(encoded["input_ids"])
        refuse_too_long(len(tokens), request.generation, getattr(self._model.config, "max_position_embeddings", None))
        return tokens

    def _adapter(self, wanted: bool) -> contextlib.AbstractContextManager[Any]:
        if wanted or not isinstance(self._model, peft.PeftModel):
            return contextlib.nullcontext()
        switched_off: contextlib.AbstractContextManager[Any] = self._model.disable_adapter()
        return switched_off


class _Memory:
    """The attention cache, and the tokens it holds."""

    def __init__(self, config: Any) -> None:
        self._config = config
        self.cache = DynamicCache(config=config)
        self.tokens: list[int] = []

    def rewind_to(self, prompt: list[int]) -> int:
        """Keep what begins like `prompt`, leaving at least its last token to be read. Returns how many tokens stay."""
        kept = 0
        for old, new in zip(self.tokens, prompt[:-1], strict=False):
            if old != new:
                break
            kept += 1
        surplus = self.cache.get_seq_length() - kept
        if surplus > 0 and kept > 0 and self.cache.is_croppable:
            self.cache.crop(-surplus)
        elif surplus > 0:
            self.cache, kept = DynamicCache(config=self._config), 0
        del self.tokens[kept:]
        return kept

    @contextlib.contextmanager
    def forgetting_on_failure(self) -> Iterator[None]:
        """Start anew when generation breaks off: some layers may then hold more than others."""
        try:
            yield
        except BaseException:
            self.cache, self.tokens = DynamicCache(config=self._config), []
            raise


class _Voice(BaseStreamer):
    """Turns token ids into pieces of text, holding back bytes that are not yet a character."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, context: RequestContext, pace: Pace) -> None:
        self._backend = tokenizer.backend_tokenizer
        self._decoder = DecodeStream(skip_special_tokens=True)
        self._context = context
        self._pace = pace
        self._past_prompt = False

    def put(self, value: Tensor) -> None:
        if not self._past_prompt:
            self._past_prompt = True
            return
        for token in value.flatten().tolist():
            self._pace.token()
            if text := self._decoder.step(self._backend, token):
                self._context.emit(events.TextGenerated(text=text))

    def end(self) -> None:
        pass


class _Cancelled(StoppingCriteria):
    """Ends the generation when the request was cancelled."""

    def __init__(self, context: RequestContext) -> None:
        self._context = context

    def __call__(self, input_ids: Tensor, scores: Tensor, **kwargs: Any) -> Any:
        return torch.full((len(input_ids),), self._context.cancelled.is_set(), device=input_ids.device)


def _configuration(generation: GenerationSpec, ends: list[int]) -> GenerationConfig:
    sampling: dict[str, Any] = {}
    if generation.temperature > 0:
        sampling = {"temperature": generation.temperature, "top_k": generation.top_k, "top_p": generation.top_p}
    return GenerationConfig(  # type: ignore[no-untyped-call]
        max_new_tokens=generation.max_new_tokens,
        do_sample=bool(sampling),
        repetition_penalty=generation.repetition_penalty,
        eos_token_id=ends,
        pad_token_id=ends[0],
        **sampling,
    )


def _end_tokens(model: Any, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """All tokens that end a turn: those of the model's generation settings, and the tokenizer's."""
    configured = model.generation_config.eos_token_id
    several = configured if isinstance(configured, list) else [configured]
    return sorted({token for token in (*several, tokenizer.eos_token_id) if token is not None})
