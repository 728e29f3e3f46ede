"""A whole model: its lines, in the order in which they are told; what a library would read is known to be readable
before."""

import re
from pathlib import Path

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.model_facts import ModelFacts
from mactuner_tui.core.plain_files import open_plain
from mactuner_tui.engines.models.checking import config, places, tokenizer
from mactuner_tui.engines.models.checking.report import Found, Report

LICENSE = re.compile(rb"^license:\s*[\"']?([\w.-]{1,60})", re.MULTILINE)
CARD_HEAD_BYTES = 65_536


def look_at(made: Report, source: Path, folder: Path) -> None:
    """Look the model in a folder over; `source` is the folder itself, or the one weight file in it that is meant."""
    companions = made.look("files", places.companions, folder)
    settings = made.look("config.json", config.read, folder)
    words = made.look("tokenizer files", tokenizer.check_files, folder)
    weights = made.look("weight files", places.weight_files, source, folder)
    # Imported here: what is wrong with the files is said before these take seconds.
    from mactuner_tui.engines.models.checking import shapes, tensors

    code = made.look("code", config.check_code, folder, settings)
    family = made.look("architecture", config.check_family, folder, settings)
    heads = made.look("weight headers", tensors.read_tensors, weights)
    made.look("weight index", tensors.check_index, weights, heads)
    dtype = made.look("dtype", tensors.check_dtype, folder, settings, heads)
    fit = made.look("tensor shapes", shapes.match, folder, settings, heads, needs=(code, family, dtype))
    cut = made.look("tokenizer", tokenizer.check_cutting, folder, needs=(companions, settings, words, code, family))
    made.look("vocabulary", tokenizer.check_vocabulary, folder, cut, fit and fit.vocabulary)
    if made.problem or not (settings and weights and dtype and fit and cut):
        return
    facts = ModelFacts.of(settings, fit.parameters).model_copy(update={"dtype": dtype, "tied": bool(fit.tied)})
    told = {"tokenizer": cut.verdict, "chat_template": cut.chat_template}
    made.found = Found(
        kind="model",
        place=folder,
        weights=weights,
        companions=companions or (),
        tied=fit.tied,
        details={**facts.model_dump(), **told, **license_of(folder)},
    )


def license_of(folder: Path) -> dict[str, str]:
    """The licence that the model card's head names."""
    try:
        with open_plain(folder / "README.md") as card:
            named = LICENSE.search(card.read(CARD_HEAD_BYTES))
    except ModelError:
        return {}
    return {"license": named[1].decode()} if named else {}
