"""What is known of the machine at one moment. Measured by `runtime.telemetry`, drawn by the status bar."""

from dataclasses import dataclass
from typing import Literal

Pressure = Literal["ok", "high", "critical"]


@dataclass(frozen=True)
class Snapshot:
    """One reading. Sizes in bytes, loads in percent; None where the machine does not tell."""

    cpu_percent: float
    memory_used: int
    memory_total: int
    swap_used: int
    pressure: Pressure
    disk_free: int
    gpu_percent: float | None = None
    gpu_memory: int | None = None


@dataclass(frozen=True)
class Machine:
    """What does not change: the chip's name, and memory in bytes."""

    chip: str
    memory_total: int
    gpu_limit: int | None = None
    """Bytes the GPU may hold of the machine's memory (Metal's recommended working set); None without such a GPU."""
    bf16: bool = True
    """Whether it computes in bfloat16."""
