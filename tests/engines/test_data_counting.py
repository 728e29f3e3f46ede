"""Tokens are counted as training makes them, without torch."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mactuner_tui.core.errors import DataError, ModelError
from mactuner_tui.core.records import Conversation, PlainText, Record
from mactuner_tui.engines.data.counting import TokenCounter
from mactuner_tui.engines.models.loading import load_tokenizer
from mactuner_tui.engines.training.tokens import tokenise

SYSTEM = {"role": "system", "content": "Be brief."}
QUESTION = {"role": "user", "content": "What is 2 + 2?"}
ANSWER = {"role": "assistant", "content": "It is 4."}
RECORDS: list[Record] = [
    PlainText("Once upon a time"),
    Conversation([QUESTION, ANSWER]),
    PlainText("서울은 한국의 수도이다. 東京は日本の首都です。 <|im_start|>"),
    Conversation([SYSTEM, QUESTION, ANSWER]),
    Conversation([SYSTEM, QUESTION, ANSWER, QUESTION, {"role": "assistant", "content": "Still 4. " * 300}]),
    PlainText("\n\tdef f(x):  return x**2\n" * 400),
]
REFUSING = "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}{% endfor %}"


@pytest.fixture
def changed(starter: Path, tmp_path: Path) -> Callable[..., Path]:
    """The starter's tokenizer in a folder of its own, with another chat template and changes to its files."""

    def change(template: str | None = None, **files: dict[str, object]) -> Path:
        folder = tmp_path / "changed"
        folder.mkdir()
        for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "config.json"):
            shutil.copy(starter / name, folder)
        if template is not None:
            (folder / "chat_template.jinja").write_text(template)
        for name, changes in files.items():
            path = folder / f"{name}.json"
            path.write_text(json.dumps(json.loads(path.read_text()) | changes))
        return folder

    return change


def _as_training_counts(folder: Path) -> list[int]:
    return tokenise(RECORDS, load_tokenizer(folder), max_length=100_000).lengths


def test_rows_are_as_long_as_in_training(starter: Path) -> None:
    counts = TokenCounter.load(starter).count(RECORDS)
    assert counts == _as_training_counts(starter)
    assert counts[0] == len(["Once", " upon", " a", " time", "<|im_end|>"])
    assert max(counts) > 512


def test_a_tokenizer_that_adds_marks_and_cuts_is_followed_like_in_training(changed: Callable[..., Path]) -> None:
    mark = {"SpecialToken": {"id": "<|im_start|>", "type_id": 0}}
    text = {"Sequence": {"id": "A", "type_id": 0}}
    folder = changed(
        tokenizer={
            "truncation": {"direction": "Right", "max_length": 99, "strategy": "LongestFirst", "stride": 0},
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [mark, text],
                "pair": [mark, text, text],
                "special_tokens": {"<|im_start|>": {"id": "<|im_start|>", "ids": [1], "tokens": ["<|im_start|>"]}},
            },
        }
    )
    counts = TokenCounter.load(folder).count(RECORDS)
    assert counts == _as_training_counts(folder)
    assert counts[0] == len(["<|im_start|>", "Once", " upon", " a", " time", "<|im_end|>"])


def test_a_template_in_the_tokenizers_settings_is_used(changed: Callable[..., Path]) -> None:
    template = "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}"
    folder = changed(tokenizer_config={"chat_template": template})
    (folder / "chat_template.jinja").unlink()
    (count,) = TokenCounter.load(folder).count([Conversation([{"role": "user", "content": " upon"}, ANSWER])])
    assert count == len(["<|im_start|>", " upon", "It", " is", " ", "4", "."])


def test_without_a_template_conversations_are_refused_and_texts_counted(changed: Callable[..., Path]) -> None:
    folder = changed()
    (folder / "chat_template.jinja").unlink()
    counter = TokenCounter.load(folder)
    with pytest.raises(ModelError, match="no chat template"):
        counter.count(RECORDS)
    assert counter.count_accepted(RECORDS[:2]) == [5, None]


def test_a_conversation_that_the_template_refuses_is_named_and_the_others_counted(
    changed: Callable[..., Path],
) -> None:
    counter = TokenCounter.load(changed(template=REFUSING + "four"))
    with pytest.raises(DataError, match="roles system, user, assistant: no system"):
        counter.count(RECORDS)
    assert counter.count_accepted(RECORDS[:4])[1::2] == [1, None]


def test_a_folder_without_a_tokenizer_file_is_loaded_as_training_does(changed: Callable[..., Path]) -> None:
    folder = changed()
    content = json.loads((folder / "tokenizer.json").read_text())["model"]
    (folder / "vocab.json").write_text(json.dumps(content["vocab"]))
    merges = [" ".join(pair) if isinstance(pair, list) else pair for pair in content["merges"]]
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges))
    (folder / "tokenizer.json").unlink()
    settings = json.loads((folder / "tokenizer_config.json").read_text()) | {"tokenizer_class": "GPT2Tokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    assert TokenCounter.load(folder).count(RECORDS) == _as_training_counts(folder)


def test_a_damaged_tokenizer_is_named(changed: Callable[..., Path]) -> None:
    folder = changed()
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(ModelError, match=r"tokenizer\.json cannot be loaded"):
        TokenCounter.load(folder)


def test_counting_does_without_torch(starter: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from mactuner_tui.engines.data.counting import TokenCounter;"
        "from mactuner_tui.core.records import Conversation, PlainText;"
        f"counter = TokenCounter.load(Path({str(starter)!r}));"
        f"counter.count([PlainText('a'), Conversation({[QUESTION, ANSWER]!r})]); sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
