"""MacTuner: fine-tune, test and ship language models on an Apple Silicon Mac, in the terminal."""

__version__ = "0.1.0"
