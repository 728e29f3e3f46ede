"""What a run leaves in the library: a PEFT adapter, or after a full fine-tuning a transformers model.

Either is a plain folder that loads without MacTuner, with the base model's tokenizer files byte for byte.
"""

import shutil
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoConfig, PreTrainedModel

from mactuner_tui.core import files, manifest
from mactuner_tui.core.history import History
from mactuner_tui.core.manifest import ArtefactKind
from mactuner_tui.core.memory import Method
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.engines.training.methods import Learner, parameter_count

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
)


KINDS: dict[Method, ArtefactKind] = {"lora": "adapter", "qlora": "adapter", "full": "model"}


def save(
    model: Learner,
    spec: TrainSpec,
    target: Path,
    job_id: str,
    inputs: dict[str, str],
    history: History,
) -> None:
    """Make the folder `target` with a manifest. `inputs`: the folders of `model` and `data`."""
    base = Path(inputs["model"])
    with files.new_folder(target) as staging:
        if isinstance(model, PeftModel):
            model.save_pretrained(staging)
            (staging / "README.md").unlink(missing_ok=True)  # PEFT's empty form.
        else:
            _save_whole(model, base, staging)
        for name in TOKENIZER_FILES:
            if (base / name).is_file():
                shutil.copyfile(base / name, staging / name)
        manifest.write(
            staging,
            kind=KINDS[spec.method],
            name=target.name,
            job=job_id,
            inputs=inputs,
            details={
                "parameters": parameter_count(model, trainable=True),
                "method": spec.method_name,
                "steps": history.step,
                "valid_loss_base": history.base_loss,
                "valid_loss": history.valid_loss,
            },
        )


def _save_whole(model: PreTrainedModel, base: Path, folder: Path) -> None:
    """In the precision of its base: what float32 adds is needed while steps add up, not after."""
    config = AutoConfig.from_pretrained(base, trust_remote_code=False)
    text = config.get_text_config()
    weights: torch.nn.Module = model
    weights.to(getattr(text, "dtype", None) or torch.float32)
    # Trainer switches it off for training.
    model.config.use_cache = getattr(text, "use_cache", True)
    model.save_pretrained(folder)
