"""Whether the tensors are those that config.json calls for: transformers itself matches them, without their numbers.

The model is built and "loaded" on torch's meta device, where a tensor is its shape; so names that changed, experts
that are stored apart and tied embeddings count as they will when the model is really loaded.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import CONFIG_MAPPING, MODEL_FOR_CAUSAL_LM_MAPPING

from mactuner_tui.core.config_sizes import check_layers
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.numbers import count_text
from mactuner_tui.core.plain_files import GET_AGAIN
from mactuner_tui.engines.failures import reason_of
from mactuner_tui.engines.models.checking.tensors import DTYPES, Tensors

NUMBERED = re.compile(r"\.(?:layers|h|blocks|block)\.(\d+)\.")


@dataclass(frozen=True)
class Match:
    """How tensors and config fit."""

    parameters: int
    vocabulary: int
    """Rows of the embedding."""
    tied: frozenset[str]


def match(folder: Path, config: dict[str, Any], tensors: Tensors) -> tuple[str, Match]:
    """Raise `ModelError` unless the tensors are what a model of this config has."""
    check_layers(folder / "config.json", config, len(tensors.heads))
    try:
        model, loading = _loaded(config, tensors)
    # A config is whatever its author wrote: its classes, and the modules built by them, raise anything.
    except Exception as error:
        raise ModelError(
            f"{folder / 'config.json'}: transformers cannot build the model that it describes: {reason_of(error)}",
            GET_AGAIN,
        ) from error
    for name, stored, wanted in sorted(loading["mismatched_keys"]):
        raise ModelError(
            f"{tensors.files.get(name, folder)}: {name} has shape {list(stored)}; "
            f"by {folder / 'config.json'} it is {list(wanted)}.",
            GET_AGAIN,
        )
    if missing := sorted(loading["missing_keys"]):
        raise ModelError(
            f"{folder}: its weights lack {count_text(len(missing), 'tensor')} that config.json calls for, such as "
            f"{missing[0]}.",
            GET_AGAIN,
        )
    unused = frozenset(loading["unexpected_keys"])
    _refuse_further_layers(folder, model, tensors, unused)
    said = f"All {count_text(len(tensors.heads), 'tensor')} fit config.json."
    if unused:
        said = f"{count_text(len(unused), 'tensor')}, such as {min(unused)}, will not be used; the others fit."
    return said, Match(
        parameters=model.num_parameters(),
        vocabulary=model.get_input_embeddings().num_embeddings,
        tied=frozenset(getattr(model, "all_tied_weights_keys", None) or {}),
    )


def _loaded(config: dict[str, Any], tensors: Tensors) -> tuple[Any, dict[str, Any]]:
    settings = CONFIG_MAPPING[config["model_type"]].from_dict(config)
    found: Any = MODEL_FOR_CAUSAL_LM_MAPPING[type(settings)]
    model_class = found[0] if isinstance(found, tuple) else found
    state = {
        name: torch.empty(head.shape, dtype=DTYPES.get(head.dtype, torch.uint8), device="meta")
        for name, head in tensors.heads.items()
    }
    model, loading = model_class.from_pretrained(
        None,
        config=settings,
        state_dict=state,
        device_map={"": "meta"},
        output_loading_info=True,
        ignore_mismatched_sizes=True,
    )
    return model, loading


def _refuse_further_layers(folder: Path, model: Any, tensors: Tensors, unused: frozenset[str]) -> None:
    """Extra tensors may be another head's; a layer that config.json does not count means that one of the two is wrong.

    (Layers that predict further tokens lie behind the last one too; transformers leaves those out of `unused` itself.)
    """
    layers = model.config.get_text_config().num_hidden_layers
    for name in sorted(unused):
        if (number := NUMBERED.search(name)) and int(number[1]) >= layers:
            raise ModelError(
                f"{tensors.files[name]} holds {name}, but {folder / 'config.json'} counts only "
                f"{count_text(layers, 'layer')}.",
                GET_AGAIN,
            )
