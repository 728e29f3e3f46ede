"""The sample dataset: questions and answers made of the docstrings of the running Python's standard library.

Sources are parsed, never imported: some modules of the standard library act when they are.
"""

import ast
import inspect
import json
import platform
import random
import sysconfig
import tokenize
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mactuner_tui.core import files, manifest
from mactuner_tui.core.errors import DataError
from mactuner_tui.core.manifest import Manifest
from mactuner_tui.core.specs.data import PrepareSpec

LEFT_OUT = {"__pycache__", "ensurepip", "idlelib", "lib2to3", "site-packages", "test", "tests", "this", "turtledemo"}
MIN_CHARACTERS, MAX_CHARACTERS = 40, 480
"""Shorter docstrings say nothing; longer first parts are mostly lists and examples."""
WORDINGS = {
    "module": "What is the Python module `{name}` for?",
    "class": "What is the Python class `{name}`?",
    "function": "What does the Python function `{name}` do?",
    "method": "What does the Python method `{name}` do?",
}
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Documented:
    """Something with a docstring. `usage` is how it is called, for what can be called."""

    kind: str
    name: str
    usage: str
    text: str

    def row(self) -> dict[str, Any]:
        """The question and its answer as a row of messages."""
        answer = f"`{self.usage}`\n\n{self.text}" if self.usage else self.text
        return {
            "messages": [
                {"role": "user", "content": WORDINGS[self.kind].format(name=self.name)},
                {"role": "assistant", "content": answer},
            ]
        }


def make(spec: PrepareSpec, folder: Path, job_id: str, progress: Progress) -> Manifest:
    """Write train.jsonl, valid.jsonl and the manifest. Raises `DataError` when this Python has too little to read."""
    found = list(documented(progress))
    if len(found) < spec.rows:
        raise DataError(
            f"rows = {spec.rows}: this Python's standard library yields only {len(found)} rows.", "Ask for fewer rows."
        )
    drawn = random.Random(spec.seed).sample(found, spec.rows)
    valid_count = max(1, round(spec.rows * spec.valid_share))
    with files.new_folder(folder) as staging:
        _write(staging / "train.jsonl", drawn[valid_count:])
        _write(staging / "valid.jsonl", drawn[:valid_count])
        return manifest.write(
            staging,
            kind="dataset",
            name=folder.name,
            job=job_id,
            inputs={"source": f"docstrings of Python {platform.python_version()}"},
            note="questions and answers about Python's standard library",
            details={"train_rows": spec.rows - valid_count, "valid_rows": valid_count, "seed": spec.seed},
        )


def _write(path: Path, items: list[Documented]) -> None:
    path.write_text("".join(json.dumps(item.row(), ensure_ascii=False) + "\n" for item in items), encoding="utf-8")


def documented(progress: Progress) -> Iterator[Documented]:
    """Everything public with a usable docstring, in a fixed order, no text twice."""
    library = Path(sysconfig.get_path("stdlib"))
    sources = sorted(path for path in library.rglob("*.py") if _is_public(path.relative_to(library)))
    seen: set[str] = set()
    for number, source in enumerate(sources, start=1):
        for item in _in_module(source, _module_name(source.relative_to(library))):
            if item.text not in seen:
                seen.add(item.text)
                yield item
        if number % 100 == 0 or number == len(sources):
            progress(number, len(sources))


def _is_public(path: Path) -> bool:
    names = [*path.parts[:-1], path.stem]
    return not any(name in LEFT_OUT or (name.startswith("_") and name != "__init__") for name in names)


def _module_name(path: Path) -> str:
    names = [*path.parts[:-1], path.stem]
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


def _in_module(source: Path, module: str) -> Iterator[Documented]:
    with tokenize.open(source) as file, warnings.catch_warnings():
        # Old modules hold escapes that newer Pythons warn of.
        warnings.simplefilter("ignore")
        tree = ast.parse(file.read())
    yield from _usable("module", module, "", tree)
    yield from _in_body(tree.body, module, "function")


def _in_body(body: list[ast.stmt], owner: str, callable_kind: str) -> Iterator[Documented]:
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from _usable("class", f"{owner}.{node.name}", "", node)
            yield from _in_body(node.body, f"{owner}.{node.name}", "method")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            name = f"{owner}.{node.name}"
            yield from _usable(callable_kind, name, f"{name}({ast.unparse(node.args)})", node)


def _usable(
    kind: str, name: str, usage: str, node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
) -> Iterator[Documented]:
    text = _opening(inspect.cleandoc(ast.get_docstring(node, clean=False) or ""))
    if MIN_CHARACTERS <= len(text) <= MAX_CHARACTERS and len(usage) <= MAX_CHARACTERS:
        yield Documented(kind, name, usage, text)


def _opening(text: str) -> str:
    """The first paragraphs, as many as fit."""
    kept = ""
    for paragraph in text.split("\n\n"):
        longer = f"{kept}\n\n{paragraph}".strip()
        if len(longer) > MAX_CHARACTERS:
            break
        kept = longer
    return kept
