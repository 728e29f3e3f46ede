"""From a GGUF file to a transformers folder that can be trained: 16-bit weights, without what quantising had lost."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mactuner_tui.core import events
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.events import BaseEvent
from mactuner_tui.core.model_facts import ModelFacts
from mactuner_tui.core.plain_files import read_object
from mactuner_tui.engines.failures import in_users_words, reason_of

STAGES = 3

Emit = Callable[[BaseEvent], None]


def dequantise(file: Path, folder: Path, emit: Emit) -> dict[str, object]:
    """Write the model and its tokenizer into the folder; returns what the manifest tells of them.

    Raises `ModelError` when transformers cannot unpack it. All its weights are in memory once, in 16 bits.
    """
    # Imported here: what is wrong with the file is said at once, these imports take seconds.
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    from mactuner_tui.engines.models.loading import guarded_tokenizer

    try:
        # In a folder of its own: what lies beside it is not part of it, though transformers would heed it.
        with tempfile.TemporaryDirectory() as alone:
            (Path(alone) / file.name).symlink_to(file.absolute())
            source: dict[str, Any] = {
                "pretrained_model_name_or_path": alone,
                "gguf_file": file.name,
                "local_files_only": True,
                "trust_remote_code": False,
            }
            tokenizer = AutoTokenizer.from_pretrained(**source)
            _done(emit, 1)
            model = AutoModelForCausalLM.from_pretrained(
                **source, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True)
            )
    except Exception as error:  # Whatever a family that it does not know, or half knows, leads to.
        if in_users_words(error, folder) is not None:
            raise
        raise ModelError(
            f"{file} cannot be unpacked for training: {reason_of(error)}",
            "Import it for chat (gguf = chat), or get the model's 16-bit weights to train on.",
        ) from error
    _done(emit, 2)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    _done(emit, STAGES)
    facts = ModelFacts.of(read_object(folder / "config.json"), model.num_parameters())
    guarded = guarded_tokenizer(folder)
    return {
        **facts.model_dump(),
        "dtype": "bfloat16",
        "chat_template": bool(guarded.tokenizer.chat_template),
        "tokenizer": guarded.verdict,
    }


def _done(emit: Emit, stages: int) -> None:
    emit(events.Progressed(done=stages, total=STAGES))
