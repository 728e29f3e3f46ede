"""Rows to measure with: prose of the standard library's docstrings, drawn anew for each row, the same on every run."""

import ast
import itertools
import json
import random
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

Kind = Literal["text", "messages"]
PHRASE_WORDS = 8
PHRASES = (3, 13)
"""A row has so many phrases: 420 characters on average."""
NEW_WORDS = 0.01
"""The share of words that hardly occur anywhere else, as names do in real text. They are made of syllables."""
CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"


def rows_file(kind: Kind, rows: int) -> Path:
    """A JSONL file of so many rows, made if it is not there from an earlier run."""
    path = Path(tempfile.gettempdir()) / f"mactuner-bench-{kind}-{rows}.jsonl"
    if not path.exists():
        partial = path.with_suffix(".partial")
        with partial.open("w", encoding="utf-8") as file:
            for text in itertools.islice(_texts(), rows):
                file.write(json.dumps(_row(kind, text), ensure_ascii=False) + "\n")
        partial.rename(path)
    return path


def _row(kind: Kind, text: str) -> dict[str, object]:
    if kind == "text":
        return {"text": text}
    question, answer = text[: len(text) // 3], text[len(text) // 3 :]
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def _texts() -> Iterator[str]:
    words = list(_words())
    chance = random.Random(1)
    while True:
        said: list[str] = []
        for _ in range(chance.randint(*PHRASES)):
            start = chance.randrange(len(words) - PHRASE_WORDS)
            said += words[start : start + PHRASE_WORDS]
        for _ in range(sum(chance.random() < NEW_WORDS for _ in said)):
            said[chance.randrange(len(said))] = _name(chance)
        yield " ".join(said)


def _name(chance: random.Random) -> str:
    syllables = (chance.choice(CONSONANTS) + chance.choice(VOWELS) for _ in range(chance.randint(3, 5)))
    return "".join(syllables).capitalize()


def _words() -> Iterator[str]:
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        tree = ast.parse(path.read_bytes())
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                yield from (ast.get_docstring(node) or "").split()
