"""What the data doctor finds by a model's own tokenizer and template: of other kinds than the starter's, too."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from transformers import PreTrainedTokenizerBase

from mactuner_tui.core.profile import Finding
from mactuner_tui.core.records import Conversation, PlainText, Record, pair
from mactuner_tui.engines.data.doctor import texts, tokens
from mactuner_tui.engines.data.doctor.examiner import Examiner
from mactuner_tui.engines.data.rows import Item, Row
from mactuner_tui.engines.models.loading import load_tokenizer
from tests.engines.tiny_tokenizers import TEMPLATE, byte_fallback, unigram, whole_words

HELLO = pair("hello", "here is the answer")


def _found(records: Iterable[Record], tokenizer: PreTrainedTokenizerBase, max_length: int = 512) -> dict[str, Finding]:
    examiner = Examiner(tokenizer, max_length)
    examiner.take(Item(number, Row(Path("a.jsonl"), number + 1, {}), record) for number, record in enumerate(records))
    return {finding.code: finding for finding in examiner.findings()}


def _faults(records: Iterable[Record], tokenizer: PreTrainedTokenizerBase) -> dict[str, tuple[int, ...]]:
    return {code: finding.examples for code, finding in _found(records, tokenizer).items() if finding.count}


@pytest.mark.parametrize("tokenizer", [unigram(), byte_fallback(), whole_words()], ids=["unigram", "bytes", "words"])
def test_a_sound_row_is_sound_for_any_tokenizer(tokenizer: PreTrainedTokenizerBase) -> None:
    assert _faults([HELLO, PlainText("the answer")], tokenizer) == {}


@pytest.mark.parametrize("make", [unigram, byte_fallback, whole_words])
def test_a_template_that_writes_bos_does_not_double_it(make: Callable[[str], PreTrainedTokenizerBase]) -> None:
    # Training leaves the tokenizer's own BOS out of what the template shows, so the template's is the only one.
    assert _faults([HELLO], make("<s>" + TEMPLATE)) == {}


def test_a_template_that_writes_bos_twice_is_found() -> None:
    found = _found([HELLO], unigram("<s><s>" + TEMPLATE))["doubled-bos"]
    assert (found.count, found.repairs) == (1, ())


def test_plain_text_that_was_given_its_bos_already_is_found() -> None:
    records = [PlainText("the answer"), PlainText("<s>the answer")]
    found = _found(records, unigram())["doubled-bos"]
    assert found.examples == (1,)
    assert [repair.title for repair in found.repairs] == ["remove the one in the text"]


def test_a_template_without_an_end_of_turn_is_found() -> None:
    assert _faults([HELLO], unigram(TEMPLATE.replace("</s>", ""))) == {"no-end-of-turn": (0,)}


def test_an_end_in_the_midst_of_an_answer_does_not_end_it() -> None:
    found = _faults([pair("hello", "here</s> is the answer")], unigram(TEMPLATE.replace("</s>", "")))
    assert found == {"no-end-of-turn": (0,), "control-tokens-in-text": (0,)}


def test_without_a_template_conversations_cannot_be_looked_at() -> None:
    tokenizer = unigram()
    tokenizer.chat_template = None
    found = _found([PlainText("the answer"), HELLO], tokenizer)
    assert found["template-missing"].examples == (1,)
    assert found["template-missing"].severity == "error"
    assert "truncated" not in found
    assert found["empty-answer"].severity == "ok"


def test_plain_text_needs_no_template() -> None:
    tokenizer = unigram()
    tokenizer.chat_template = None
    found = _found([PlainText("the answer")], tokenizer)
    assert found["template-missing"].severity == "ok"
    assert found["truncated"].severity == "ok"


def test_a_model_without_control_tokens_has_none_to_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "control_tokens", lambda _tokenizer: {})
    assert _found([HELLO], unigram())["control-tokens-in-text"].count == 0


def test_an_order_that_the_template_refuses_is_found() -> None:
    no_system = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + TEMPLATE
    found = _found([HELLO, pair("hello", "the answer", system="this is a world")], unigram(no_system))["role-order"]
    assert found.examples == (1,)
    # The order is that of any other conversation: nothing there to bring into order.
    assert found.repairs == ()


def test_an_answer_that_the_template_rewrites_is_found() -> None:
    shouting = TEMPLATE.replace("m.content", "(m.content if loop.last else m.content | upper)")
    rewritten = shouting.replace("{% for", "{% set last = messages | length %}{% for")
    turns = [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "here is the answer"},
        {"role": "user", "content": "question"},
    ]
    found = _faults([HELLO, Conversation(turns)], unigram(rewritten))
    assert found["nothing-learnt"] == (1,)


def test_a_longer_maximum_goes_no_further_than_the_tokenizer_says() -> None:
    found = _found([pair("hello", "answer " * 3000)], unigram(), max_length=64)["truncated"]
    assert found.repairs[0].max_length == unigram().model_max_length == 1024


def test_of_many_rows_a_sample_is_looked_at_and_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "TOKENISED", 100)
    found = _found((pair("hello", "answer " * 40) for _ in range(1000)), unigram(), max_length=32)
    truncated = found["truncated"]
    assert 20 <= truncated.count <= 100
    assert f"Of {truncated.count} rows looked at, drawn evenly from 1,000." in truncated.detail
    assert found["no-end-of-turn"].detail == f"Of {truncated.count} rows looked at, drawn evenly from 1,000."
    assert found["duplicates"].count == 999


def test_the_median_decides_what_is_uneven(starter: Path) -> None:
    tokenizer = load_tokenizer(starter)
    short = [pair(f"Is {number} even?", "Yes.") for number in range(30)]
    long = pair("Count.", " ".join(map(str, range(800))))
    assert _found([*short, long], tokenizer)["uneven-lengths"].examples == (30,)
    assert _found([*short, *[long] * 40], tokenizer)["uneven-lengths"].count == 0
