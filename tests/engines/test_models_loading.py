"""Loading: the tokenizer must cut text as its file says, and code in a model folder is never run."""

import json
import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import LlamaTokenizer

from mactuner_tui.core.errors import ModelError
from mactuner_tui.engines import device as devices
from mactuner_tui.engines.models.loading import PROBE, guarded_tokenizer, load_causal_lm, load_tokenizer


@pytest.fixture
def copy(starter: Path, tmp_path: Path) -> Path:
    """A copy of the starter that may be damaged."""
    folder = tmp_path / "copy"
    shutil.copytree(starter, folder)
    return folder


def test_a_model_that_needs_its_own_code_is_refused_and_the_code_not_run(copy: Path) -> None:
    (copy / "modeling_odd.py").write_text("import pathlib\npathlib.Path(__file__).with_name('ran').touch()\n")
    config = json.loads((copy / "config.json").read_text())
    odd = {"model_type": "odd", "auto_map": {"AutoConfig": "modeling_odd.C", "AutoModelForCausalLM": "modeling_odd.M"}}
    (copy / "config.json").write_text(json.dumps({**config, **odd}))
    with pytest.raises(ModelError, match="needs code of its own"):
        load_causal_lm(copy, devices.pick())
    assert not (copy / "ran").exists()


def test_a_family_that_transformers_knows_runs_without_the_code_beside_it(copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**config, "auto_map": {"AutoModelForCausalLM": "modeling_odd.M"}}))
    assert load_causal_lm(copy, devices.pick()).config.model_type == "llama"


def test_an_unknown_family_is_refused(copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**config, "model_type": "odd"}))
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_causal_lm(copy, devices.pick())


def _set(copy: Path, **settings: object) -> None:
    """Other settings of the tokenizer."""
    before = json.loads((copy / "tokenizer_config.json").read_text())
    (copy / "tokenizer_config.json").write_text(json.dumps({**before, **settings}))


# These cut at sentencepiece's marks whatever tokenizer.json says (transformers#45488); of the first, transformers 5.23
# sees it by itself.
@pytest.mark.parametrize(("name", "verdict"), [("LlamaTokenizer", "checked"), ("CodeLlamaTokenizer", "corrected")])
def test_a_tokenizer_class_that_overrides_its_file_is_corrected(
    name: str, verdict: str, copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = LlamaTokenizer.from_pretrained(copy)
    assert wrong.decode(wrong(PROBE, add_special_tokens=False)["input_ids"]) != PROBE
    _set(copy, tokenizer_class=name)
    assert guarded_tokenizer(copy).verdict == verdict
    tokenizer = load_tokenizer(copy)
    assert tokenizer.decode(tokenizer(PROBE, add_special_tokens=False)["input_ids"]) == PROBE
    assert ("overrides tokenizer.json" in caplog.text) == (verdict == "corrected")


def test_a_tokenizer_that_cannot_be_corrected_is_refused(copy: Path) -> None:
    _set(copy, additional_special_tokens=["café"])
    with pytest.raises(ModelError, match=r"tokenizer.json: the loaded tokenizer cuts text differently"):
        guarded_tokenizer(copy)


def test_a_file_that_cuts_off_or_fills_up_is_compared_without(copy: Path) -> None:
    file = Tokenizer.from_file(str(copy / "tokenizer.json"))
    file.enable_truncation(4)
    file.enable_padding(length=64)
    file.save(str(copy / "tokenizer.json"))
    assert guarded_tokenizer(copy).verdict == "checked"


def test_a_tokenizer_without_the_file_to_compare_it_with_is_said_to_be_unchecked(copy: Path) -> None:
    model = json.loads((copy / "tokenizer.json").read_text())["model"]
    (copy / "tokenizer.json").unlink()
    (copy / "vocab.json").write_text(json.dumps(model["vocab"]))
    (copy / "merges.txt").write_text("".join(f"{' '.join(merge)}\n" for merge in model["merges"]))
    _set(copy, tokenizer_class="GPT2Tokenizer")
    guarded = guarded_tokenizer(copy)
    assert guarded.verdict == "unchecked: no tokenizer.json"
    assert guarded.tokenizer.decode(guarded.tokenizer(PROBE)["input_ids"]) == PROBE


def test_weights_that_lack_a_tensor_are_refused(copy: Path) -> None:
    weights = load_file(copy / "model.safetensors")
    del weights["model.layers.3.mlp.up_proj.weight"]
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"lack 1 tensors, such as model.layers.3.mlp.up_proj.weight"):
        load_causal_lm(copy, devices.pick())


def test_weights_of_another_shape_are_refused(copy: Path) -> None:
    weights = load_file(copy / "model.safetensors")
    weights["model.norm.weight"] = weights["model.norm.weight"][:100].clone()
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_causal_lm(copy, devices.pick())
