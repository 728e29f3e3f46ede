"""A row shown token by token: nothing of its text is missing, and the marks are those of the training."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import ByT5Tokenizer, PreTrainedTokenizerBase

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.profile import TokenView
from mactuner_tui.core.records import Conversation, PlainText, Record
from mactuner_tui.engines.data.token_view import SHOWN_BEYOND, view
from mactuner_tui.engines.models.loading import load_tokenizer
from mactuner_tui.engines.training.tokens import rendered, tokenise, tokenise_record
from tests.engines.tiny_tokenizers import byte_fallback, unigram, whole_words

WHOLE = 100_000
"""A maximum length beyond every row here."""
PARTS = st.sampled_from(
    [
        "서울 날씨는 어때요?", "東京", "👍🏽", "👨‍👩‍👧", "🇰🇷", "e\u0301", "ﬁ", "Ⅳ", "é", "\u0301", "hello", "world",
        " ", "   ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "\ufeff", "\x00", "def f(x):\n    return  x**2  # done\n",
        "<|im_end|>", "<|im_start|>", "<s>", "</s>", "<0xEC>", "▁", "Ġ",
    ]
)  # fmt: skip
TEXTS = st.lists(PARTS | st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=8).map("".join)
RECORDS = st.builds(PlainText, TEXTS) | st.lists(TEXTS, min_size=1, max_size=5).map(
    lambda texts: Conversation(
        [{"role": ("user", "assistant")[turn % 2], "content": text} for turn, text in enumerate(texts)]
    )
)


@pytest.fixture(scope="module")
def starter_tokenizer(unpacked_starter: Path) -> PreTrainedTokenizerBase:
    return load_tokenizer(unpacked_starter)


@pytest.fixture(scope="module", params=["starter", "unigram", "byte_fallback", "whole_words"])
def any_tokenizer(request: pytest.FixtureRequest, unpacked_starter: Path) -> PreTrainedTokenizerBase:
    if request.param == "starter":
        return load_tokenizer(unpacked_starter)
    return {"unigram": unigram, "byte_fallback": byte_fallback, "whole_words": whole_words}[request.param]()


def _joined(tokens: tuple[TokenView, ...]) -> str:
    return "".join(token.text for token in tokens)


def _shown(record: Record, tokenizer: PreTrainedTokenizerBase) -> str:
    """What the tokens of a record say: the rendered text, and what the tokenizer and the training put around it."""
    text = rendered(record, tokenizer)
    if isinstance(record, Conversation):
        return text
    begin = "<s>" if tokenizer.bos_token == "<s>" else ""
    return f"{begin}{text}{tokenizer.eos_token}"


@settings(max_examples=60, deadline=None)
@given(record=RECORDS)
def test_all_of_the_text_is_shown_once(record: Record, any_tokenizer: PreTrainedTokenizerBase) -> None:
    row = view(record, any_tokenizer, WHOLE)
    # A tokenizer may see nothing in a text of blanks, and then there is no token to show it with.
    if any_tokenizer.tokenize(rendered(record, any_tokenizer)):
        assert _joined(row.tokens) == _shown(record, any_tokenizer)


@settings(max_examples=40, deadline=None)
@given(record=RECORDS, max_length=st.integers(1, 80))
def test_the_tokens_are_those_of_the_training(
    record: Record, max_length: int, any_tokenizer: PreTrainedTokenizerBase
) -> None:
    row = view(record, any_tokenizer, max_length)
    assert [number for token in row.tokens for number in token.ids] == tokenise_record(
        record, any_tokenizer
    ).ids.tolist()
    trained = tokenise([record], any_tokenizer, max_length)
    assert row.trained == sum(int(kept.learnt[1:].sum()) for kept in trained.rows)
    assert row.cut == max(0, row.total - max_length)
    assert row.trained + row.masked + row.cut == row.total


def test_the_answer_and_its_end_are_trained(starter_tokenizer: PreTrainedTokenizerBase) -> None:
    messages = [{"role": "user", "content": "몇 시?"}, {"role": "assistant", "content": "세 시 👍"}]
    row = view(Conversation(messages), starter_tokenizer, 512)
    assert "".join(token.text for token in row.tokens if token.trained) == "세 시 👍<|im_end|>\n"
    assert [token.text for token in row.tokens if token.special] == ["<|im_start|>", "<|im_end|>"] * 3


def test_a_character_of_several_tokens_is_one_piece(starter_tokenizer: PreTrainedTokenizerBase) -> None:
    row = view(PlainText("서울 👍"), starter_tokenizer, 512)
    assert [token.text for token in row.tokens] == ["서", "울", " 👍", "<|im_end|>"]
    assert all(len(token.ids) > 1 for token in row.tokens[:3])


def test_blanks_stay_with_the_word_they_precede() -> None:
    row = view(PlainText("hello  world "), whole_words(), 512)
    assert [token.text for token in row.tokens] == ["<s>", "hello", "  world ", "</s>"]


def test_an_accent_the_tokenizer_drops_stays_with_its_letter() -> None:
    row = view(PlainText("he\u0301 is"), whole_words(), 512)
    assert [token.text for token in row.tokens] == ["<s>", "he\u0301", " is", "</s>"]


def test_the_first_token_is_never_trained(starter_tokenizer: PreTrainedTokenizerBase) -> None:
    row = view(PlainText("one two three"), starter_tokenizer, 512)
    assert [token.trained for token in row.tokens] == [False, True, True, True]


def test_what_is_cut_is_marked_and_not_trained(starter_tokenizer: PreTrainedTokenizerBase) -> None:
    row = view(PlainText("one two three four"), starter_tokenizer, 2)
    assert [(token.trained, token.cut) for token in row.tokens] == [(False, False), (True, False), *[(False, True)] * 3]
    assert (row.total, row.trained, row.masked, row.cut) == (5, 1, 1, 3)


def test_far_beyond_the_maximum_tokens_are_only_counted(starter_tokenizer: PreTrainedTokenizerBase) -> None:
    row = view(PlainText("one " * 6000), starter_tokenizer, 100)
    assert row.total > 6000
    assert sum(len(token.ids) for token in row.tokens) == 100 + SHOWN_BEYOND


def test_a_tokenizer_that_cannot_tell_places_is_refused_in_words() -> None:
    with pytest.raises(ModelError, match="cannot say where its tokens lie"):
        view(PlainText("hello"), ByT5Tokenizer(), 512)
