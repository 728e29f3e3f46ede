"""Small tokenizers of other kinds than the starter's, trained on a few words."""

import json
from collections.abc import Callable

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

WORDS = ["hello world, this is a question and here is the answer to it"] * 5
SPECIAL = ["<unk>", "<s>", "</s>"]
TEMPLATE = (
    "{% for m in messages %}[{{ m.role }}] {{ m.content }}{% if m.role == 'assistant' %}</s>{% endif %} {% endfor %}"
    "{% if add_generation_prompt %}[assistant] {% endif %}"
)


def unigram(template: str = TEMPLATE) -> PreTrainedTokenizerBase:
    """As sentencepiece makes them: blanks are part of words, text is normalised, `<s>` is put in front."""
    trainer = trainers.UnigramTrainer(vocab_size=60, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False)
    backend = Tokenizer(models.Unigram())
    backend.normalizer = normalizers.NFKC()
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Metaspace()
    backend.train_from_iterator(WORDS, trainer)
    return _wrapped(backend, template)


def byte_fallback(template: str = TEMPLATE) -> PreTrainedTokenizerBase:
    """As Llama 2 has it: a letter that is in no word becomes its bytes, and a text begins with a blank of its own."""
    blanks = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    trained = Tokenizer(models.BPE(unk_token="<unk>"))
    trained.normalizer = blanks
    trained.train_from_iterator(WORDS, trainers.BpeTrainer(special_tokens=SPECIAL, show_progress=False))
    model = json.loads(trained.to_str())["model"]
    letters = {f"<0x{byte:02X}>": len(model["vocab"]) + byte for byte in range(256)}
    merges = [tuple(merge) for merge in model["merges"]]
    backend = Tokenizer(
        models.BPE({**model["vocab"], **letters}, merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True)
    )
    backend.normalizer = blanks
    backend.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return _wrapped(backend, template)


def whole_words(template: str = TEMPLATE) -> PreTrainedTokenizerBase:
    """A token for each word, none for blanks; accents go, and capitals."""
    backend = Tokenizer(models.WordLevel(unk_token="<unk>"))
    backend.normalizer = normalizers.BertNormalizer()
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    backend.train_from_iterator(WORDS, trainers.WordLevelTrainer(special_tokens=SPECIAL, show_progress=False))
    return _wrapped(backend, template)


def _wrapped(backend: Tokenizer, template: str) -> PreTrainedTokenizerBase:
    backend.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    wrap: Callable[..., PreTrainedTokenizerBase] = PreTrainedTokenizerFast
    tokenizer = wrap(
        tokenizer_object=backend, unk_token="<unk>", bos_token="<s>", eos_token="</s>", model_max_length=1024
    )
    tokenizer.chat_template = template
    return tokenizer
