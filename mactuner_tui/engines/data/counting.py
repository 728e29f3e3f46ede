"""How many tokens a model makes of a row, counted as fast as the machine allows.

The counts are those of `engines.training.tokens` before it cuts. Knows nothing of masks and labels, and does not import
torch: a profile must start within a second or two.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self, cast

from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.plain_files import GET_AGAIN
from mactuner_tui.core.records import Conversation, PlainText, Record
from mactuner_tui.engines.data.token_pieces import PieceCounter, joints
from mactuner_tui.engines.training.tokens import tokenise

Messages = list[dict[str, Any]]


class TokenCounter:
    """A model's tokenizer and chat template, for counting alone."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self._pieces: PieceCounter | None = None
        self._backend: Tokenizer | None = None
        self._beside = ThreadPoolExecutor(1)
        if isinstance(tokenizer, PreTrainedTokenizerFast):
            self._backend = tokenizer.backend_tokenizer
            # What some tokenizer.json files ask for, and what is not wanted of a count.
            self._backend.no_truncation()
            self._backend.no_padding()
            if places := joints(self._backend):
                self._pieces = PieceCounter(self._backend, places)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The counter of a model folder. Raises `ModelError` when its tokenizer cannot be loaded."""
        if not (folder / "tokenizer.json").is_file():
            # Imported here: it brings torch along, which takes seconds and which nothing else here needs.
            from mactuner_tui.engines.models.loading import load_tokenizer

            return cls(load_tokenizer(folder))
        try:
            return cls(PreTrainedTokenizerFast.from_pretrained(folder))
        except Exception as error:  # tokenizers raises bare exceptions for a damaged file.
            raise ModelError(f"{folder / 'tokenizer.json'} cannot be loaded: {error}", GET_AGAIN) from error

    @property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """The tokenizer it counts with."""
        return self._tokenizer

    def count(self, records: Sequence[Record]) -> list[int]:
        """The tokens of each record.

        Raises `ModelError` for a conversation when the model has no chat template, and `DataError` when the template
        refuses one.
        """
        counts = self.count_accepted(records)
        if None in counts:
            # Training says in words what is wrong with the row.
            tokenise([records[counts.index(None)]], self._tokenizer, max_length=1)
        return cast(list[int], counts)

    def count_accepted(self, records: Sequence[Record]) -> list[int | None]:
        """The tokens of each record; None for a conversation that the chat template refuses, or that has none."""
        return self.begin(records)()

    def begin(self, records: Sequence[Record]) -> Callable[[], list[int | None]]:
        """Begin what `count_accepted` does; what is returned waits for the counts. The caller may work meanwhile."""
        texts = {number: record.text for number, record in enumerate(records) if isinstance(record, PlainText)}
        chats = {number: record.messages for number, record in enumerate(records) if isinstance(record, Conversation)}
        rendered = self._rendered(chats) if chats else {}
        texts_counted = self._begin(list(texts.values()), special=True)
        rendered_counted = self._begin(list(rendered.values()), special=False)

        def counts() -> list[int | None]:
            # Text to be continued ends with one token more: the end of the text.
            of_texts = {number: tokens + 1 for number, tokens in zip(texts, texts_counted(), strict=True)}
            found = of_texts | dict(zip(rendered, rendered_counted(), strict=True))
            return [found.get(number) for number in range(len(records))]

        return counts

    def _begin(self, texts: list[str], special: bool) -> Callable[[], list[int]]:
        """Begin to count the tokens of each text."""
        if self._pieces is not None and self._backend is not None:
            around = self._backend.num_special_tokens_to_add(is_pair=False) if special else 0
            counted = self._pieces.begin(texts)
            return lambda: [tokens + around for tokens in counted()]
        return self._beside.submit(self._lengths, texts, special).result

    def _lengths(self, texts: list[str], special: bool) -> list[int]:
        if self._backend is None:
            return [len(self._tokenizer(text, add_special_tokens=special)["input_ids"]) for text in texts]
        return [len(tokens) for tokens in self._backend.encode_batch_fast(texts, add_special_tokens=special)]

    def _rendered(self, chats: dict[int, Messages]) -> dict[int, str]:
        """Each conversation as the template shows it, without those it refuses."""
        try:
            return dict(zip(chats, self._render(list(chats.values())), strict=True))
        except Exception:  # A template is a program of the model's author and may raise anything.
            rendered = {}
            for number, messages in chats.items():
                try:
                    rendered[number] = self._render([messages])[0]
                except Exception:
                    continue
            return rendered

    def _render(self, chats: list[Messages]) -> list[str]:
        rendered: Any = self._tokenizer.apply_chat_template(chats, tokenize=False)
        return list(rendered)
