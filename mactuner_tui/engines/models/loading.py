"""Loading a tokenizer and a causal language model from a folder. Code in a model folder is never run."""

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
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
from transformers.utils.quantization_config import QuantizationConfigMixin

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.plain_files import GET_AGAIN
from mactuner_tui.engines.device import Device
from mactuner_tui.engines.failures import in_users_words, reason_of

PROBE = "Hello  world, it's 3.14! naïve café 서울 東京 нет\n\tdef f(x): return x**2  # done"
"""Text on which wrong pre-tokenizers differ: runs of spaces, apostrophes, digits, accents, several scripts, code."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class GuardedTokenizer:
    """A tokenizer, and how it was found to cut text."""

    tokenizer: PreTrainedTokenizerBase
    verdict: str
    """`checked`, `corrected`, or `unchecked: ` and why."""
    said: str
    """The same in a sentence."""


def guarded_tokenizer(folder: Path) -> GuardedTokenizer:
    """The folder's tokenizer, checked against its own tokenizer.json.

    Some tokenizer classes override what the file says (transformers#45488) and cut text differently from how the model
    was trained; then the file is loaded as it is. Raises `ModelError` when even that differs, or nothing can be loaded.
    """
    tokenizer = _loaded(AutoTokenizer, folder)
    raw = folder / "tokenizer.json"
    if not raw.is_file():
        return GuardedTokenizer(
            tokenizer, "unchecked: no tokenizer.json", "Loaded; there is no tokenizer.json to compare it with."
        )
    if _agrees(tokenizer, raw):
        return GuardedTokenizer(tokenizer, "checked", "It cuts text as tokenizer.json says.")
    plain = _loaded(PreTrainedTokenizerFast, folder)
    if not _agrees(plain, raw):
        raise ModelError(
            f"{raw}: the loaded tokenizer cuts text differently from this file.",
            "The model would not understand what it is told. Choose another one.",
        )
    name = type(tokenizer).__name__
    return GuardedTokenizer(plain, "corrected", f"{name} overrides tokenizer.json; the file is used as it is.")


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of `guarded_tokenizer`."""
    guarded = guarded_tokenizer(folder)
    if guarded.verdict == "corrected":
        log.warning(guarded.said)
    return guarded.tokenizer


def _loaded(tokenizer_class: Any, folder: Path) -> PreTrainedTokenizerBase:
    with _refused_in_words(folder):
        loaded = tokenizer_class.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    return cast(PreTrainedTokenizerBase, loaded)


def _agrees(tokenizer: PreTrainedTokenizerBase, raw: Path) -> bool:
    """Whether both cut the probe alike. How long a text may be, and how it is filled up, is no matter of cutting."""
    with _refused_in_words(raw.parent):
        file = tokenizers.Tokenizer.from_file(str(raw))
        file.no_truncation()
        file.no_padding()
        expected = file.encode(PROBE, add_special_tokens=False).ids
        return list(tokenizer(PROBE, add_special_tokens=False)["input_ids"]) == expected


def load_causal_lm(
    folder: Path,
    device: Device,
    attention: str = "sdpa",
    *,
    dtype: torch.dtype | None = None,
    quantization: QuantizationConfigMixin | None = None,
) -> PreTrainedModel:
    """The folder's weights on the device, in its precision unless another is given, or quantised as they are read.

    Raises `ModelError` when transformers cannot load them.
    """
    with _refused_in_words(folder):
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            folder,
            output_loading_info=True,
            dtype=dtype or device.dtype,
            # Without it transformers would quantise on the CPU and stay there: it has no branch for MPS.
            device_map={"": device.type},
            quantization_config=quantization,
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
    except Exception as error:  # What a damaged file leads to inside a library is as manifold as the damage.
        if in_users_words(error, folder) is not None:
            raise
        if "trust_remote_code" in str(error):
            raise ModelError(
                f"{folder} needs code of its own to run (config.json: auto_map).",
                "MacTuner never runs code from a model folder. Choose another model.",
            ) from error
        raise ModelError(
            f"{folder} cannot be loaded: {reason_of(error)}",
            "It must be a causal language model that transformers knows.",
        ) from error
