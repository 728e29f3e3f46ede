"""A conversation as the tokens that a GGUF model reads: by its own template, in which what people typed stays text."""

import re
from collections.abc import Sequence

import jinja2
import llama_cpp
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.specs.chat import Message

# Private-use characters that stand around control tokens which someone typed, as transformers marks them.
START, END = "\U000f0000", "\U000f0001"
MARKED = re.compile(f"{START}(.*?){END}", re.DOTALL)


class Writer:
    """Writes conversations for one loaded model."""

    def __init__(self, llama: llama_cpp.Llama, template: str) -> None:
        self._llama = llama
        self._formatter = Jinja2ChatFormatter(
            template, eos_token=self._text(llama.token_eos()), bos_token=self._text(llama.token_bos())
        )
        control = sorted(filter(None, map(self._text, _control_tokens(llama))), key=len, reverse=True)
        self._control = re.compile("|".join(map(re.escape, control)) or "(?!)")

    def tokens(self, messages: Sequence[Message]) -> list[int]:
        """The conversation up to where the answer begins. Raises `ModelError` when the template takes no such one."""
        shown = [{"role": message.role, "content": self._marked(message.content)} for message in messages]
        try:
            text = self._formatter(messages=shown).prompt
        except (ValueError, jinja2.TemplateError) as error:
            raise ModelError(
                f"The model's chat template refuses this conversation: {error}.", "Clear it, or choose another model."
            ) from error
        # The template writes the special tokens: none is added.
        return [
            token
            for place, piece in enumerate(MARKED.split(text))
            if piece
            for token in self._llama.tokenize(piece.encode(), add_bos=False, special=place % 2 == 0)
        ]

    def _marked(self, typed: str) -> str:
        plain = typed.replace(START, "").replace(END, "")
        return self._control.sub(lambda found: f"{START}{found[0]}{END}", plain)

    def _text(self, token: int) -> str:
        return self._llama.detokenize([token], special=True).decode("utf-8", "replace") if token >= 0 else ""


def _control_tokens(llama: llama_cpp.Llama) -> list[int]:
    vocabulary = llama_cpp.llama_model_get_vocab(llama.model)
    special = llama_cpp.LLAMA_TOKEN_ATTR_CONTROL | llama_cpp.LLAMA_TOKEN_ATTR_UNKNOWN
    return [token for token in range(llama.n_vocab()) if llama_cpp.llama_vocab_get_attr(vocabulary, token) & special]
