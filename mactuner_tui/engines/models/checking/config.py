"""config.json: whether it can be read, whether transformers knows the model, whether its sizes can be real."""

import dataclasses
import re
from pathlib import Path
from typing import Any

from mactuner_tui.core.config_sizes import check_sizes
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.plain_files import GET_AGAIN, read_object
from mactuner_tui.core.records import shortened

NO_CODE = "MacTuner never runs code from a model folder. Choose another model."
OTHER_HEAD = re.compile(r"For(Sequence|Token|Image|Audio)Classification|ForMaskedLM|ForQuestionAnswering|Model$")
PROPERTIES = ("num_labels",)
"""What every config class knows beside its fields."""


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
    check_sizes(path, config, {*fields, *settings.attribute_map, *PROPERTIES})
    return f"{family}: transformers knows it.", family


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
