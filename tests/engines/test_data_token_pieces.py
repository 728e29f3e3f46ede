"""Cutting a text into pieces before the tokenizer does changes no count."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from mactuner_tui.engines.data import token_pieces
from mactuner_tui.engines.data.token_pieces import CL100K, GPT2, MODERN, PieceCounter, joints

BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
DIGITS = {"type": "Digits", "individual_digits": True}


def _modern(pattern: str) -> dict[str, Any]:
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    return {"type": "Sequence", "pretokenizers": [split, BYTE_LEVEL | {"use_regex": False}]}


KINDS: dict[str, dict[str, Any]] = {
    "gpt2": {"pre_tokenizer": BYTE_LEVEL},
    "digits": {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [DIGITS, BYTE_LEVEL]}},
    "llama3": {"pre_tokenizer": _modern(MODERN[0])},
    "qwen2": {"pre_tokenizer": _modern(MODERN[1]), "normalizer": {"type": "NFC"}},
    "qwen3.5": {"pre_tokenizer": _modern(MODERN[2]), "normalizer": {"type": "NFC"}},
}
REFUSED: dict[str, dict[str, Any]] = {
    "prefix": {"pre_tokenizer": BYTE_LEVEL | {"add_prefix_space": True}},
    "o200k": {"pre_tokenizer": _modern(MODERN[0].replace(r"+[\r\n]*", r"+[\r\n/]*"))},
    "metaspace": {
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False}
    },
    "nfkc": {"pre_tokenizer": BYTE_LEVEL, "normalizer": {"type": "NFKC"}},
    "none": {"pre_tokenizer": None},
}
SIGNS = [
    *" \n\t\r.,/'’-1 2中한ไé\u0301\u00a0\u3000\x1c\x85\0\u200b😀",
    "  ",
    "\n\n",
    "a",
    "B",
    "the",
    "'s",
    "<|im_end|>",
]


@pytest.fixture(scope="module")
def parts(unpacked_starter: Path) -> dict[str, Any]:
    return dict(json.loads((unpacked_starter / "tokenizer.json").read_text()))


@pytest.fixture(scope="module")
def kinds(parts: dict[str, Any]) -> dict[str, Tokenizer]:
    """The starter's vocabulary behind different ways of cutting text."""
    return {kind: Tokenizer.from_str(json.dumps(parts | change)) for kind, change in KINDS.items()}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(signs=st.lists(st.sampled_from(SIGNS), max_size=30))
@example(signs=["a", "\n", "\n", "B", " ", "\n", "the", "\t", " ", "a", " ", " "])
def test_the_pieces_tokens_add_up(kind: str, signs: list[str], kinds: dict[str, Tokenizer]) -> None:
    backend, text = kinds[kind], "".join(signs)
    places = joints(backend)
    assert places is not None
    # Beside prose that it knows, so that the text is cut and not taken as a whole.
    counter = PieceCounter(backend, places)
    texts = ["the quick brown fox " * 100, text]
    counter.lengths(texts)
    assert counter.lengths(texts) == [len(backend.encode(text, add_special_tokens=False)) for text in texts]


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_known_to_part_there_is_never_cut(kind: str, parts: dict[str, Any]) -> None:
    assert joints(Tokenizer.from_str(json.dumps(parts | REFUSED[kind]))) is None


@pytest.mark.parametrize("change", [{"rstrip": True}, {"lstrip": True}, {"single_word": True}, {"content": "a b"}])
def test_a_special_token_that_takes_in_spaces_forbids_it(change: dict[str, Any], parts: dict[str, Any]) -> None:
    *others, last = parts["added_tokens"]
    assert joints(Tokenizer.from_str(json.dumps(parts | {"added_tokens": [*others, last | change]}))) is None


def test_a_very_long_text_is_cut_in_slices(kinds: dict[str, Tokenizer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_pieces, "SLICE", 50)
    text = "the quick brown fox\n  jumps " * 20
    expected = len(kinds["gpt2"].encode(text, add_special_tokens=False))
    assert PieceCounter(kinds["gpt2"], GPT2).lengths([text, "a"]) == [expected, 1]


def test_no_more_is_remembered_than_allowed(kinds: dict[str, Tokenizer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_pieces, "REMEMBERED", 3)
    counter = PieceCounter(kinds["llama3"], CL100K)
    for text in ("a the a the a the a the", "one two three four one two three four one two three four") * 2:
        assert counter.lengths([text]) == [len(text.split())]


def test_threads_may_count_at_the_same_time(kinds: dict[str, Tokenizer]) -> None:
    counter = PieceCounter(kinds["gpt2"], GPT2)
    batches = [[f"the {word} jumps over the {word} {number}" for number in range(200)] for word in ("fox", "dog", "ox")]
    expected = [[len(kinds["gpt2"].encode(text)) for text in batch] for batch in batches]
    with ThreadPoolExecutor(3) as pool:
        for _ in range(5):
            assert list(pool.map(counter.lengths, batches)) == expected
