"""The sample dataset: questions and answers made of the docstrings of the running Python's standard library.

Sources are parsed, never imported: some modules of the standard library act when they are.
"""

import ast
import inspect
import random
import re
import sysconfig
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LEFT_OUT = {"__pycache__", "ensurepip", "idlelib", "lib2to3", "site-packages", "test", "tests", "this", "turtledemo"}
MIN_CHARACTERS, MAX_CHARACTERS = 40, 480
"""Shorter docstrings say nothing; longer first parts are mostly lists and examples."""
UNFIT = re.compile(r"@\w|<\w+>")
"""Addresses of people, and words in angle brackets, which some models have as control tokens."""
WORDINGS = {
    "module": "What is the Python module `{name}` for?",
    "class": "What is the Python class `{name}`?",
    "function": "What does the Python function `{name}` do?",
    "method": "What does the Python method `{name}` do?",
}
ROWS, SEED = 1100, 42


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


def rows() -> Iterator[dict[str, Any]]:
    """The sample: `ROWS` of all documented things, drawn at random but always the same ones."""
    found = list(documented())
    for item in random.Random(SEED).sample(found, min(ROWS, len(found))):
        yield item.row()


def documented() -> Iterator[Documented]:
    """Everything public with a usable docstring, in a fixed order, no text twice."""
    library = Path(sysconfig.get_path("stdlib"))
    sources = sorted(path for path in library.rglob("*.py") if _is_public(path.relative_to(library)))
    seen: set[str] = set()
    for source in sources:
        for item in _in_module(source, _module_name(source.relative_to(library))):
            if item.text not in seen:
                seen.add(item.text)
                yield item


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
    fits = MIN_CHARACTERS <= len(text) <= MAX_CHARACTERS and len(usage) <= MAX_CHARACTERS
    if fits and not UNFIT.search(text):
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
