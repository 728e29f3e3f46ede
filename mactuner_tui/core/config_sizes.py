"""Whether the sizes in a config.json can be real: transformers makes lists and layers by them, before any weight."""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.model_facts import TEXT_PARTS
from mactuner_tui.core.plain_files import GET_AGAIN
from mactuner_tui.core.records import shortened

LAYERS = re.compile(r"(num|n)_.*(layer|block|stack)|(encoder|decoder)_layers")
LENGTHS = re.compile(r".*(position|ctx|context|seq|len)")
WIDTHS = re.compile(r".*(size|dim|width|hidden|heads|rank|kernel|embd|inner|vocab|words)")
COUNTS = re.compile(r"(num|n)_")
LARGEST: tuple[tuple[re.Pattern[str], int], ...] = (
    (LAYERS, 1_000),
    (LENGTHS, 100_000_000),
    (WIDTHS, 10_000_000),
    (COUNTS, 100_000),
)
"""The first that a setting's name matches tells what no published model reaches; other settings build nothing."""
BUILDING = (
    *TEXT_PARTS,
    *("num_labels", "vocab_size", "hidden_size", "intermediate_size", "head_dim"),
    *("num_attention_heads", "num_key_value_heads", "n_embd", "n_inner", "n_head"),
)
"""What most models are built by; layers are held against the tensors."""
MOST_DEPTH = 20


def check_sizes(path: Path, config: Mapping[str, Any], known: Collection[str] = BUILDING) -> None:
    """Raise `ModelError` for sizes that no model has: transformers makes lists of labels and layers by them.

    Only the settings that are known are looked at: a config tells more, such as the tokens a model was trained on.
    """
    told = {name: value for name, value in config.items() if name in known}
    for name, value in _numbers(told):
        limit = next((most for names, most in LARGEST if names.match(name)), None)
        if limit is not None and abs(value) > limit:
            raise ModelError(f"{path}: {name[:60]} = {shortened(value)}: no model is as large as that.", GET_AGAIN)


def check_layers(path: Path, config: Mapping[str, Any], tensors: int) -> None:
    """Raise `ModelError` for more layers than tensors, before they are built."""
    for name, value in _numbers(config):
        if LAYERS.match(name) and value > tensors:
            raise ModelError(
                f"{path}: {name[:60]} = {shortened(value)}, but the weights hold {tensors:,} tensors.",
                GET_AGAIN,
            )


def _numbers(config: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, int | float]]:
    if depth > MOST_DEPTH:
        return
    if isinstance(config, Mapping):
        for key, value in config.items():
            yield from _numbers(value, key, depth + 1)
    elif isinstance(config, list):
        for value in config:
            yield from _numbers(value, name, depth + 1)
    elif isinstance(config, int | float) and not isinstance(config, bool):
        yield name, config
