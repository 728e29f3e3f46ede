"""A GGUF file that answers, as it is, by llama.cpp. No process that loads it may import torch (FOUNDATIONS.md, 5)."""

import codecs
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import llama_cpp
import numpy as np

from mactuner_tui.core import events
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.specs.chat import AnswerRequest, GenerationSpec
from mactuner_tui.engines.chat.answering import Pace, no_template, refuse_too_long
from mactuner_tui.engines.chat.gguf_prompt import Writer
from mactuner_tui.engines.session_host import RequestContext

MOST_TOKENS = 8192
"""Of a conversation. llama.cpp takes the memory for all of them at once: a gigabyte for a model of 8 billion."""
TEMPLATE = "tokenizer.chat_template"


class GgufSpeaker:
    """One GGUF model."""

    def __init__(self, llama: llama_cpp.Llama, writer: Writer) -> None:
        self.device = "metal" if sys.platform == "darwin" and llama_cpp.llama_supports_gpu_offload() else "cpu"
        self._llama = llama
        self._writer = writer
        self._vocabulary = llama_cpp.llama_model_get_vocab(llama.model)
        self._begins_with_space = llama.metadata.get("tokenizer.ggml.model") == "llama"
        """Whether the first word of a text has a space before it that is none: so SentencePiece cuts text."""

    @classmethod
    def load(cls, file: Path) -> Self:
        """Load a GGUF file, on the GPU of a Mac. Raises `ModelError` when llama.cpp cannot, or it has no template."""
        known = _open(file, vocab_only=True)
        template, context = known.metadata.get(TEMPLATE), _context(known.metadata)
        known.close()
        if not template:
            raise no_template(file)
        llama = _open(file, n_ctx=min(context, MOST_TOKENS), n_gpu_layers=-1 if sys.platform == "darwin" else 0)
        return cls(llama, Writer(llama, template))

    def answer(self, request: AnswerRequest, context: RequestContext) -> None:
        """Generate an answer, emitting each piece of text as soon as it is complete, then the figures."""
        llama, generation = self._llama, request.generation
        prompt = self._writer.tokens(request.messages)
        refuse_too_long(len(prompt), generation, llama.n_ctx())
        if generation.temperature == 0:
            # What is reused rounds differently from what is read anew, and greedy answers are to repeat.
            llama.reset()
        reused = min(llama.longest_token_prefix(llama.eval_tokens, prompt), len(prompt) - 1)
        pace, ended = Pace(), False
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        strip = self._begins_with_space
        for count, token in enumerate(self._generate(prompt, generation), start=1):
            pace.token()
            ended = bool(llama_cpp.llama_vocab_is_eog(self._vocabulary, token))
            if not ended and (text := decoder.decode(llama.detokenize([token]))):
                context.emit(events.TextGenerated(text=text.removeprefix(" ") if strip else text))
                strip = False
            if ended or count == generation.max_new_tokens or context.cancelled.is_set():
                break
        context.emit(pace.figures(len(prompt), reused, ended=ended))

    def _generate(self, prompt: list[int], generation: GenerationSpec) -> Any:
        llama = self._llama
        llama.set_seed(secrets.randbits(31))
        penalty = generation.repetition_penalty
        return llama.generate(
            prompt,
            temp=generation.temperature,
            top_k=generation.top_k,
            top_p=generation.top_p,
            min_p=0.0,
            logits_processor=llama_cpp.LogitsProcessorList([_penalty(llama, penalty)]) if penalty > 1 else None,
        )


def _penalty(llama: llama_cpp.Llama, penalty: float) -> Callable[[Any, Any], Any]:
    """The repetition penalty as transformers means it: over prompt and answer. llama.cpp's own sees the answer only."""

    def apply(tokens: Any, scores: Any) -> Any:
        seen = np.unique(tokens[: llama.n_tokens])
        penalised = scores.copy()
        penalised[seen] = np.where(scores[seen] > 0, scores[seen] / penalty, scores[seen] * penalty)
        return penalised

    return apply


def _open(file: Path, **settings: Any) -> llama_cpp.Llama:
    try:
        return llama_cpp.Llama(str(file), verbose=False, **settings)
    except (ValueError, RuntimeError, AssertionError) as error:
        raise ModelError(
            f"{file} cannot be loaded by llama.cpp: {error}.",
            "The file is damaged, of an architecture that llama.cpp does not know, or too large for the memory.",
        ) from error


def _context(metadata: dict[str, str]) -> int:
    """The tokens the model was made for."""
    told = metadata.get(f"{metadata.get('general.architecture')}.context_length", "")
    return int(told) if told.isdigit() else MOST_TOKENS
