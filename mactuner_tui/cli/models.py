"""`mactuner models`: what each command takes; `cli.model_texts` shows models, `cli.hub` asks the Hub."""

import asyncio
import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from mactuner_tui.cli import following, hub, model_texts, output
from mactuner_tui.cli.options import Detach, Settings
from mactuner_tui.core import library, paths
from mactuner_tui.core.errors import SpecError
from mactuner_tui.core.numbers import bytes_text
from mactuner_tui.core.specs.model_requests import CheckRequest, DescribeRequest, SearchRequest
from mactuner_tui.core.specs.models import DownloadSpec, ImportSpec
from mactuner_tui.runtime import shelf

app = typer.Typer(help="Find, get, import and look after models.", no_args_is_help=True)
cache = typer.Typer(help="The Hugging Face cache: what lies in it, and freeing some of it.", no_args_is_help=True)
app.add_typer(cache, name="cache")

Name = Annotated[str, typer.Argument(metavar="NAME", help="A model's name, as `mactuner models list` shows it.")]
NewName = Annotated[str | None, typer.Option("--name", help="What the library calls it. Without: from its source.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command("list")
def list_models(json: output.Json = False) -> None:
    """All models and adapters, the newest first."""
    model_texts.show_library(json)


@app.command()
def search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Words of a model's id. Empty: all.")] = "",
    author: Annotated[str, typer.Option(help="Of this person or organisation.")] = "",
    task: Annotated[str, typer.Option(help="text-generation or any.")] = "text-generation",
    smallest: Annotated[float, typer.Option(help="Billions of parameters at least.")] = 0,
    largest: Annotated[float, typer.Option(help="Billions of parameters at most.")] = 0,
    sort: Annotated[str, typer.Option(help="downloads, likes, trending or updated.")] = "downloads",
    limit: Annotated[int, typer.Option(help="How many, 1 to 100.")] = 30,
    json: output.Json = False,
) -> None:
    """Look for models on the Hugging Face Hub. `fits`: trained on this machine F in full, L by LoRA, Q by QLoRA."""
    wanted = {"text": text, "author": author, "task": task, "sort": sort, "limit": limit}
    request = SearchRequest.of({**wanted, "smallest": smallest, "largest": largest})
    model_texts.show_found(asyncio.run(hub.search(request)), json)


@app.command()
def get(
    repo: Annotated[
        str, typer.Argument(metavar="REPO", help="A model of the Hub, owner/name. `starter`: the one that comes along.")
    ],
    revision: Annotated[str | None, typer.Option(help="A branch, a tag or a commit. Without: main.")] = None,
    file: Annotated[str | None, typer.Option(help="Of a repository with GGUF files: which one.")] = None,
    name: NewName = None,
    xet: Annotated[
        bool, typer.Option("--xet", help="Many connections at once; a file broken off starts anew.")
    ] = False,
    settings: Settings = None,
    detach: Detach = False,
    json: output.Json = False,
) -> None:
    """Download a model. What was downloaded stays when it is broken off: the same command goes on from there."""
    given = {"revision": revision, "file": file, "xet": xet or None}
    chosen = {field: value for field, value in given.items() if value is not None}
    if repo == library.STARTER:
        if chosen or settings:
            raise SpecError(
                "The starter comes along: of the options only --name is for it.",
                "Leave out --revision, --file, --xet and --set.",
            )
        following.carry_out(ImportSpec.of({"name": name}), detach, json)
        return
    repo = paths.pasted_id(repo) or repo
    if not paths.is_hub_id(repo):
        raise SpecError(
            f"{repo!r} is no model of the Hub.",
            "Its id is owner/name, as HuggingFaceTB/SmolLM2-135M-Instruct; `mactuner models search` finds it, and "
            "`mactuner models add` takes in what is on this machine.",
        )
    spec = DownloadSpec.from_settings(settings or [], repo=repo, name=name, **chosen)
    asyncio.run(hub.refuse_what_does_not_fit(spec))
    following.carry_out(spec, detach, json)


@app.command()
def add(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A folder, or a .safetensors, .bin or .gguf file.")],
    name: NewName = None,
    copy: Annotated[bool, typer.Option("--copy", help="Copy the files, so that these may go.")] = False,
    for_training: Annotated[
        bool, typer.Option("--for-training", help="Unpack a GGUF file to 16 bits, so that it can be trained.")
    ] = False,
    detach: Detach = False,
    json: output.Json = False,
) -> None:
    """Take a model that is on this machine into the library, after looking it over."""
    keep, use = "copy" if copy else "reference", "train" if for_training else "chat"
    following.carry_out(ImportSpec.of({"source": path, "name": name, "keep": keep, "gguf": use}), detach, json)


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A model of the library, or one of the Hub: owner/name.")],
    json: output.Json = False,
) -> None:
    """All that is known of a model, and the memory that training it would take."""
    name = paths.pasted_id(name) or name
    if library.named_model(name) is None and paths.is_hub_id(name):
        model_texts.show_detail(asyncio.run(hub.describe(DescribeRequest.of({"repo": name}))), json)
    else:
        model_texts.show_model((library.named_model(name) or shelf.find(name)).name, json)


@app.command()
def check(
    path: Annotated[
        str,
        typer.Argument(metavar="PATH", help="A folder, a .safetensors, .bin or .gguf file, or a model of the library."),
    ],
    json: output.Json = False,
) -> None:
    """Look a model over, without taking it into the library. Ends with 1 when something is wrong."""
    is_named = not Path(path).exists() and library.named_model(path) is not None
    request = CheckRequest.of({"source": str(library.find_model(path)) if is_named else path})
    checks = asyncio.run(hub.check(request, None if json else output.console))
    if json:
        output.show_json([made.model_dump(include={"name", "passed", "detail"}) for made in checks])
    if not all(made.passed for made in checks):
        raise typer.Exit(1)


@app.command()
def rename(name: Name, new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")]) -> None:
    """Give a model of the library another name."""
    shelf.rename(name, new)
    output.console.print(f"{name} is {new} now")


@app.command()
def remove(name: Name, yes: Yes = False) -> None:
    """Take a model out of the library. Files that it only refers to stay where they are."""
    planned = shelf.removal(name)
    kind = planned.model.kind
    question = f"Delete {kind} {name}? This frees {bytes_text(planned.freed)} and cannot be undone."
    if planned.stays is not None:
        question = f"Take {kind} {name} out of the library? Its files stay in {planned.stays}."
    if yes or typer.confirm(question, err=True):
        done = shelf.remove(name)
        stays = f"its files stay in {done.stays}" if done.stays else f"{bytes_text(done.freed)} freed"
        output.console.print(f"{name} deleted, {stays}", soft_wrap=True)


@cache.command("list")
def list_cache(json: output.Json = False) -> None:
    """What was downloaded, by revision, and what was broken off."""
    model_texts.show_cache(asyncio.run(hub.cache()), json)


@cache.command()
def free(
    commits: Annotated[
        list[str] | None, typer.Argument(metavar="COMMIT...", help="Revisions, by the first letters of the commit.")
    ] = None,
    partials: Annotated[bool, typer.Option("--partials", help="Delete downloads that were broken off, too.")] = False,
    yes: Yes = False,
) -> None:
    """Delete revisions from the cache. Models of the library whose files they are lose them."""
    asyncio.run(hub.free(commits or [], partials, yes))


@app.command()
def login() -> None:
    """Log in to the Hugging Face Hub. The token is asked for, or read from stdin when that is no terminal."""
    token = getpass.getpass("Token (not shown): ") if sys.stdin.isatty() else sys.stdin.readline()
    asyncio.run(hub.login(token.strip()))


@app.command()
def logout() -> None:
    """Forget the stored token."""
    asyncio.run(hub.logout())


@app.command()
def whoami(json: output.Json = False) -> None:
    """Who is logged in to the Hugging Face Hub."""
    asyncio.run(hub.whoami(json))
