"""How many real (non-padding) tokens per second training takes in, side by side on the same rows and LoRA settings:

* ours: the trainer of the `train` job, with its events;
* bare: a plain loop over the very same batches, with the same loss and optimizer;
* naive: transformers.Trainer in float32, gradient checkpointing on, every row padded to 512 tokens, batches of 4.

It runs in a worker process, with the environment that the runtime gives to training jobs.
"""

import os
import subprocess
import sys
import tempfile

from mactuner_tui.runtime.environment import worker_environment


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        environment = worker_environment("training") | {"MACTUNER_HOME": os.environ.get("MACTUNER_HOME", home)}
        subprocess.run([sys.executable, "-m", "tests.bench.training_rounds"], env=environment, check=True)
