"""Who imports what, seen in a fresh interpreter."""

import json
import pkgutil
from collections.abc import Iterator

import pytest

import mactuner_tui
from tests.unit.helpers import python

ML = {
    "accelerate",
    "bitsandbytes",
    "datasets",
    "faiss",
    "gguf",
    "huggingface_hub",
    "llama_cpp",
    "numpy",
    "pandas",
    "peft",
    "pymupdf",
    "safetensors",
    "sentence_transformers",
    "tokenizers",
    "torch",
    "transformers",
}
IMPORT_ALL = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules} | {
    name for name in sys.modules if name.startswith("mactuner_tui.")
})))
"""


def _modules(*layers: str) -> Iterator[str]:
    for found in pkgutil.walk_packages(mactuner_tui.__path__, "mactuner_tui."):
        if found.name.split(".")[1] in layers:
            yield found.name


def _imported_by(*modules: str) -> set[str]:
    done = python(IMPORT_ALL, *modules)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_interface_and_command_import_no_ml_library_and_no_engine() -> None:
    modules = list(_modules("app", "cli", "core", "runtime", "screens", "widgets"))
    assert {"mactuner_tui.app", "mactuner_tui.cli.commands", "mactuner_tui.runtime.jobs"} <= set(modules)
    imported = _imported_by(*modules)
    assert set(modules) <= imported
    assert not imported & ML
    assert not [name for name in imported if name.startswith("mactuner_tui.engines")]


@pytest.mark.parametrize(
    ("layer", "foreign"), [("core", {"textual", "psutil", "typer", "rich"}), ("runtime", {"textual", "typer", "rich"})]
)
def test_lower_layers_know_nothing_of_those_above(layer: str, foreign: set[str]) -> None:
    assert not _imported_by(*_modules(layer)) & (foreign | ML)


def test_opening_the_tui_imports_no_command() -> None:
    """First paint is measured from here: what the command line needs is not waited for."""
    imported = _imported_by("mactuner_tui.cli.main", "mactuner_tui.app")
    assert "typer" not in imported


def test_jobs_and_sessions_judge_their_inputs_before_they_load_any_library() -> None:
    imported = _imported_by(
        "mactuner_tui.engines.job_host",
        "mactuner_tui.engines.session_host",
        "mactuner_tui.engines.chat.session",
        "mactuner_tui.engines.data.job",
        "mactuner_tui.engines.doctor.session",
        "mactuner_tui.engines.models.job",
        "mactuner_tui.engines.training.job",
    )
    assert not imported & ML
    assert "textual" not in imported


def test_the_first_rows_of_a_source_are_shown_before_any_heavy_library_is_loaded() -> None:
    assert not _imported_by("mactuner_tui.engines.data.session") & (ML - {"numpy"})
