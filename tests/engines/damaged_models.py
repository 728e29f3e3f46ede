"""Whole models of a few kilobytes, and every way to damage one: what is done, which file is to blame, what is said.

A damage with a payload would create the file `ran` beside the damaged folder, if anything of it were run.
"""

import json
import os
import pickle
import shutil
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import gguf
import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

Base = Literal["whole", "sharded", "pickled", "gguf", "adapter"]
Json = dict[str, Any]
WEIGHTS, INDEX, PICKLED = "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"
SHARDS = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
GGUF = "tiny.gguf"
VOCABULARY = 300
NORM = "model.norm.weight"


@dataclass(frozen=True)
class Damage:
    """What is done to a copy of a whole model, and what a report of it must say."""

    name: str
    base: Base
    inflict: Callable[[Path], object]
    file: str
    """The file to blame: its name is in the error's message."""
    words: str
    """What the error's message and a failed line of the report say."""
    source: str = ""
    """What is imported: a file in the folder; empty: the folder."""


def make_whole(folder: Path) -> None:
    """A random Llama that transformers loads: one folder for each base, `whole` being the plain one."""
    torch.manual_seed(0)
    tokenizer = _tokenizer()
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        tie_word_embeddings=False,
    )
    model: Any = LlamaForCausalLM(config)
    model.to(torch.bfloat16)
    for base in ("whole", "sharded", "pickled"):
        # 64 kB make two shards of this model.
        model.save_pretrained(folder / base, max_shard_size="160kB" if base == "sharded" else "1GB")
        tokenizer.save_pretrained(folder / base)
    torch.save(model.state_dict(), folder / "pickled" / PICKLED)
    (folder / "pickled" / WEIGHTS).unlink()
    (folder / "gguf").mkdir()
    write_gguf(folder / "gguf" / GGUF, model, tokenizer)
    (folder / "adapter").mkdir()
    lora = {f"base_model.model.layers.0.q_proj.lora_{side}.weight": torch.zeros(4, 4) for side in "AB"}
    save_file(lora, folder / "adapter" / "adapter_model.safetensors")
    settings = {"peft_type": "LORA", "r": 4, "base_model_name_or_path": str(folder / "whole")}
    (folder / "adapter" / "adapter_config.json").write_text(json.dumps(settings))


def _tokenizer() -> Any:
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - 10,
        special_tokens=["<unk>", "<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(["Hello world, this is text with words to learn from."] * 3, trainer)
    wrap: Callable[..., Any] = PreTrainedTokenizerFast
    return wrap(tokenizer_object=backend, unk_token="<unk>", bos_token="<s>", eos_token="</s>")


def write_gguf(path: Path, model: Any, tokenizer: Any) -> None:
    """The model in one GGUF file of 32-bit numbers, as llama.cpp's converter names and orders them."""
    config = model.config
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    writer.add_rope_dimension_count(config.head_dim)
    backend = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(sorted(backend["vocab"], key=backend["vocab"].__getitem__))
    writer.add_token_merges([" ".join(merge) for merge in backend["merges"]])
    writer.add_bos_token_id(tokenizer.bos_token_id)
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_chat_template("{{ messages }}")
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config.num_hidden_layers)
    for name, tensor in model.state_dict().items():
        numbers = tensor.float().numpy()
        heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}.get(name.split(".")[-2])
        if heads:  # llama.cpp rotates pairs that lie side by side, transformers those half a head apart.
            halves = numbers.reshape(heads, 2, len(numbers) // heads // 2, -1)
            numbers = np.ascontiguousarray(halves.swapaxes(1, 2).reshape(numbers.shape))
        writer.add_tensor(names.get_name(name, try_suffixes=(".weight",)), numbers)
    _close(writer)


def _write_gguf_head(path: Path, architecture: str = "llama", parts: int = 1) -> None:
    """A GGUF file of one tensor."""
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_uint16("split.count", parts)
    writer.add_token_list(["<s>"])
    writer.add_tensor("token_embd.weight", np.zeros((1, 64), dtype=np.float32))
    _close(writer)


def _close(writer: Any) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


# How a folder is damaged. Each gives what is done to a folder.

Inflict = Callable[[Path], object]


def without(name: str) -> Inflict:
    return lambda folder: (folder / name).unlink()


def content(name: str, text: str | bytes) -> Inflict:
    data = text.encode() if isinstance(text, str) else text
    return lambda folder: (folder / name).write_bytes(data)


def cut(name: str, part: float) -> Inflict:
    return lambda folder: os.truncate(folder / name, int((folder / name).stat().st_size * part))


def longer(name: str, size: int) -> Inflict:
    """As long as `size`, without taking so much of the disk."""
    return lambda folder: os.truncate(folder / name, size)


def endless(name: str) -> Inflict:
    """A file of nothing, longer than any memory."""

    def inflict(folder: Path) -> None:
        (folder / name).touch()
        os.truncate(folder / name, 10**12)

    return inflict


def pipe(name: str) -> Inflict:
    def inflict(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return inflict


def link(name: str, target: str) -> Inflict:
    """A link in the file's place; `{outside}` is a copy of the file beside the folder."""

    def inflict(folder: Path) -> None:
        outside = folder.with_name(f"outside-{name}")
        shutil.move(folder / name, outside)
        (folder / name).symlink_to(target.format(outside=outside, name=name))

    return inflict


def folder_at(name: str) -> Inflict:
    def inflict(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return inflict


def settings(name: str, **changes: object) -> Inflict:
    """Other values in a JSON file; None takes one out."""

    def inflict(folder: Path) -> None:
        before = json.loads((folder / name).read_text())
        after = {key: value for key, value in {**before, **changes}.items() if value is not None}
        (folder / name).write_text(json.dumps(after))

    return inflict


def config(**changes: object) -> Inflict:
    return settings("config.json", **changes)


def header(change: Callable[[Json], object], name: str = WEIGHTS) -> Inflict:
    """Another header in front of the same tensors."""

    def inflict(folder: Path) -> None:
        data = (folder / name).read_bytes()
        (length,) = struct.unpack("<Q", data[:8])
        entries = json.loads(data[8 : 8 + length])
        change(entries)
        text = json.dumps(entries).encode()
        (folder / name).write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length :])

    return inflict


def raw_header(text: bytes, length: int | None = None) -> Inflict:
    return content(WEIGHTS, struct.pack("<Q", len(text) if length is None else length) + text)


def entry(**changes: object) -> Inflict:
    """Another claim about one tensor."""
    return header(lambda entries: entries[NORM].update(changes))


def moved(by: int) -> Inflict:
    def change(entries: Json) -> None:
        last = max((name for name in entries if name != "__metadata__"), key=lambda n: entries[n]["data_offsets"])
        entries[last]["data_offsets"] = [place + by for place in entries[last]["data_offsets"]]

    return header(change)


def _half_a_character(entries: Json) -> None:
    end = max(claim["data_offsets"][1] for name, claim in entries.items() if name != "__metadata__")
    entries["model.layers.7.\ud800.weight"] = {"dtype": "BF16", "shape": [0], "data_offsets": [end, end]}


def _same_place(entries: Json) -> None:
    entries["model.layers.0.input_layernorm.weight"]["data_offsets"] = entries[NORM]["data_offsets"]


def tensors(change: Callable[[dict[str, torch.Tensor]], object], name: str = WEIGHTS) -> Inflict:
    """A whole file again, of other tensors."""

    def inflict(folder: Path) -> None:
        loaded = load_file(folder / name)
        change(loaded)
        save_file(loaded, folder / name, metadata={"format": "pt"})

    return inflict


def _as(dtype: torch.dtype) -> Inflict:
    key = "model.layers.1.mlp.up_proj.weight"
    return tensors(lambda loaded: loaded.update({key: loaded[key].to(dtype)}))


def index(change: Callable[[dict[str, str]], object], name: str = INDEX) -> Inflict:
    """Another map in the index."""

    def inflict(folder: Path) -> None:
        content = json.loads((folder / name).read_text())
        change(content["weight_map"])
        (folder / name).write_text(json.dumps(content))

    return inflict


def _in_both_shards(folder: Path) -> None:
    first, second = (load_file(folder / shard) for shard in SHARDS)
    save_file({**second, "model.embed_tokens.weight": first["model.embed_tokens.weight"]}, folder / SHARDS[1])


class _Payload:
    """Unpickled, it creates a file."""

    def __init__(self, marker: Path) -> None:
        self._marker = marker

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self._marker),)


def _hostile(folder: Path) -> None:
    torch.save({"w": torch.zeros(2), "x": _Payload(folder.with_name("ran"))}, folder / PICKLED)


def _bare_hostile(folder: Path) -> None:
    (folder / PICKLED).write_bytes(pickle.dumps({"x": _Payload(folder.with_name("ran"))}, protocol=2))


def _compressed(folder: Path) -> None:
    """A thousand times as long when it is unpacked."""
    with zipfile.ZipFile(folder / PICKLED, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pytorch_model/data.pkl", bytes(100_000_000))
        archive.writestr("pytorch_model/version", b"3\n")


def _repeated(folder: Path) -> None:
    """One number that claims to be a trillion."""
    torch.save({"model.norm.weight": torch.zeros(1).expand(10**6, 10**6)}, folder / PICKLED)


def _pickled_index(folder: Path) -> None:
    (folder / PICKLED).unlink()
    (folder / f"{PICKLED}.index.json").write_text(json.dumps({"metadata": {}, "weight_map": {NORM: "../up.bin"}}))


PAYLOAD = "import pathlib\npathlib.Path(__file__).parent.with_name('ran').touch()\nclass C: ...\n"


def _needs_code(folder: Path) -> None:
    (folder / "odd.py").write_text(PAYLOAD)
    config(model_type="odd", auto_map={"AutoConfig": "odd.C", "AutoModelForCausalLM": "odd.C"})(folder)


def _tokenizer_needs_code(folder: Path) -> None:
    (folder / "odd.py").write_text(PAYLOAD)
    settings("tokenizer_config.json", tokenizer_class="OddTokenizer", auto_map={"AutoTokenizer": ["odd.C", "odd.C"]})(
        folder
    )


def _many_tokens(folder: Path) -> None:
    def change(content: Json) -> None:
        content["model"]["vocab"].update({f"word{number}": 290 + number for number in range(50)})

    file = folder / "tokenizer.json"
    parsed = json.loads(file.read_text())
    change(parsed)
    file.write_text(json.dumps(parsed))


def gguf_bytes(change: Callable[[bytearray], object]) -> Inflict:
    """Other bytes in the GGUF file."""

    def inflict(folder: Path) -> None:
        data = bytearray((folder / GGUF).read_bytes())
        change(data)
        (folder / GGUF).write_bytes(data)

    return inflict


def _at(place: int, layout: str, value: int) -> Inflict:
    return gguf_bytes(lambda data: struct.pack_into(layout, data, place, value))


def gguf_header(*parts: bytes) -> Inflict:
    """A header of one setting, whatever it is."""
    return content(GGUF, b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + b"".join(parts) + bytes(64))


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def _tensor_type(data: bytearray) -> None:
    place = data.index(b"output_norm.weight") + len(b"output_norm.weight") + 4 + 8
    struct.pack_into("<I", data, place, 99)


def _tensor_offset(data: bytearray) -> None:
    place = data.index(b"output_norm.weight") + len(b"output_norm.weight") + 4 + 8 + 4
    struct.pack_into("<Q", data, place, 64)


DEEP = "[" * 200_000
OF_A_CONFIG = [
    Damage("no config", "whole", without("config.json"), "config.json", "is missing"),
    Damage("empty config", "whole", content("config.json", ""), "config.json", "not valid JSON"),
    Damage("cut config", "whole", cut("config.json", 0.5), "config.json", "not valid JSON"),
    Damage(
        "config of the wrong type", "whole", content("config.json", "[1]"), "config.json", "must hold a JSON object"
    ),
    Damage("config is a folder", "whole", folder_at("config.json"), "config.json", "not a plain file"),
    Damage("config is a pipe", "whole", pipe("config.json"), "config.json", "not a plain file"),
    Damage("deep config", "whole", content("config.json", DEEP), "config.json", "not valid JSON"),
    Damage("deep config object", "whole", content("config.json", '{"a":' * 100_000), "config.json", "not valid JSON"),
    Damage("endless config", "whole", longer("config.json", 10**10), "config.json", "is longer than"),
    Damage("config is no text", "whole", content("config.json", b"\xff\xfe{}"), "config.json", "not valid JSON"),
    Damage("endless number", "whole", content("config.json", "1" * 10_000), "config.json", "not valid JSON"),
    Damage("config leads out", "whole", link("config.json", "{outside}"), "config.json", "leads out of the folder"),
    Damage("config leads to itself", "whole", link("config.json", "{name}"), "config.json", "cannot be read"),
    Damage("config is a device", "whole", link("config.json", "/dev/zero"), "config.json", "not a plain file"),
    Damage("no family", "whole", config(model_type=None), "config.json", "model_type is missing"),
    Damage("half a family", "whole", config(model_type="\ud800"), "config.json", "transformers knows no such model"),
    Damage("family is a number", "whole", config(model_type=7), "config.json", "model_type = 7"),
    Damage("unknown family", "whole", config(model_type="odd"), "config.json", "transformers knows no such model"),
    Damage("family of another kind", "whole", config(model_type="vit"), "config.json", "not a causal language model"),
    Damage(
        "head of another kind",
        "whole",
        config(architectures=["LlamaForSequenceClassification"]),
        "config.json",
        "not a causal language model",
    ),
    Damage("needs code", "whole", _needs_code, "config.json", "needs code of its own"),
    Damage("a billion layers", "whole", config(num_hidden_layers=10**9), "config.json", "num_hidden_layers"),
    Damage("a billion labels", "whole", config(num_labels=10**9), "config.json", "num_labels"),
    Damage("a trillion wide", "whole", config(hidden_size=10**12), "config.json", "hidden_size"),
    Damage("infinitely wide", "whole", config(hidden_size=float("inf")), "config.json", "hidden_size"),
    Damage("width is a word", "whole", config(hidden_size="wide"), "config.json", "cannot build the model"),
    Damage("negative width", "whole", config(hidden_size=-64, head_dim=16), "config.json", "cannot build the model"),
    Damage("no heads", "whole", config(num_attention_heads=0, head_dim=None), "config.json", "cannot build the model"),
    Damage("other vocabulary", "whole", config(vocab_size=301), WEIGHTS, "has shape [300, 64]"),
    Damage("other width", "whole", config(hidden_size=128), WEIGHTS, "has shape"),
    Damage("other inner width", "whole", config(intermediate_size=97), WEIGHTS, "mlp.down_proj.weight has shape"),
    Damage("other key heads", "whole", config(num_key_value_heads=4), WEIGHTS, "self_attn.k_proj.weight has shape"),
    Damage("a layer too many", "whole", config(num_hidden_layers=3), "whole", "lack 9 tensors"),
    Damage("a layer too few", "whole", config(num_hidden_layers=1), WEIGHTS, "counts only 1 layer"),
    Damage("name that no one can read", "whole", content("a\x1b[2J.json", "{}"), "whole", "cannot be printed"),
    Damage("quantised", "whole", config(quantization_config={"quant_method": "gptq"}), "config.json", "'gptq'"),
]
OF_A_TOKENIZER = [
    Damage("no tokenizer", "whole", without("tokenizer.json"), "tokenizer.json", "has no tokenizer"),
    Damage("empty tokenizer", "whole", content("tokenizer.json", ""), "tokenizer.json", "is empty"),
    Damage("cut tokenizer", "whole", cut("tokenizer.json", 0.5), "whole", "cannot be loaded"),
    Damage("tokenizer of the wrong type", "whole", content("tokenizer.json", "[]"), "whole", "cannot be loaded"),
    Damage("deep tokenizer", "whole", content("tokenizer.json", DEEP), "whole", "cannot be loaded"),
    Damage("tokenizer is a pipe", "whole", pipe("tokenizer.json"), "tokenizer.json", "not a plain file"),
    Damage("endless tokenizer", "whole", longer("tokenizer.json", 10**10), "tokenizer.json", "is longer than"),
    Damage(
        "damaged settings",
        "whole",
        content("tokenizer_config.json", "{"),
        "tokenizer_config.json",
        "not valid JSON",
    ),
    Damage(
        "settings of the wrong type", "whole", content("tokenizer_config.json", "3"), "tokenizer_config.json", "JSON"
    ),
    Damage("damaged tokens", "whole", content("added_tokens.json", DEEP), "added_tokens.json", "not valid JSON"),
    Damage("tokenizer needs code", "whole", _tokenizer_needs_code, "whole", "needs code of its own"),
    Damage("more tokens than rows", "whole", _many_tokens, "whole", "tokens, the model's embedding only 300 rows"),
    Damage(
        "cuts otherwise",
        "whole",
        settings("tokenizer_config.json", additional_special_tokens=["world", "naïve"]),
        "tokenizer.json",
        "cuts text differently",
    ),
]
OF_WEIGHTS = [
    Damage("no weights", "whole", without(WEIGHTS), WEIGHTS, "has no weights"),
    Damage("empty weights", "whole", content(WEIGHTS, b""), WEIGHTS, "too short for its header"),
    Damage("cut in the header", "whole", cut(WEIGHTS, 0.001), WEIGHTS, "damaged or cut off"),
    Damage("cut in a tensor", "whole", cut(WEIGHTS, 0.7), WEIGHTS, "damaged or cut off"),
    Damage("something behind", "whole", longer(WEIGHTS, 10**9), WEIGHTS, "1,000,000,000 bytes where its header says"),
    Damage("absurd header length", "whole", raw_header(b"{}", 2**63), WEIGHTS, "too short for its header"),
    Damage("header beyond the limit", "whole", raw_header(b"{}" * 10**7), WEIGHTS, "too short for its header"),
    Damage(
        "header of lists", "whole", raw_header(b"[" + b"[]," * 1_000_000 + b"[]]"), WEIGHTS, "not a list of tensors"
    ),
    Damage("header is no JSON", "whole", raw_header(b"{'a': 1}"), WEIGHTS, "not a list of tensors"),
    Damage("deep header", "whole", raw_header(DEEP.encode()), WEIGHTS, "not a list of tensors"),
    Damage("overlapping tensors", "whole", moved(-2), WEIGHTS, "overlaps another"),
    Damage("a gap between tensors", "whole", moved(2), WEIGHTS, "leaves a gap"),
    Damage("two tensors in one place", "whole", header(_same_place), WEIGHTS, "is damaged"),
    Damage("size and shape differ", "whole", entry(shape=[65]), WEIGHTS, "where BF16 of shape [65] takes 130"),
    Damage("huge shape", "whole", entry(shape=[2**62, 2**62]), WEIGHTS, "takes 128 bytes"),
    Damage("negative shape", "whole", entry(shape=[-64]), WEIGHTS, "not a list of tensors"),
    Damage("unknown dtype", "whole", entry(dtype="Q9"), WEIGHTS, "dtype 'Q9', which is unknown"),
    Damage("dtype is a list", "whole", entry(dtype=["BF16"]), WEIGHTS, "not a list of tensors"),
    Damage("whole numbers", "whole", _as(torch.int8), WEIGHTS, "dtype I8, which cannot be trained"),
    Damage("eight bits", "whole", _as(torch.float8_e4m3fn), WEIGHTS, "dtype F8_E4M3, which cannot be trained"),
    Damage("a tensor too few", "whole", tensors(lambda t: t.pop(NORM)), "whole", "lack 1 tensor that config.json"),
    Damage(
        "a tensor of another shape",
        "whole",
        tensors(lambda t: t.update({NORM: torch.zeros(63)})),
        WEIGHTS,
        f"{NORM} has shape [63]",
    ),
    Damage("half a character", "whole", header(_half_a_character), WEIGHTS, "counts only 2 layers"),
    Damage("weights are a pipe", "whole", pipe(WEIGHTS), WEIGHTS, "not a plain file"),
    Damage("weights are a folder", "whole", folder_at(WEIGHTS), WEIGHTS, "not a plain file"),
    Damage("weights lead out", "whole", link(WEIGHTS, "{outside}"), WEIGHTS, "leads out of the folder"),
    Damage("a file alone", "whole", without("config.json"), "config.json", "is missing", source=WEIGHTS),
]
OF_SHARDS = [
    Damage("missing shard", "sharded", without(SHARDS[1]), SHARDS[1], "is missing"),
    Damage("cut shard", "sharded", cut(SHARDS[1], 0.5), SHARDS[1], "damaged or cut off"),
    Damage(
        "extra shard",
        "sharded",
        content("model-00003-of-00003.safetensors", b""),
        "model-00003-of-00003.safetensors",
        "is not named by",
    ),
    Damage(
        "index leads up", "sharded", index(lambda m: m.update({NORM: "../whole/model.safetensors"})), INDEX, "names"
    ),
    Damage("index leads away", "sharded", index(lambda m: m.update({NORM: "/etc/x.safetensors"})), INDEX, "names"),
    Damage(
        "index names a pickle", "sharded", index(lambda m: m.update({NORM: "x.bin"})), INDEX, "'x.bin', which is no"
    ),
    Damage("index names a number", "sharded", index(lambda m: m.update({NORM: 5})), INDEX, "names 5"),  # type: ignore[dict-item]
    Damage("index is a list", "sharded", settings(INDEX, weight_map=["a"]), INDEX, "missing or empty"),
    Damage("index without files", "sharded", settings(INDEX, weight_map={}), INDEX, "missing or empty"),
    Damage("index without metadata", "sharded", settings(INDEX, metadata=None), INDEX, "metadata is missing"),
    Damage("index is no JSON", "sharded", cut(INDEX, 0.5), INDEX, "not valid JSON"),
    Damage("index is a pipe", "sharded", pipe(INDEX), INDEX, "not a plain file"),
    Damage(
        "index of more", "sharded", index(lambda m: m.update({"more": SHARDS[0]})), INDEX, "'more', which is not there"
    ),
    Damage("index of less", "sharded", index(lambda m: m.pop(NORM)), SHARDS[1], "does not name"),
    Damage("index mistaken", "sharded", index(lambda m: m.update({NORM: SHARDS[0]})), INDEX, "it is in"),
    Damage("tensor in both shards", "sharded", _in_both_shards, SHARDS[1], "both hold the tensor"),
]
OF_PICKLES = [
    Damage("hostile pickle", "pickled", _hostile, PICKLED, "could run code"),
    Damage("hostile pickle alone", "pickled", _hostile, PICKLED, "could run code", source=PICKLED),
    Damage("bare hostile pickle", "pickled", _bare_hostile, PICKLED, "PyTorch before 1.6"),
    Damage("cut pickle", "pickled", cut(PICKLED, 0.5), PICKLED, "damaged or cut off"),
    Damage("no pickle", "pickled", content(PICKLED, b"text"), PICKLED, "not a file of PyTorch"),
    Damage("compressed pickle", "pickled", _compressed, PICKLED, "not as PyTorch writes it"),
    Damage("a list", "pickled", lambda f: torch.save([torch.zeros(2)], f / PICKLED), PICKLED, "does not hold tensors"),
    Damage("no tensors", "pickled", lambda f: torch.save({"a": 1}, f / PICKLED), PICKLED, "is no plain tensor"),
    Damage("repeated number", "pickled", _repeated, PICKLED, "is no plain tensor"),
    Damage("pickles lead up", "pickled", _pickled_index, f"{PICKLED}.index.json", "names '../up.bin'"),
]
OF_GGUF = [
    Damage("empty GGUF", "gguf", content(GGUF, b""), GGUF, "no GGUF file", source=GGUF),
    Damage("other magic", "gguf", _at(0, "<I", 7), GGUF, "no GGUF file", source=GGUF),
    Damage("other byte order", "gguf", _at(4, ">I", 3), GGUF, "version 50331648", source=GGUF),
    Damage("absurd count of tensors", "gguf", _at(8, "<Q", 2**60), GGUF, "are announced", source=GGUF),
    Damage("absurd count of settings", "gguf", _at(16, "<Q", 2**60), GGUF, "are announced", source=GGUF),
    Damage("absurd text", "gguf", _at(24, "<Q", 2**60), GGUF, "a text of", source=GGUF),
    Damage("cut GGUF header", "gguf", cut(GGUF, 0.01), GGUF, "ends in mid-air", source=GGUF),
    Damage("cut GGUF tensor", "gguf", cut(GGUF, 0.8), GGUF, "behind the end of the file", source=GGUF),
    Damage(
        "absurd list",
        "gguf",
        gguf_header(_text("a"), struct.pack("<IIQ", 9, 4, 2**62)),
        GGUF,
        "a list of",
        source=GGUF,
    ),
    Damage(
        "list of lists", "gguf", gguf_header(_text("a"), struct.pack("<IIQ", 9, 9, 1)), GGUF, "type ARRAY", source=GGUF
    ),
    Damage("unknown setting", "gguf", gguf_header(_text("a"), struct.pack("<I", 77)), GGUF, "of type 77", source=GGUF),
    Damage("unknown tensor type", "gguf", gguf_bytes(_tensor_type), GGUF, "of type 99", source=GGUF),
    Damage("overlapping GGUF", "gguf", gguf_bytes(_tensor_offset), GGUF, "overlaps another", source=GGUF),
    Damage(
        "unknown GGUF", "gguf", lambda f: _write_gguf_head(f / GGUF, "odd"), GGUF, "llama.cpp knows no", source=GGUF
    ),
    Damage("part of a GGUF", "gguf", lambda f: _write_gguf_head(f / GGUF, parts=3), GGUF, "one part of 3", source=GGUF),
    Damage("GGUF is a pipe", "gguf", pipe(GGUF), GGUF, "not a plain file", source=GGUF),
]
OF_ADAPTERS = [
    Damage("damaged adapter", "adapter", cut("adapter_config.json", 0.5), "adapter_config.json", "not valid JSON"),
    Damage(
        "adapter without base",
        "adapter",
        settings("adapter_config.json", base_model_name_or_path="/nowhere"),
        "adapter_config.json",
        "there is no such folder",
    ),
    Damage(
        "adapter of another kind",
        "adapter",
        settings("adapter_config.json", peft_type="IA3"),
        "adapter_config.json",
        "IA3",
    ),
    Damage(
        "adapter without weights",
        "adapter",
        without("adapter_model.safetensors"),
        "adapter_model.safetensors",
        "is missing",
    ),
]
OF_SOURCES = [
    Damage("manifest is a pipe", "whole", pipe("mactuner.json"), "mactuner.json", "not a plain file"),
    Damage(
        "manifest of a GGUF is a pipe", "gguf", pipe("mactuner.json"), "mactuner.json", "not a plain file", source=GGUF
    ),
    Damage("endless manifest", "whole", endless("mactuner.json"), "mactuner.json", "is longer than"),
    Damage("no source", "whole", lambda _: None, "nowhere", "There is no", source="nowhere"),
    Damage("endless name", "whole", lambda _: None, "aaa", "cannot be read", source="a" * 300),
    Damage("some file", "whole", content("notes.txt", "x"), "notes.txt", "is not a model", source="notes.txt"),
]
ALL = [
    *OF_A_CONFIG,
    *OF_A_TOKENIZER,
    *OF_WEIGHTS,
    *OF_SHARDS,
    *OF_PICKLES,
    *OF_GGUF,
    *OF_ADAPTERS,
    *OF_SOURCES,
]
