"""How the training form is laid out, what it starts with, and what is checked before a run is asked for."""

from mactuner_tui.core import library, model_folder, paths
from mactuner_tui.core.demo import TRAINING
from mactuner_tui.core.errors import DataError, ModelError
from mactuner_tui.core.overview import JobView
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.widgets.spec_form import Group

GROUPS = (
    Group(
        "",
        (
            "model",
            "data",
            "method",
            "name",
            "learning_rate",
            "per_device_train_batch_size",
            "num_train_epochs",
            "max_steps",
        ),
    ),
    Group("Optimisation", ("lr_scheduler_type", "warmup_steps", "weight_decay", "max_grad_norm", "seed")),
    Group("Memory", ("max_length", "gradient_accumulation_steps", "activation_checkpointing")),
    Group("Evaluation and checkpoints", ("eval_steps", "eval_rows", "save_steps", "save_total_limit")),
)


def train_spec(view: JobView) -> TrainSpec | None:
    """What was asked of a run, None when its file was damaged."""
    return view.spec if isinstance(view.spec, TrainSpec) else None


def first_settings(runs: tuple[JobView, ...]) -> TrainSpec:
    """What a new run starts with: the newest run's settings under a new name, or the demo's."""
    newest = next((spec for view in runs if (spec := train_spec(view))), TRAINING)
    return newest.model_copy(update={"name": None})


def missing_input(spec: TrainSpec) -> tuple[str, str] | None:
    """The field whose model, dataset or name cannot be used, and why: found now rather than in the job."""
    try:
        if spec.model != library.STARTER:
            model_folder.check_model(library.find_model(spec.model))
        if spec.data != library.SAMPLE:
            library.find_dataset(spec.data)
        if spec.name is not None and (library.is_starter(spec.name) or (paths.models() / spec.name).exists()):
            return "name", f"A model called {spec.name} exists already. Choose another name."
    except ModelError as error:
        return "model", f"{error.message} {error.hint}"
    except DataError as error:
        return "data", f"{error.message} {error.hint}"
    return None
