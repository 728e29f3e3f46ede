"""`mactuner demo`: the whole loop on the starter model."""

import asyncio
import time

from mactuner_tui.cli import following, output
from mactuner_tui.cli.chat import load
from mactuner_tui.core import demo as plan
from mactuner_tui.core import events, library, paths
from mactuner_tui.core.specs.chat import AnswerRequest, Message
from mactuner_tui.core.specs.data import PrepareSpec
from mactuner_tui.core.specs.models import ImportSpec
from mactuner_tui.runtime.sessions import open_session


def demo(json: output.Json = False) -> None:
    """Tune the starter model on the sample data and compare its answers: a few minutes, no network."""
    began = time.monotonic()
    for made, spec in ((library.models(), ImportSpec()), (library.datasets(), PrepareSpec())):
        if not any(artefact.name == spec.title for artefact in made):
            following.run(spec)
    job, history = following.run(plan.TRAINING)
    adapter = history.artefacts[-1]
    output.notes.print("Asking both models")
    answers = asyncio.run(_ask(adapter.name))
    document = {
        "model": plan.TRAINING.model,
        "dataset": plan.TRAINING.data,
        "job": job.id,
        "adapter": adapter.folder,
        "base_model": str(paths.models() / plan.TRAINING.model),
        "valid_file": str(paths.datasets() / plan.TRAINING.data / "valid.jsonl"),
        "valid_loss_base": history.base_loss,
        "valid_loss_tuned": history.valid_loss,
        "tokens_per_second": round(sum(history.step_tokens) / sum(history.step_seconds), 1),
        "answers": answers,
        "seconds": round(time.monotonic() - began, 1),
    }
    if json:
        output.show_json(document)
        return
    output.show_table(
        ("question", "base", "tuned"), [(one["question"], one["base"], one["tuned"]) for one in answers], ""
    )
    assert history.base_loss is not None
    assert history.valid_loss is not None
    output.console.print(
        f"\nvalidation loss {history.base_loss:.3f} → {history.valid_loss:.3f} "
        f"({history.valid_loss / history.base_loss - 1:+.1%})   {document['tokens_per_second']} tok/s   "
        f"{document['seconds']} s in all\nadapter: {adapter.folder}\nTalk to it: mactuner chat {adapter.name}",
        soft_wrap=True,
    )


async def _ask(adapter: str) -> list[dict[str, str]]:
    """The same questions to the base model and the tuned one."""
    answers = []
    async with await open_session("chat") as session:
        await load(session, adapter)
        for question in plan.QUESTIONS:
            answer = {"question": question}
            for speaker in ("base", "tuned"):
                request = AnswerRequest(
                    messages=(Message(role="user", content=question),),
                    generation=plan.GENERATION,
                    adapter=speaker == "tuned",
                )
                answer[speaker] = "".join(
                    [event.text async for event in session.request(request) if isinstance(event, events.TextGenerated)]
                )
            answers.append(answer)
    return answers
