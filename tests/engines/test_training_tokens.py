"""What is learnt of a row, and that it is just the answer."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from transformers import PreTrainedTokenizerBase

from mactuner_tui.core.errors import DataError, ModelError
from mactuner_tui.core.records import Conversation, PlainText
from mactuner_tui.engines.models.loading import load_tokenizer
from mactuner_tui.engines.training.tokens import TokenRow, tokenise

QUESTION = {"role": "user", "content": "What is 2 + 2?"}
ANSWER = {"role": "assistant", "content": "It is 4."}


@pytest.fixture
def tokenizer(starter: Path) -> PreTrainedTokenizerBase:
    return load_tokenizer(starter)


def _one(record: Any, tokenizer: PreTrainedTokenizerBase, max_length: int = 512) -> TokenRow:
    (row,) = tokenise([record], tokenizer, max_length).rows
    return row


def _learnt(row: TokenRow, tokenizer: PreTrainedTokenizerBase) -> str:
    return str(tokenizer.decode(row.ids[row.learnt]))


def test_only_the_answer_and_its_end_are_learnt(tokenizer: PreTrainedTokenizerBase) -> None:
    row = _one(Conversation([QUESTION, ANSWER]), tokenizer)
    assert _learnt(row, tokenizer) == "It is 4.<|im_end|>\n"


def test_every_answer_of_a_long_conversation_is_learnt(tokenizer: PreTrainedTokenizerBase) -> None:
    row = _one(Conversation([QUESTION, ANSWER, QUESTION, {"role": "assistant", "content": "Still 4."}]), tokenizer)
    assert _learnt(row, tokenizer) == "It is 4.<|im_end|>\nStill 4.<|im_end|>\n"


def test_the_row_is_what_the_chat_template_shows(tokenizer: PreTrainedTokenizerBase) -> None:
    row = _one(Conversation([QUESTION, ANSWER]), tokenizer)
    shown: Any = tokenizer.apply_chat_template([QUESTION, ANSWER], return_dict=True)
    assert row.ids.tolist() == shown["input_ids"]


def test_plain_text_is_learnt_whole_and_ends(tokenizer: PreTrainedTokenizerBase) -> None:
    row = _one(PlainText("Once upon a time"), tokenizer)
    assert row.learnt.all()
    assert row.ids[-1] == tokenizer.eos_token_id


def test_a_long_row_is_cut_at_its_end_and_counted(tokenizer: PreTrainedTokenizerBase) -> None:
    long = Conversation([QUESTION, {"role": "assistant", "content": "four " * 100}])
    rows = tokenise([long], tokenizer, max_length=60)
    assert (len(rows.rows[0]), rows.cut, rows.dropped) == (60, 1, 0)


def test_a_row_whose_answer_is_cut_off_whole_is_dropped(tokenizer: PreTrainedTokenizerBase) -> None:
    rows = tokenise([Conversation([QUESTION, ANSWER])], tokenizer, max_length=16)
    assert (len(rows.rows), rows.cut, rows.dropped) == (0, 1, 1)


def test_earlier_answers_that_a_template_rewrites_are_context(tokenizer: PreTrainedTokenizerBase) -> None:
    # Like templates of reasoning models: thoughts are shown in the last answer only.
    tokenizer.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n"
        "{% if loop.last %}{{ m.content }}{% else %}{{ m.content.split('</think>')[-1] }}{% endif %}<|im_end|>\n"
        "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    thinking = {"role": "assistant", "content": "<think>add</think>4"}
    row = _one(Conversation([QUESTION, thinking, QUESTION, thinking]), tokenizer)
    assert _learnt(row, tokenizer) == "<think>add</think>4<|im_end|>\n"


def test_a_model_without_a_template_cannot_learn_conversations(tokenizer: PreTrainedTokenizerBase) -> None:
    tokenizer.chat_template = None
    with pytest.raises(ModelError, match="no chat template"):
        tokenise([Conversation([QUESTION, ANSWER])], tokenizer, 512)


def test_a_template_that_refuses_a_row_is_quoted(tokenizer: PreTrainedTokenizerBase) -> None:
    tokenizer.chat_template = "{{ raise_exception('roles must alternate') }}"
    with pytest.raises(DataError, match="roles user, assistant: roles must alternate"):
        tokenise([Conversation([QUESTION, ANSWER])], tokenizer, 512)


def test_marks_and_ids_have_the_same_length(tokenizer: PreTrainedTokenizerBase) -> None:
    row = _one(Conversation([QUESTION, ANSWER]), tokenizer, max_length=40)
    assert row.ids.shape == row.learnt.shape
    assert row.learnt.dtype == np.bool_
