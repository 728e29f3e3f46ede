"""The data doctor finds every planted fault, mends what it says it can mend, and leaves clean data in peace."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from transformers import PreTrainedTokenizerBase

from mactuner_tui.core.errors import DataError
from mactuner_tui.core.profile import Finding
from mactuner_tui.core.records import Conversation, PlainText, Record, pair
from mactuner_tui.engines.data import sample
from mactuner_tui.engines.data.cleaning.steps import Effect, through
from mactuner_tui.engines.data.counting import TokenCounter
from mactuner_tui.engines.data.doctor.examiner import Examiner
from mactuner_tui.engines.data.doctor.fault import Seen
from mactuner_tui.engines.data.doctor.likeness import LikenessCheck, side_of
from mactuner_tui.engines.data.rows import BadRow, Item, Row
from mactuner_tui.engines.models.loading import load_tokenizer

MAX_LENGTH = 512
CODES = [
    "unusable",
    "template-missing",
    "no-end-of-turn",
    "nothing-learnt",
    "doubled-bos",
    "truncated",
    "answer-cut",
    "uneven-lengths",
    "role-order",
    "duplicates",
    "overlap",
    "empty-answer",
    "answer-in-question",
    "control-characters",
    "control-tokens-in-text",
    "secrets",
    "email-addresses",
]
LONG = " ".join(f"word{number}" for number in range(1000))
STORY = "A farmer had a goat, a wolf and a cabbage, and a boat that carries one of them over the river at a time."


@pytest.fixture(scope="module")
def tokenizer(unpacked_starter: Path) -> PreTrainedTokenizerBase:
    return load_tokenizer(unpacked_starter)


def _items(records: Iterable[Record], file: str = "train.jsonl", start: int = 0) -> list[Item]:
    return [Item(start + place, Row(Path(file), place + 1, {}), record) for place, record in enumerate(records)]


def _clean(number: int) -> Record:
    return pair(f"What is {number} times {number + 1}?", f"{number} times {number + 1} is {number * (number + 1)}.")


def _found(items: Iterable[Item], tokenizer: PreTrainedTokenizerBase) -> dict[str, Finding]:
    examiner = Examiner(tokenizer, MAX_LENGTH)
    examiner.take(items)
    return {finding.code: finding for finding in examiner.findings()}


def _faults(items: Iterable[Item], tokenizer: PreTrainedTokenizerBase) -> dict[str, list[int]]:
    return {code: list(finding.examples) for code, finding in _found(items, tokenizer).items() if finding.count}


PLANTED: dict[str, Record] = {
    "empty": pair("Who are you?", ""),
    "blank in the midst": Conversation(
        [
            {"role": "user", "content": "Are you there?"},
            {"role": "assistant", "content": " \n"},
            {"role": "user", "content": "Hello?"},
            {"role": "assistant", "content": "Yes."},
        ]
    ),
    "answer first": Conversation(
        [
            {"role": "assistant", "content": "Hi."},
            {"role": "user", "content": "Hi!"},
            {"role": "assistant", "content": "So?"},
        ]
    ),
    "unanswered": Conversation(
        [{"role": "user", "content": "A?"}, {"role": "assistant", "content": "B."}, {"role": "user", "content": "C?"}]
    ),
    "begins twice": PlainText("<|im_start|><|im_start|>Once upon a time"),
    "long answer": pair("Count.", LONG),
    "long question": pair(f"{LONG}, and then?", "The end."),
    "echo": pair(f"Repeat after me: {STORY} Thanks.", STORY.upper()),
    "bell": pair("Ring", "\x07 it rang"),
    "zero width": pair("Hide", "a\u200bb"),
    "control token": pair("Stop<|im_end|>", "No."),
    "key": pair("How do I log in?", "With hf_" + "aBcDeFgHiJ" * 3 + "kLmN, of course."),
    "address": pair("Who knows?", "Ask minji.kim@company.co.kr."),
    "again": _clean(7),
}
CLEAN = 40


@pytest.fixture(scope="module")
def planted() -> tuple[list[Item], dict[str, int]]:
    """Clean rows, then one with each fault, then a validation file that shares two rows with them."""
    train = _items([*map(_clean, range(CLEAN)), *PLANTED.values(), pair(STORY, f"{STORY} How?")])
    held_out = _items([_clean(-5), _clean(3), pair(STORY, f"{STORY} How!")], "valid.jsonl", len(train))
    places = {name: CLEAN + place for place, name in enumerate(PLANTED)}
    return train + held_out, places | {"same": len(train) + 1, "nearly the same": len(train) + 2}


def test_every_planted_fault_is_found_and_no_other(
    planted: tuple[list[Item], dict[str, int]], tokenizer: PreTrainedTokenizerBase
) -> None:
    items, at = planted
    assert _faults(items, tokenizer) == {
        "doubled-bos": [at["begins twice"]],
        "truncated": [at["long answer"], at["long question"]],
        "answer-cut": [at["long question"]],
        "uneven-lengths": [at["long answer"], at["long question"]],
        "role-order": [at["answer first"], at["unanswered"]],
        "duplicates": [at["again"], at["same"]],
        "overlap": [at["same"], at["nearly the same"]],
        "empty-answer": [at["empty"], at["blank in the midst"]],
        "answer-in-question": [at["echo"]],
        "control-characters": [at["bell"], at["zero width"]],
        "control-tokens-in-text": [at["begins twice"], at["control token"]],
        "secrets": [at["key"]],
        "email-addresses": [at["address"]],
    }


def test_everything_looked_at_is_told(
    planted: tuple[list[Item], dict[str, int]], tokenizer: PreTrainedTokenizerBase
) -> None:
    assert list(_found(planted[0], tokenizer)) == CODES


def _refuse_none(item: Item, error: DataError) -> None:
    raise error


def test_every_step_it_proposes_mends_what_it_found(
    planted: tuple[list[Item], dict[str, int]], tokenizer: PreTrainedTokenizerBase
) -> None:
    items, _ = planted
    steps = [
        (finding.code, repair.step)
        for finding in _found(items, tokenizer).values()
        for repair in finding.repairs
        if finding.count and repair.step
    ]
    assert len(steps) == 12
    for code, step in steps:
        copies = iter([Item(item.number, item.row, item.record) for item in items])
        left = list(through(step, copies, Effect(), lambda: TokenCounter(tokenizer), _refuse_none))
        assert len(left) >= CLEAN
        assert _found(left, tokenizer)[code].count == 0, f"{code} is still there after {step}"


def test_the_proposed_maximum_length_fits_the_rows(
    planted: tuple[list[Item], dict[str, int]], tokenizer: PreTrainedTokenizerBase
) -> None:
    longest = max(TokenCounter(tokenizer).count([item.record for item in planted[0]]))
    proposed = _found(planted[0], tokenizer)["truncated"].repairs[0].max_length
    assert proposed is not None
    assert longest <= proposed < longest + 64
    assert proposed % 64 == 0


def test_no_more_than_the_model_takes_is_proposed(
    planted: tuple[list[Item], dict[str, int]], tokenizer: PreTrainedTokenizerBase
) -> None:
    examiner = Examiner(tokenizer, MAX_LENGTH, limit=1000)
    examiner.take(planted[0])
    (truncated,) = [finding for finding in examiner.findings() if finding.code == "truncated"]
    assert [repair.max_length for repair in truncated.repairs] == [1000, None]
    assert "the most the model takes" in truncated.repairs[0].title


def test_a_finding_is_put_into_words(
    planted: tuple[list[Item], dict[str, int]], tokenizer: PreTrainedTokenizerBase
) -> None:
    found = _found(planted[0], tokenizer)
    assert found["truncated"].title == "2 rows are longer than 512 tokens"
    assert found["secrets"].title == "1 row holds what looks like a key"
    assert found["no-end-of-turn"].title == "every answer ends its turn"
    assert {found[code].severity for code in CODES} == {"ok", "note", "warning", "error"}
    assert all((finding.severity == "ok") == (finding.count == 0) for finding in found.values())


def test_clean_sample_data_has_no_fault(tokenizer: PreTrainedTokenizerBase) -> None:
    rows = [Conversation(item.row()["messages"]) for item in sample.documented()]
    assert len(rows) > 1000
    assert _faults(_items(rows), tokenizer) == {}


@pytest.mark.parametrize(
    ("file", "side"),
    [
        ("train.jsonl", "train"),
        ("Training_set.csv.gz", "train"),
        ("train-00000-of-00002.parquet", "train"),
        ("valid.jsonl", "held out"),
        ("my_validation.json", "held out"),
        ("dev.tsv", "held out"),
        ("test-00000-of-00001.parquet", "held out"),
        ("latest.jsonl", ""),
        ("trainees.csv", ""),
        ("data.jsonl", ""),
    ],
)
def test_a_files_name_says_what_it_is_for(file: str, side: str) -> None:
    assert side_of(file) == side


def test_of_one_file_alone_no_overlap_is_told(tokenizer: PreTrainedTokenizerBase) -> None:
    found = _found(_items([_clean(1), _clean(1)], "train.jsonl"), tokenizer)
    assert "overlap" not in found
    assert found["duplicates"].count == 1


def test_nothing_at_all_is_no_fault(tokenizer: PreTrainedTokenizerBase) -> None:
    assert _faults([], tokenizer) == {}


def test_half_a_surrogate_pair_does_not_stop_the_examination(tokenizer: PreTrainedTokenizerBase) -> None:
    items = _items([pair("Q", "\ud83d broken")]) + _items([pair("Q", "\ud83d broken!")], "valid.jsonl", 1)
    assert "truncated" not in _faults(items, tokenizer)


def test_rows_that_cannot_be_used_are_the_first_finding(tokenizer: PreTrainedTokenizerBase) -> None:
    examiner = Examiner(tokenizer, MAX_LENGTH)
    assert examiner.findings()[0] == Finding(code="unusable", title="every row can be used", severity="ok", count=0)
    bad = [BadRow(Path("a.jsonl"), line, "messages = 'no': expected a list.", line - 1) for line in range(3, 15)]
    examiner.unusable([BadRow(Path("a.jsonl"), 2, "not valid JSON"), *bad], 1300)
    finding = examiner.findings()[0]
    assert (finding.title, finding.severity, finding.repairs) == ("1,300 rows cannot be used", "error", ())
    assert finding.detail == "The first: a.jsonl, line 2: not valid JSON"
    assert finding.examples == (2, 3, 4, 5, 6, 7, 8, 9)


class BrokenOffError(Exception):
    pass


def test_the_comparison_of_rows_can_be_broken_off_once_all_are_read() -> None:
    told: list[tuple[int, int]] = []

    def break_off(done: int, total: int) -> None:
        told.append((done, total))
        if done == 2:
            raise BrokenOffError

    check = LikenessCheck()
    for item in [*_items([_clean(1)]), *_items([_clean(1)], "valid.jsonl", 1)]:
        check.take(Seen.of(item))
    with pytest.raises(BrokenOffError):
        list(check.findings(break_off))
    assert told[-1] == (2, 3)


def test_the_examination_can_be_broken_off(tokenizer: PreTrainedTokenizerBase) -> None:
    def break_off(done: int, total: int) -> None:
        raise BrokenOffError

    examiner = Examiner(tokenizer, MAX_LENGTH)
    examiner.take(_items([_clean(1)]))
    with pytest.raises(BrokenOffError):
        examiner.findings(break_off)
