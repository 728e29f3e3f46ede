"""What sets LoRA, QLoRA and full fine-tuning apart: how the base model is loaded, and which of its weights learn."""

from pathlib import Path
from typing import TypeAlias

import peft
import torch
from transformers import BitsAndBytesConfig, PreTrainedModel

from mactuner_tui.core.specs.training import LoraSpec, TrainSpec
from mactuner_tui.engines.device import Device
from mactuner_tui.engines.models.loading import load_causal_lm

Learner: TypeAlias = PreTrainedModel | peft.PeftModel
"""The model of a run: adapted, or itself to be tuned."""
TARGETS: dict[str, str | list[str]] = {
    "all-linear": "all-linear",
    "attention": ["q_proj", "k_proj", "v_proj", "o_proj"],
}


def load_learner(spec: TrainSpec, folder: Path, device: Device, attention: str) -> Learner:
    """The model of a run, ready to learn."""
    match spec.method:
        case "lora":
            return attach_lora(load_causal_lm(folder, device, attention), spec.lora)
        case "qlora":
            return attach_lora(load_causal_lm(folder, device, attention, quantization=nf4(device)), spec.lora)
        case "full":
            # In float32, because a step is often smaller than what bfloat16 can tell apart; autocast computes in it.
            return load_causal_lm(folder, device, attention, dtype=torch.float32)


def nf4(device: Device) -> BitsAndBytesConfig:
    """Linear layers in 4 bit, their scales in 8 bit, computed in the device's precision (Dettmers et al. 2023,
    arXiv:2305.14314). The output projection stays as it is.
    """
    return BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=device.dtype,
    )


def attach_lora(model: PreTrainedModel, lora: LoraSpec) -> peft.PeftModel:
    """The model with a fresh adapter in float32, which at first changes nothing; all else is frozen."""
    config = peft.LoraConfig(
        r=lora.r,
        lora_alpha=lora.lora_alpha,
        lora_dropout=lora.lora_dropout,
        target_modules=TARGETS[lora.target_modules],
        task_type=peft.TaskType.CAUSAL_LM,
    )
    return peft.get_peft_model(model, config)


def base_of(model: Learner) -> PreTrainedModel:
    """The transformers model itself, its layers adapted or not."""
    return model.get_base_model() if isinstance(model, peft.PeftModel) else model


def parameter_count(model: Learner, trainable: bool = False) -> int:
    """How many numbers a model holds, adapters included, or of these only the trainable ones.

    Of a quantised model it is the numbers that count, not the bytes several of them are packed into.
    """
    return int(model.num_parameters(only_trainable=trainable))
