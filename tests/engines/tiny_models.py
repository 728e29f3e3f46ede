"""Whole models with random weights, small enough to be made, sent and loaded in no time."""

from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from tests.engines.tiny_tokenizers import unigram


def save_llama(folder: Path, shard_size: str = "5GB") -> Path:
    """A Llama of a million parameters (4 MB) in files of at most that size, with a tokenizer and a chat template."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=60,
        hidden_size=128,
        intermediate_size=512,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
    )
    LlamaForCausalLM(config).save_pretrained(folder, max_shard_size=shard_size)
    unigram().save_pretrained(folder)
    return folder
