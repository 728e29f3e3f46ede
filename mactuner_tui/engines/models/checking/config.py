"""config.json: whether it can be read, whether transformers knows the model, whether its sizes can be real."""

import dataclasses
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.plain_files import GET_AGAIN, read_object
from mactuner_tui.core.records import shortened

NO_CODE = "MacTuner never runs code from a model folder. Choose another model."
OTHER_HEAD = re.compile(r"For(Sequence|Token|Image|Audio)Classification|ForMaskedLM|ForQuestionAnswering|Model$")
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
PROPERTIES = ("num_labels",)
"""What every config class knows beside its fields."""
MOST_DEPTH = 20


def read(folder: Path) -> tuple[str, dict[str, Any]]:
    """config.json, with its `model_type`."""
    path = folder / "config.json"
    config = read_object(path)
    model_type = config.get("model_type")
    if not isinstance(model_type, str) or not model_type:
        said = "model_type is missing" if model_type is None else f"model_type = {shortened(model_type)} is no name"
        raise ModelError(f"{path}: {said}.", GET_AGAIN)
    return model_type, config


def check_code(folder: Path, config: dict[str, Any]) -> tuple[str, str]:
    """Raise `ModelError` when the model cannot be used without the code beside it."""
    from transformers import CONFIG_MAPPING

    family = config["model_type"]
    if not config.get("auto_map"):
        return "None is needed.", family
    if family not in CONFIG_MAPPING:
        raise ModelError(f"{folder} needs code of its own to run ({folder / 'config.json'}: auto_map).", NO_CODE)
    return f"Code lies beside it and is not used: transformers knows {family}.", family


def check_family(folder: Path, config: dict[str, Any]) -> tuple[str, str]:
    """Raise `ModelError` unless transformers knows the model as a causal language model."""
    from transformers import CONFIG_MAPPING
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    path, family = folder / "config.json", config["model_type"]
    if family not in CONFIG_MAPPING:
        raise ModelError(f"{path}: model_type = {shortened(family)}: transformers knows no such model.", NO_CODE)
    if family not in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        raise ModelError(f"{path}: model_type = {family} is not a causal language model.", "Choose another model.")
    told = config.get("architectures")
    named = [name for name in told if isinstance(name, str)] if isinstance(told, list) else []
    if named and all(OTHER_HEAD.search(name) for name in named):
        raise ModelError(
            f"{path}: architectures = {shortened(named)}: not a causal language model.", "Choose another model."
        )
    settings = CONFIG_MAPPING[family]
    fields = {field.name for field in dataclasses.fields(settings)}
    _check_sizes(path, config, {*fields, *settings.attribute_map, *PROPERTIES})
    return f"{family}: transformers knows it.", family


def _check_sizes(path: Path, config: dict[str, Any], known: Collection[str]) -> None:
    """Raise `ModelError` for sizes that no model has: transformers makes lists of labels and layers by them.

    What a config tells beyond what transformers knows, such as the tokens it was trained on, is not looked at.
    """
    told = {name: value for name, value in config.items() if name in known}
    for name, value in _numbers(told):
        limit = next((most for names, most in LARGEST if names.match(name)), None)
        if limit is not None and abs(value) > limit:
            raise ModelError(f"{path}: {name[:60]} = {shortened(value)}: no model is as large as that.", GET_AGAIN)


def check_layers(folder: Path, config: dict[str, Any], tensors: int) -> None:
    """Raise `ModelError` for more layers than tensors, before they are built."""
    for name, value in _numbers(config):
        if LAYERS.match(name) and value > tensors:
            raise ModelError(
                f"{folder / 'config.json'}: {name} = {shortened(value)}, but the weights hold {tensors:,} tensors.",
                GET_AGAIN,
            )


def check_quantised(path: Path, config: dict[str, Any]) -> None:
    """Raise `ModelError` for weights that were quantised for inference."""
    quantised = config.get("quantization_config")
    if quantised:
        method = quantised.get("quant_method") if isinstance(quantised, dict) else quantised
        raise ModelError(
            f"{path}: quantization_config ({shortened(method)}): quantised weights can be neither trained nor "
            "exported.",
            "Get the model in 16 bits; QLoRA quantises it itself.",
        )


def _numbers(config: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, int | float]]:
    if depth > MOST_DEPTH:
        return
    if isinstance(config, dict):
        for key, value in config.items():
            yield from _numbers(value, key, depth + 1)
    elif isinstance(config, list):
        for value in config:
            yield from _numbers(value, name, depth + 1)
    elif isinstance(config, int | float) and not isinstance(config, bool):
        yield name, config
