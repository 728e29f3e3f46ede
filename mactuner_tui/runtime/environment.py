"""The environment that worker processes are started with: it must be set before torch is imported."""

import os
from pathlib import Path
from typing import Literal

Purpose = Literal["training", "inference", "data"]

HUB_FOLDERS = ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_TOKEN_PATH", "XDG_CACHE_HOME")
"""Where huggingface_hub keeps its things. A worker runs in a folder of its own: none of them is meant from there."""

COMMON = {
    "PYTHONUNBUFFERED": "1",
    # Without it macOS 26 may call itself 16 (cpython#135675).
    "SYSTEM_VERSION_COMPAT": "0",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # A folder with .bin weights would otherwise start a network thread.
    "DISABLE_SAFETENSORS_CONVERSION": "1",
    "TOKENIZERS_PARALLELISM": "false",
    # Threads that wait for each other spin only briefly (GNU OpenMP, so Linux alone): on a machine that does other
    # things too, spinning for the default milliseconds made a training step ten times slower (measured, 2 cores).
    "GOMP_SPINCOUNT": "1000",
}

TORCH = {
    # torch's default of 1.7 times the recommended memory ends in swapping instead of in an error.
    "PYTORCH_MPS_HIGH_WATERMARK_RATIO": "1.0",
    "PYTORCH_MPS_LOW_WATERMARK_RATIO": "0.9",
}

MPS_FALLBACK = "PYTORCH_ENABLE_MPS_FALLBACK"


def worker_environment(purpose: Purpose) -> dict[str, str]:
    """The variables of a worker process.

    An operation that MPS lacks falls back to the CPU in inference; in training, where it would slow a run down tenfold
    unseen, it fails.
    """
    environment = {**os.environ, **COMMON}
    environment.pop(MPS_FALLBACK, None)
    for name in HUB_FOLDERS:
        if folder := environment.pop(name, ""):
            environment[name] = str(Path(os.path.expandvars(folder)).expanduser().absolute())
    match purpose:
        case "training":
            environment |= TORCH
        case "inference":
            environment |= TORCH | {MPS_FALLBACK: "1"}
        case "data":
            environment["TOKENIZERS_PARALLELISM"] = "true"
    return environment
