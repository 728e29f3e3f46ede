"""Where tensors live and in which precision. The only place that decides it: everything else is given a `Device`."""

import ctypes
from dataclasses import dataclass
from typing import Literal

import psutil
import torch

from mactuner_tui.core.memory import EAGER_BELOW

DeviceType = Literal["mps", "cuda", "cpu"]


@dataclass(frozen=True)
class Device:
    """A place to compute, and the precision of weights there."""

    type: DeviceType
    dtype: torch.dtype

    @property
    def bf16(self) -> bool:
        return self.dtype is torch.bfloat16

    @property
    def dtype_name(self) -> str:
        """`bfloat16`, `float32`."""
        return str(self.dtype).removeprefix("torch.")

    @property
    def pad_multiple(self) -> int:
        """Rows are padded to a multiple of this many tokens.

        Each new shape makes MPS compile and keep another graph (pytorch#132596), so there are few; a CPU only wants
        whole vectors.
        """
        return 64 if self.type == "mps" else 8

    def attention(self, longest_row: int) -> str:
        """The attention implementation, by transformers' name, for training on rows of up to so many tokens.

        On a CPU torch's fused kernel is the slower one for short rows: its forward and backward pass took 30 ms against
        10 at 128 tokens, 58 against 40 at 280 and was faster from 512 on (8 rows, 9 heads, bfloat16, 2 cores).
        """
        return "eager" if self.type == "cpu" and longest_row < EAGER_BELOW else "sdpa"

    def memory(self) -> int:
        """Bytes the device's driver holds for this process; 0 on a CPU, whose memory is the process's own."""
        match self.type:
            case "mps":
                return torch.mps.driver_allocated_memory()
            case "cuda":
                return torch.cuda.memory_reserved()
            case "cpu":
                return 0

    def release(self) -> None:
        """Give back what freed tensors still hold: loading leaves much, quantising more."""
        match self.type:
            case "mps":
                torch.mps.empty_cache()
            case "cuda":
                torch.cuda.empty_cache()
            case "cpu" if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # The GNU C library has it.
                trim(0)

    def memory_limit(self) -> int:
        """Bytes this process should stay below on the device; 0 on a CPU."""
        match self.type:
            case "mps":
                return torch.mps.recommended_max_memory()
            case "cuda":
                return torch.cuda.get_device_properties(0).total_memory
            case "cpu":
                return 0


def pick() -> Device:
    """MPS when torch can use it, else CUDA, else the CPU; bfloat16 where the hardware computes in it."""
    if torch.backends.mps.is_available():
        return Device("mps", torch.bfloat16)
    if torch.cuda.is_available():
        return Device("cuda", torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32)
    return Device("cpu", torch.bfloat16 if _cpu_has_bf16() else torch.float32)


def _cpu_has_bf16() -> bool:
    """Whether the CPU multiplies bfloat16 itself; elsewhere it is emulated and slower than float32."""
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def process_memory() -> int:
    """Resident bytes of this process."""
    return int(psutil.Process().memory_info().rss)
