"""What `mactuner demo` does and a first run on the screen suggests: the whole loop on what comes with the package."""

from mactuner_tui.core.library import SAMPLE, STARTER
from mactuner_tui.core.specs.chat import GenerationSpec
from mactuner_tui.core.specs.training import LoraSpec, TrainSpec

TRAINING = TrainSpec(
    model=STARTER,
    data=SAMPLE,
    learning_rate=1e-3,
    per_device_train_batch_size=8,
    max_steps=24,
    warmup_steps=2,
    lr_scheduler_type="cosine",
    eval_steps=0,
    save_steps=12,
    lora=LoraSpec(r=16, lora_alpha=32, lora_dropout=0.0),
)
"""About 20,000 tokens. A high learning rate, because the run is so short."""

QUESTIONS = (
    "What does the Python function `textwrap.dedent` do?",
    "What does the Python function `os.path.join` do?",
    "What does the Python function `shutil.copytree` do?",
)

GENERATION = GenerationSpec(temperature=0, max_new_tokens=64)
"""Greedy, so that a second run gives the same answers."""
