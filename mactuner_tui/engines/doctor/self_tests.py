"""Does the device compute what the CPU computes? One test for each fault MPS is known for (FOUNDATIONS 3.2, 3.9).

Each test takes a device type and returns its largest error, relative to the largest value of the reference.
"""

from collections.abc import Callable

import bitsandbytes
import torch
from torch import Tensor
from torch.nn import functional

VOCABULARY = 50_257
"""Beyond 32,768, where matrix products of some torch releases read past their operands on M1 and M2."""
CAUSAL_LENGTHS = (17, 64, 705)
"""Row lengths at which causal attention in half precision let later tokens through."""


def head_backward(device: str) -> float:
    """The gradient of a language model's head: a sum over the whole vocabulary (pytorch#183535)."""
    slope, weight = _random(48, VOCABULARY), _random(VOCABULARY, 64)
    _ = (_random(16, 40_000).to(device) @ _random(40_000, 32).to(device)).cpu()  # The fault shows after another shape.
    return _error(slope.to(device) @ weight.to(device), slope.double() @ weight.double())


def causal_attention(device: str) -> float:
    """Causal attention in bfloat16, with gradients and without (pytorch#195910)."""
    return max(_attention_error(device, length, gradients) for length in CAUSAL_LENGTHS for gradients in (False, True))


def _attention_error(device: str, length: int, gradients: bool) -> float:
    queries, keys, values = (_random(1, 4, length, 64).bfloat16() for _ in range(3))
    expected = functional.scaled_dot_product_attention(queries.double(), keys.double(), values.double(), is_causal=True)
    queries, keys, values = (part.to(device).requires_grad_(gradients) for part in (queries, keys, values))
    found = functional.scaled_dot_product_attention(queries, keys, values, is_causal=True)
    return _error(found.detach(), expected)


def nf4_round_trip(device: str) -> float:
    """Packing to NF4 and back, compared with the CPU: what QLoRA rests on."""
    weights = _random(256, 512)
    packed, state = bitsandbytes.functional.quantize_4bit(weights, quant_type="nf4")
    expected = bitsandbytes.functional.dequantize_4bit(packed, state)
    packed, state = bitsandbytes.functional.quantize_4bit(weights.to(device), quant_type="nf4")
    return _error(bitsandbytes.functional.dequantize_4bit(packed, state), expected)


def optimizer_step(device: str) -> float:
    """One fused AdamW step, compared with the plain one in double precision."""
    start, gradient = _random(300, 200), _random(300, 200)
    return _error(_adamw(start.to(device), gradient.to(device), True), _adamw(start.double(), gradient.double(), False))


def _adamw(start: Tensor, gradient: Tensor, fused: bool) -> Tensor:
    weights = torch.nn.Parameter(start.clone())
    weights.grad = gradient
    torch.optim.AdamW([weights], lr=0.1, fused=fused).step()
    return weights.detach() - start


def _random(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


def _error(found: Tensor, expected: Tensor) -> float:
    difference = (found.cpu().double() - expected.cpu().double()).abs().max()
    return float(difference / expected.double().abs().max())


TESTS: dict[str, Callable[[str], float]] = {
    "vocabulary gradient": head_backward,
    "causal attention": causal_attention,
    "NF4 packing": nf4_round_trip,
    "optimizer step": optimizer_step,
}
