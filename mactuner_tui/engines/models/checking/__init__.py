"""Looking a model on this machine over before anything is done with it: each thing that can be wrong is one line.

Only JSON, headers and the tokenizer are read. No code of the model's is run; no size that a file claims is believed.
"""

from pathlib import Path

from mactuner_tui.core import library
from mactuner_tui.core.model_folder import is_adapter
from mactuner_tui.engines.listener import Listener
from mactuner_tui.engines.models.checking import places
from mactuner_tui.engines.models.checking.report import Found, Report

__all__ = ["Found", "Report", "report"]


def report(source: Path, listener: Listener, *, is_new: bool = False) -> Report:
    """Look a folder or a file over, telling each line as a `CheckMade`. What is wrong is in the report, not raised.

    `is_new`: whether what MacTuner has made already is wrong too.
    """
    made = Report(source, listener)
    listener.begin("looking the model over")
    folder = made.look("source", places.read_new if is_new else places.read, source)
    if folder is None:
        return made
    # Imported here: whether there is anything to look at is said before.
    if library.is_gguf_file(source) and source != folder:
        from mactuner_tui.engines.models.checking import gguf_file

        gguf_file.look_at(made, source)
    elif is_adapter(folder):
        from mactuner_tui.engines.models.checking import adapter

        adapter.look_at(made, folder)
    else:
        from mactuner_tui.engines.models.checking import model

        model.look_at(made, source, folder)
    return made
