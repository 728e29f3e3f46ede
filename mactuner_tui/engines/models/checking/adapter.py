"""A PEFT adapter: its config, its base model, its weights."""

from pathlib import Path
from typing import Any

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.model_folder import ADAPTER_CONFIG, ADAPTER_WEIGHTS, Weights, check_model, find_base
from mactuner_tui.core.numbers import count_text
from mactuner_tui.core.plain_files import GET_AGAIN, read_object
from mactuner_tui.core.records import shortened
from mactuner_tui.core.safetensors_header import read_header
from mactuner_tui.engines.models.checking import places
from mactuner_tui.engines.models.checking.model import license_of
from mactuner_tui.engines.models.checking.report import Found, Report


def look_at(made: Report, folder: Path) -> None:
    """Look the adapter in a folder over."""
    companions = made.look("files", places.companions, folder)
    settings = made.look("adapter_config.json", read, folder)
    base = made.look("base model", check_base, folder, needs=(settings,))
    count = made.look("weight headers", check_weights, folder)
    if made.problem or not (settings and base and count):
        return
    made.found = Found(
        kind="adapter",
        place=folder,
        weights=Weights((folder / ADAPTER_WEIGHTS,)),
        companions=companions or (),
        details={"parameters": count, "base": str(base), "r": settings.get("r"), **license_of(folder)},
    )


def read(folder: Path) -> tuple[str, dict[str, Any]]:
    """adapter_config.json of a LoRA adapter."""
    path = folder / ADAPTER_CONFIG
    config = read_object(path)
    if config.get("peft_type") != "LORA":
        raise ModelError(
            f"{path}: peft_type = {shortened(config.get('peft_type'))}: only LORA is known.", "Choose another adapter."
        )
    if config.get("auto_mapping"):
        raise ModelError(f"{path}: auto_mapping: it is for a model with code of its own.", "Choose another adapter.")
    return f"LoRA, r = {shortened(config.get('r'))}.", config


def check_base(folder: Path) -> tuple[str, Path]:
    """The folder of the base model. Raises `ModelError` when it is not there, or damaged."""
    base = find_base(folder)
    check_model(base)
    return f"{base} is there.", base


def check_weights(folder: Path) -> tuple[str, int]:
    """How many parameters the adapter has."""
    path = folder / ADAPTER_WEIGHTS
    heads = read_header(path)
    if not any("lora_" in name for name in heads):
        raise ModelError(f"{path} holds no LoRA tensors.", GET_AGAIN)
    return f"{count_text(len(heads), 'tensor')}.", sum(head.count for head in heads.values())
