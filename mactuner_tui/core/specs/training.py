"""What a training run is asked for. Names and meanings are those of transformers and PEFT."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from mactuner_tui.core import paths
from mactuner_tui.core.memory import Method
from mactuner_tui.core.specs.base import NAME, JobSpec, Lane, Spec

Scheduler = Literal["linear", "cosine", "constant"]
METHOD_NAMES: dict[Method, str] = {"lora": "LoRA", "qlora": "QLoRA", "full": "Full"}


class LoraSpec(Spec):
    """Low-rank adapters, after Hu et al. 2021 (arXiv:2106.09685)."""

    r: Annotated[
        int,
        Field(
            ge=4,
            le=64,
            title="Rank (r)",
            description="Size of the adapter. Higher learns more, and needs more memory and data.",
        ),
    ] = 8
    lora_alpha: Annotated[
        int,
        Field(ge=1, le=256, title="Alpha", description="Strength of the adapter: its output is scaled by alpha / r."),
    ] = 16
    lora_dropout: Annotated[
        float,
        Field(
            ge=0,
            le=0.5,
            title="Dropout",
            description="Share of adapter inputs dropped in training, against learning by heart.",
        ),
    ] = 0.1
    target_modules: Annotated[
        Literal["all-linear", "attention"],
        Field(
            title="Target modules",
            description="Where adapters go: every linear layer, or the attention projections only.",
        ),
    ] = "all-linear"


class TrainSpec(JobSpec):
    """A supervised fine-tuning run. It makes a LoRA adapter, or tunes the whole model."""

    kind: ClassVar[str] = "train"
    lane: ClassVar[Lane | None] = "gpu"
    when_stopped: ClassVar[str] = "It ends after this step and keeps a checkpoint."

    model: Annotated[
        str,
        Field(
            min_length=1,
            title="Base model",
            description="A model of the library, or the path of a transformers folder.",
        ),
        AfterValidator(paths.settled_model),
    ]
    data: Annotated[
        str,
        Field(
            min_length=1,
            title="Dataset",
            description="A dataset of the library, or the path of a folder with train.jsonl.",
        ),
        AfterValidator(paths.settled),
    ]
    method: Annotated[
        Method,
        Field(
            title="Method",
            description=(
                "LoRA trains a small adapter; QLoRA does so on a base packed into 4 bit: slower, in less memory; "
                "full trains every weight, in most."
            ),
        ),
    ] = "lora"
    name: Annotated[
        str | None,
        Field(title="Name", description="Name of the result. Empty: made from the dataset's name."),
        NAME,
    ] = None
    learning_rate: Annotated[
        float,
        Field(
            ge=1e-5,
            le=1e-3,
            title="Learning rate",
            description="Size of each step. Too high diverges, too low learns nothing.",
        ),
    ] = 5e-5
    per_device_train_batch_size: Annotated[
        int,
        Field(
            ge=1,
            le=32,
            title="Batch size",
            description="Rows computed at once. More is steadier and needs more memory.",
        ),
    ] = 4
    gradient_accumulation_steps: Annotated[
        int,
        Field(
            ge=1,
            le=64,
            title="Accumulation",
            description="Batches added up before each step: a larger batch without the memory.",
        ),
    ] = 1
    num_train_epochs: Annotated[
        int, Field(ge=1, le=100, title="Epochs", description="How often the run goes through all rows.")
    ] = 3
    max_steps: Annotated[
        int,
        Field(ge=0, le=1_000_000, title="Maximum steps", description="End after so many steps. 0: the epochs decide."),
    ] = 0
    max_length: Annotated[
        int,
        Field(
            ge=16, le=131_072, title="Maximum length", description="Tokens per row; what is longer is cut at its end."
        ),
    ] = 512
    warmup_steps: Annotated[
        int,
        Field(
            ge=0,
            le=5000,
            title="Warm-up steps",
            description="Steps over which the learning rate rises; at most a tenth of the run.",
        ),
    ] = 500
    lr_scheduler_type: Annotated[
        Scheduler, Field(title="Schedule", description="How the learning rate falls after the warm-up.")
    ] = "linear"
    weight_decay: Annotated[
        float,
        Field(ge=0, le=0.1, title="Weight decay", description="Pull of the weights towards zero at each step."),
    ] = 0.01
    max_grad_norm: Annotated[
        float,
        Field(gt=0, le=100, title="Gradient norm limit", description="Larger gradients are scaled down to this norm."),
    ] = 1.0
    eval_steps: Annotated[
        int,
        Field(
            ge=0,
            le=100_000,
            title="Evaluate every",
            description="Steps between validations. 0: only at the start and the end.",
        ),
    ] = 50
    eval_rows: Annotated[
        int,
        Field(
            ge=0,
            le=1_000_000,
            title="Validation rows",
            description="Rows used at each validation, from the top. 0: all of them.",
        ),
    ] = 0
    save_steps: Annotated[
        int,
        Field(
            ge=1,
            le=100_000,
            title="Checkpoint every",
            description="Steps between checkpoints, from which a run can be resumed.",
        ),
    ] = 50
    save_total_limit: Annotated[
        int,
        Field(ge=1, le=50, title="Checkpoints kept", description="The newest so many stay, and the best one besides."),
    ] = 2
    activation_checkpointing: Annotated[
        Literal["auto", "on", "off"],
        Field(
            title="Activation checkpointing",
            description="Computes activations twice instead of keeping them. Auto: on a GPU, from 1,024 tokens a row.",
        ),
    ] = "auto"
    seed: Annotated[
        int, Field(ge=0, le=2**31 - 1, title="Seed", description="Same seed, data and settings: same run.")
    ] = 42
    lora: Annotated[LoraSpec, Field(title="LoRA", description="Not looked at by full fine-tuning.")] = LoraSpec()

    @property
    def title(self) -> str:
        return self.name or f"{self.data.rstrip('/').rsplit('/', 1)[-1]}-{self.method}"

    @property
    def method_name(self) -> str:
        """`LoRA r8`, `Full`."""
        return METHOD_NAMES[self.method] + (f" r{self.lora.r}" if self.method != "full" else "")
