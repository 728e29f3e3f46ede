"""Loading: the tokenizer must cut text as its file says, and code in a model folder is never run."""

import json
import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from mactuner_tui.core.errors import ModelError
from mactuner_tui.engines import device as devices
from mactuner_tui.engines.models.loading import PROBE, load_causal_lm, load_tokenizer


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


def test_a_tokenizer_class_that_overrides_its_file_is_corrected(copy: Path) -> None:
    # LlamaTokenizer cuts at sentencepiece's marks whatever tokenizer.json says (transformers#45488).
    settings = json.loads((copy / "tokenizer_config.json").read_text())
    (copy / "tokenizer_config.json").write_text(json.dumps({**settings, "tokenizer_class": "LlamaTokenizer"}))
    tokenizer = load_tokenizer(copy)
    assert tokenizer.decode(tokenizer(PROBE, add_special_tokens=False)["input_ids"]) == PROBE


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
