"""`python -m tests.bench [NAME ...]`: all measurements, or those named."""

import sys

from tests.bench.data_profile import main as data_profile
from tests.bench.first_paint import main as first_paint
from tests.bench.key_latency import main as key_latency
from tests.bench.library_listing import main as library_listing
from tests.bench.memory_estimate import main as memory_estimate
from tests.bench.training_speed import main as training_speed

BENCHMARKS = {
    "first_paint": first_paint,
    "key_latency": key_latency,
    "training_speed": training_speed,
    "data_profile": data_profile,
    "memory_estimate": memory_estimate,
    "library_listing": library_listing,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHMARKS:
        print(f"== {name}", flush=True)
        BENCHMARKS[name]()
