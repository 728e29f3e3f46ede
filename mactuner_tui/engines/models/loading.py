"""Loading a tokenizer and a causal language model from a folder. Code in a model folder is never run."""

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import tokenizers
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.model_folder import GET_AGAIN
from mactuner_tui.engines.device import Device

PROBE = "Hello  world, it's 3.14! naïve café 서울 東京 нет\n\tdef f(x): return x**2  # done"
"""Text on which wrong pre-tokenizers differ: runs of spaces, apostrophes, digits, accents, several scripts, code."""

log = logging.getLogger(__name__)


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The folder's tokenizer, checked against its own tokenizer.json.

    Some tokenizer classes override what the file says (transformers#45488) and cut text differently from how the model
    was trained; then the file is loaded as it is. Raises `ModelError` when even that differs, or nothing can be loaded.
    """
    with _refused_in_words(folder):
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    raw = folder / "tokenizer.json"
    if not raw.is_file() or _agrees(tokenizer, raw):
        return cast(PreTrainedTokenizerBase, tokenizer)
    plain = PreTrainedTokenizerFast.from_pretrained(folder)
    if not _agrees(plain, raw):
        raise ModelError(f"{raw}: the loaded tokenizer cuts text differently from this file.", "Choose another model.")
    log.warning("%s overrides tokenizer.json; the file is used as it is.", type(tokenizer).__name__)
    return cast(PreTrainedTokenizerBase, plain)


def _agrees(tokenizer: PreTrainedTokenizerBase, raw: Path) -> bool:
    expected = tokenizers.Tokenizer.from_file(str(raw)).encode(PROBE, add_special_tokens=False).ids
    return list(tokenizer(PROBE, add_special_tokens=False)["input_ids"]) == expected


def load_causal_lm(folder: Path, device: Device, attention: str = "sdpa") -> PreTrainedModel:
    """The folder's weights on the device, in its precision. Raises `ModelError` when transformers cannot load them."""
    with _refused_in_words(folder):
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            folder,
            output_loading_info=True,
            dtype=device.dtype,
            device_map={"": device.type},
            attn_implementation=attention,
            trust_remote_code=False,
        )
    model, report = loaded
    if missing := sorted(report["missing_keys"]):
        # transformers would fill them with random numbers.
        raise ModelError(f"{folder}: its weights lack {len(missing)} tensors, such as {missing[0]}.", GET_AGAIN)
    return cast(PreTrainedModel, model)


@contextlib.contextmanager
def _refused_in_words(folder: Path) -> Iterator[None]:
    """Turn what transformers says of a folder it cannot load into the user's view of it."""
    try:
        yield
    except (ValueError, KeyError, OSError, RuntimeError) as error:
        if "trust_remote_code" in str(error):
            raise ModelError(
                f"{folder} needs code of its own to run (config.json: auto_map).",
                "MacTuner never runs code from a model folder. Choose another model.",
            ) from error
        raise ModelError(
            f"{folder} cannot be loaded: {error}", "It must be a causal language model that transformers knows."
        ) from error


def parameter_count(model: torch.nn.Module, trainable: bool = False) -> int:
    """How many numbers a model holds, or of these only the trainable ones."""
    return sum(weights.numel() for weights in model.parameters() if weights.requires_grad or not trainable)
