"""The models session: search, detail, plan, account and cache, asked over the wire of a real Hub client."""

import fcntl
import hashlib
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from mactuner_tui.core import events, manifest, paths
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.model_requests import (
    AccountRequest,
    CacheRequest,
    CheckRequest,
    DescribeRequest,
    FreeRequest,
    LoginRequest,
    LogoutRequest,
    PlanRequest,
    SearchRequest,
)
from mactuner_tui.runtime.sessions import Session, open_session
from tests.engines.hub_server import COMMIT, Fault, Hub, Model

CONFIG = {
    "model_type": "llama",
    "num_hidden_layers": 30,
    "hidden_size": 576,
    "vocab_size": 49152,
    "max_position_embeddings": 8192,
    "torch_dtype": "bfloat16",
}
GGUF = b"GGUF" + bytes(996)
Ask = Callable[[RequestSpec], Awaitable[list[Any]]]


def model(**changes: Any) -> Model:
    """A small whole model."""
    files: dict[str, bytes] = {
        "config.json": json.dumps(CONFIG).encode(),
        "model.safetensors": bytes(5000),
        "tokenizer.json": b"{}",
        "tokenizer_config.json": b'{"chat_template": "{{ messages }}"}',
        "README.md": b"---\nlicense: mit\n---\n# A model\n",
    }
    return Model(**{"files": files, "parameters": {"BF16": 2000, "F32": 250}, **changes})


@pytest_asyncio.fixture
async def session(hub: Hub) -> AsyncIterator[Session]:
    async with await open_session("models") as opened:
        yield opened


@pytest.fixture
def ask(session: Session) -> Ask:
    """Sends a request and gives its events but the closing one."""

    async def asked(spec: RequestSpec) -> list[Any]:
        return [event async for event in session.request(spec) if not isinstance(event, events.RequestFinished)]

    return asked


async def test_a_search_gives_lines_and_then_the_facts_of_each(hub: Hub, ask: Ask, tmp_path: Path) -> None:
    hub.models = {
        "one/small-llama": model(downloads=5, license="mit", gated="auto", updated="2026-02-03T00:00:00.000Z"),
        "two/Small-gguf": Model(
            files={"m.gguf": GGUF}, downloads=7, library="gguf", gguf={"total": 1000, "context_length": 4096}
        ),
        "two/small-hostile": model(downloads=3),
        "two/other": model(downloads=9),
        "two/small-bert": model(task="fill-mask"),
    }
    hub.models["two/small-hostile"].files["config.json"] = b"[" * 100_000
    found, *read = await ask(SearchRequest(text="small"))
    assert [line.id for line in found.models] == ["two/Small-gguf", "one/small-llama", "two/small-hostile"]
    gguf, llama, _ = found.models
    assert (llama.weight_bytes, llama.license, llama.gate, llama.downloads) == (5000, "mit", "auto", 5)
    assert llama.updated == 1770076800
    assert (llama.facts.parameters, gguf.facts.parameters, gguf.facts.context) == (2250, 1000, 4096)
    # The config of a model that is not for everyone cannot be read either.
    assert read == []
    hub.models["two/small-late"] = model()
    hub.faults = {"GET two/small-late/resolve/main/config.json": [Fault(status=503)]}
    asked = {}
    for _ in range(2):
        await ask(SearchRequest(text="small"))
        asked = {name: hub.asked.count(f"/{name}/resolve/main/config.json") for name in hub.models}
    # What failed for now is asked for again; that there is none, or none for everyone, is remembered.
    assert asked == dict.fromkeys(("one/small-llama", "two/Small-gguf", "two/small-hostile"), 1) | {
        "two/small-late": 2,
        "two/other": 0,
        "two/small-bert": 0,
    }
    del hub.models["two/small-late"]
    hub.models["one/small-llama"].gated = ""
    _, read_one = await ask(SearchRequest(text="small"))
    assert read_one.id == "one/small-llama"
    assert (read_one.facts.context, read_one.facts.layers, read_one.facts.dtype) == (8192, 30, "bfloat16")
    assert not (tmp_path / "hf" / "hub").exists()


async def test_the_filters_and_sorts_of_a_search_are_those_of_the_hub(hub: Hub, ask: Ask) -> None:
    def one(billions: float, **more: Any) -> Model:
        return Model(parameters={"BF16": round(billions * 1e9)}, **more)

    hub.models = {
        "a/half": one(0.5, likes=3, trending=1, updated="2026-03-01T00:00:00.000Z"),
        "a/seven": one(7, likes=2, trending=9, updated="2026-01-01T00:00:00.000Z"),
        "b/seven": one(7, likes=1, trending=5, updated="2026-02-01T00:00:00.000Z"),
        "b/bert": one(0.1, task="fill-mask"),
    }

    async def ids(**wanted: Any) -> list[str]:
        found, *_ = await ask(SearchRequest(**wanted))
        return [line.id for line in found.models]

    assert await ids(sort="likes") == ["a/half", "a/seven", "b/seven"]
    assert await ids(sort="trending") == ["a/seven", "b/seven", "a/half"]
    assert await ids(sort="updated", limit=2) == ["a/half", "b/seven"]
    assert await ids(author="b", task="any") == ["b/seven", "b/bert"]
    assert await ids(smallest=0.3, largest=6.5) == ["a/half"]
    assert await ids(smallest=1, text="a/") == ["a/seven"]


async def test_a_pasted_id_comes_first_whatever_the_filters_are(hub: Hub, ask: Ask) -> None:
    hub.models = {"owner/name-2": model(downloads=9), "owner/name": model(task="fill-mask")}
    for pasted in ("owner/name", " https://huggingface.co/owner/name/tree/main", f"{hub.url}/owner/name"):
        found, *_ = await ask(SearchRequest(text=pasted))
        assert [line.id for line in found.models] == ["owner/name", "owner/name-2"]
    assert [line.id for line in (await ask(SearchRequest(text="owner/name-")))[0].models] == ["owner/name-2"]
    with pytest.raises(MacTunerError, match="no/such is not a model on the Hub"):
        await ask(SearchRequest(text="no/such"))
    (nothing,) = await ask(SearchRequest(text="https://huggingface.co/datasets/foo"))
    assert nothing.models == ()


async def test_facts_come_in_any_order_and_a_cancelled_search_says_no_more(hub: Hub, session: Session) -> None:
    hub.models = {f"a/model-{number}": model(downloads=9 - number) for number in range(3)}
    held = [Fault(held=True) for _ in range(2)]
    hub.faults = {f"GET a/model-{number}/resolve/main/config.json": [held[number]] for number in range(2)}
    order = []
    async for event in session.request(SearchRequest(text="model")):
        if isinstance(event, events.HubModelRead):
            order.append(event.id)
            held[2 - len(order)].released.set()
    assert order == ["a/model-2", "a/model-1", "a/model-0"]

    hub.models = {"b/slow": model()}
    hub.faults = {"GET b/slow/resolve/main/config.json": [Fault(held=True)]}
    searching = session.request(SearchRequest(text="slow"))
    seen = []
    async for event in searching:
        seen.append(type(event))
        searching.cancel()
    assert seen == [events.HubModelsFound, events.RequestCancelled]


async def test_a_model_is_described(hub: Hub, ask: Ask) -> None:
    whole = model(license="mit")
    whole.files |= {"onnx/model.onnx": bytes(100), "pytorch_model.bin": bytes(4000)}
    hub.models["o/whole"] = whole
    (described,) = await ask(DescribeRequest(repo="o/whole"))
    detail = described.detail
    assert (detail.model.id, detail.revision, detail.card) == ("o/whole", COMMIT, "# A model")
    assert (detail.model.facts.architecture, detail.model.facts.parameters) == ("llama", 2250)
    assert (detail.chat_template, detail.abilities, detail.cannot) == (True, ("train", "chat", "export"), "")
    needed = {file.path: file.size for file in detail.files if file.needed}
    assert set(needed) == set(whole.files) - {"onnx/model.onnx", "pytorch_model.bin"}
    assert needed["model.safetensors"] == 5000

    whole.files["README.md"] = b"---" + b"\n" * 30_000 + b"x"
    began = time.monotonic()
    (hostile,) = await ask(DescribeRequest(repo="o/whole"))
    assert hostile.detail.card.endswith("\nx")
    assert time.monotonic() - began < 2


CANNOT: list[tuple[dict[str, Any], tuple[str, ...], str]] = [
    ({"config.json": b'{"model_type": "new", "auto_map": {"AutoModel": "m.M"}}'}, (), "code of its own"),
    ({"config.json": b'{"model_type": "phi3", "auto_map": {"AutoModel": "m.M"}}'}, ("train", "chat", "export"), ""),
    ({"config.json": None, "adapter_config.json": b"{}"}, (), "adapter"),
    ({"tokenizer.json": None}, (), "no tokenizer"),
    ({"model.safetensors": None}, (), "no weights"),
    ({"model.safetensors": None, "m.gguf": GGUF}, ("chat",), "unpacked to 16 bits"),
    ({"model.safetensors": None, "pytorch_model.bin": b"x"}, ("train", "chat", "export"), "converted"),
    ({}, (), "made for fill-mask"),
]


async def test_what_cannot_be_done_with_a_model_is_told(hub: Hub, ask: Ask) -> None:
    for change, abilities, word in CANNOT:
        task = "fill-mask" if "fill-mask" in word else "text-generation"
        hub.models["o/n"] = changed = model(task=task)
        changed.files = {path: content for path, content in {**changed.files, **change}.items() if content is not None}
        (described,) = await ask(DescribeRequest(repo="o/n"))
        assert described.detail.abilities == abilities
        assert word in described.detail.cannot


async def test_a_plan_takes_the_weights_once_and_counts_what_is_there(hub: Hub, ask: Ask, tmp_path: Path) -> None:
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    sharded = model()
    del sharded.files["model.safetensors"]
    shards = {name: bytes(1000) + name.encode() for name in index["weight_map"].values()}
    sharded.files |= shards | {
        "model.safetensors.index.json": json.dumps(index).encode(),
        "model-00009-of-00009.safetensors": bytes(10),
        "consolidated.safetensors": bytes(10),
        "original/model.safetensors": bytes(10),
        "pytorch_model.bin": bytes(10),
        "m.gguf": GGUF,
        "model.fp16.safetensors": bytes(10),
        "consolidated.00.pth": bytes(10),
        "LICENSE": b"free",
        "training_args.json": b"{}",
        "x" * 300: b"1",
        "/etc/hosts": b"1",
        "../../refs": b"1",
        "zero\0": b"1",
    }
    hub.models["o/n"] = sharded
    (tmp_path / "hf" / "hub" / "models--o--n" / "snapshots" / COMMIT).mkdir(parents=True)
    for fault, words in (
        (Fault(status=503), "answered 503"),
        (Fault(status=429), "asked too often"),
        (Fault(cut_after=20), "cannot be reached"),
        (Fault(told=[]), "names no weights"),
    ):
        hub.faults = {"GET model.safetensors.index.json": [fault]}
        with pytest.raises(MacTunerError, match=words):
            await ask(PlanRequest(repo="o/n"))
    hub.faults = {"GET model.safetensors.index.json": [Fault(status=503)]}
    (described,) = await ask(DescribeRequest(repo="o/n"))
    assert not [file for file in described.detail.files if file.needed and file.path in shards]
    (planned,) = await ask(PlanRequest(repo="o/n"))
    needed = {file.path: file.size for file in planned.files if file.needed}
    kept = ["LICENSE", "README.md", "config.json", "tokenizer.json", "tokenizer_config.json"]
    assert sorted(needed) == sorted([*kept, *shards, "model.safetensors.index.json"])
    assert (planned.revision, planned.missing) == (COMMIT, sum(needed.values()))
    assert planned.free > 0

    blobs = tmp_path / "hf" / "hub" / "models--o--n" / "blobs"
    blobs.mkdir(parents=True)
    whole, part = (hashlib.sha256(content).hexdigest() for content in shards.values())
    (blobs / whole).write_bytes(next(iter(shards.values())))
    (blobs / f"{part}.incomplete").write_bytes(bytes(300))
    (again,) = await ask(PlanRequest(repo="o/n"))
    assert again.missing == planned.missing - len(next(iter(shards.values()))) - 300
    assert {file.path: file.there for file in again.files if file.there} == {
        "model-00001-of-00002.safetensors": len(next(iter(shards.values()))),
        "model-00002-of-00002.safetensors": 300,
    }


async def test_of_a_gguf_repository_one_file_is_chosen(hub: Hub, ask: Ask) -> None:
    parts = {f"big/m-Q8-{number:05}-of-00002.gguf": GGUF for number in (1, 2)}
    hub.models["o/n"] = Model(files={"README.md": b"#", "m-Q4.gguf": GGUF, "mmproj-f16.gguf": GGUF, **parts})
    with pytest.raises(MacTunerError, match="one of them must be chosen") as refused:
        await ask(PlanRequest(repo="o/n"))
    assert "m-Q4.gguf (1 kB)" in refused.value.hint
    assert "mmproj" not in refused.value.hint
    (planned,) = await ask(PlanRequest(repo="o/n", file="m-Q4.gguf"))
    assert {file.path for file in planned.files if file.needed} == {"README.md", "m-Q4.gguf"}
    (described,) = await ask(DescribeRequest(repo="o/n"))
    assert {file.path: file.size for file in described.detail.ggufs} == {"m-Q4.gguf": 1000, min(parts): 2000}
    hub.models["o/parts"] = Model(files=dict(parts))
    hub.models["o/odd"] = Model(files={"a/../../odd.gguf": GGUF})
    for repo, file, words in (
        ("o/n", max(parts), "one part of 2"),
        ("o/parts", "", "one part of 2"),
        ("o/odd", "a/../../odd.gguf", "no name for a file"),
    ):
        with pytest.raises(MacTunerError, match=words):
            await ask(PlanRequest(repo=repo, file=file))
    with pytest.raises(MacTunerError, match=r"has no file n\.gguf"):
        await ask(PlanRequest(repo="o/n", file="n.gguf"))


async def test_each_refusal_has_words_of_its_own(hub: Hub, ask: Ask) -> None:
    hub.refusals = {
        "o/private": (401, "RepoNotFound", ""),
        "o/disabled": (403, "", "Access to this resource is disabled."),
        "o/forbidden": (403, "", "no permission"),
        "o/down": (503, "", ""),
    }
    gated = model(gated="manual")
    gated.files = {".gitattributes": b"", **gated.files}
    hub.models = {"o/gated": gated, "o/n": model(), "o/empty": Model(files={"x.txt": b""})}
    hub.faults = {
        "GET /o/often/revision/main": [Fault(status=429, headers={"Retry-After": "17"})],
        "GET /o/until/revision/main": [
            Fault(status=429, headers={"Retry-After": formatdate(time.time() + 99, usegmt=True)})
        ],
        "GET /o/squared/revision/main": [Fault(status=429, headers={"Retry-After": "²"})],
        "GET /o/portal/revision/main": [Fault(status=200)],
        "GET /o/limited/revision/main": [Fault(status=429, headers={"RateLimit": '"api";r=0;t=55'})],
    }
    expected = {
        "o/gated": ("grants access on request", f"Accept its terms at {hub.url}/o/gated"),
        "o/private": ("not a model on the Hub that you may see", "log in"),
        "o/missing": ("not a model on the Hub that you may see", "Check the name"),
        "o/disabled": ("was disabled", "another"),
        "o/forbidden": ("may not read the model o/forbidden", "/settings/tokens"),
        "o/down": ("answered 503", "Try again"),
        "o/often": ("answers again in 17 seconds", "Try again"),
        "o/limited": ("answers again in 55 seconds", "Try again"),
        "o/until": ("answers again in 9", "Try again"),
        "o/squared": ("answers again in a while", "Try again"),
        "o/portal": ("is not the Hub", "the network"),
        "o/empty": ("holds no model", f"{hub.url}/o/empty/tree/main"),
        "o/x--y": ("not a name the Hub allows", "Check the name"),
    }
    for repo, (message, hint) in expected.items():
        with pytest.raises(MacTunerError) as refused:
            await ask(PlanRequest(repo=repo))
        assert message in refused.value.message
        assert hint in refused.value.hint
    with pytest.raises(MacTunerError, match="no such revision"):
        await ask(PlanRequest(repo="o/n", revision="old"))
    for revision in ("..", "refs/../../x", "/main"):
        asked = len(hub.asked)
        with pytest.raises(MacTunerError, match="no name of a revision"):
            await ask(PlanRequest(repo="o/n", revision=revision))
        assert len(hub.asked) == asked
    hub.renamed["o/before"] = "o/n"
    (planned,) = await ask(PlanRequest(repo="o/before"))
    assert planned.repo == "o/n"


async def test_an_answer_that_makes_no_sense_is_not_the_hubs(hub: Hub, ask: Ask) -> None:
    hub.models["o/n"] = model()
    file = {"rfilename": "model.safetensors", "size": 5}
    senseless: tuple[object, ...] = (
        [],
        {"id": "o/n"},
        {"id": "o/n", "sha": 5, "siblings": [file]},
        {"id": "o/n", "sha": "../../..", "siblings": [file]},
        {"id": "o/n", "sha": COMMIT, "siblings": "abc"},
        {"id": "o/n", "sha": COMMIT, "siblings": [{"rfilename": 5}]},
        {"id": "o/n", "sha": COMMIT, "siblings": [file | {"size": "x"}]},
        {"id": "o/n", "sha": COMMIT, "siblings": [file | {"size": -5}]},
        {"id": "o/n", "sha": COMMIT, "siblings": [file | {"blobId": 7}]},
        {"id": "o/n", "sha": COMMIT, "siblings": [file | {"lfs": 7}]},
        {"id": "o/n", "sha": COMMIT, "siblings": [file], "lastModified": 3},
    )
    for told in senseless:
        hub.faults = {"GET /o/n/revision/main": [Fault(told=told)]}
        with pytest.raises(MacTunerError, match="is not the Hub"):
            await ask(PlanRequest(repo="o/n"))
    strange = [1, {}, {"id": 5}, {"id": "a/b", "lastModified": "yesterday"}, {"id": "a/b", "safetensors": 7}]
    hub.faults = {"GET /api/models": [Fault(told=[*strange, {"id": "a/good"}]), Fault(told={"error": "x"})]}
    found, *_ = await ask(SearchRequest(text="x"))
    assert [line.id for line in found.models] == ["a/good"]
    with pytest.raises(MacTunerError, match="is not the Hub"):
        await ask(SearchRequest(text="x"))
    hub.users = {"hf_good": "ada"}
    await ask(LoginRequest(token="hf_good"))
    hub.faults = {"GET /api/whoami-v2": [Fault(told=[]), Fault(told={"x": 1}), Fault(told={"name": ["a"]})]}
    for _ in range(3):
        (account,) = await ask(AccountRequest())
        assert (account.name, "is not the Hub" in account.problem) == ("", True)
    hub.faults = {"GET /api/whoami-v2": [Fault(told=[])]}
    with pytest.raises(MacTunerError, match="is not the Hub"):
        await ask(LoginRequest(token="hf_good"))


async def test_an_endpoint_that_is_no_address_is_told(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://[bad")
    async with await open_session("models") as session:
        with pytest.raises(MacTunerError, match=re.escape("HF_ENDPOINT = 'http://[bad' is no address")):
            async for _ in session.request(CacheRequest()):
                pass


async def test_without_a_network_it_is_told_soon(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value, word in (
        ("HF_ENDPOINT", "http://127.0.0.1:9", "Check the network"),
        ("HF_HUB_OFFLINE", "1", "HF_HUB_OFFLINE"),
    ):
        monkeypatch.setenv(variable, value)
        async with await open_session("models") as session:
            for request in (SearchRequest(text="a"), PlanRequest(repo="o/n")):
                began = time.monotonic()
                with pytest.raises(MacTunerError, match=r"The Hub \(.*\) cannot be reached") as refused:
                    async for _ in session.request(request):
                        pass
                assert word in refused.value.hint
                assert time.monotonic() - began < 5


async def test_a_token_is_checked_stored_and_forgotten(
    hub: Hub, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.users = {"hf_good": "ada", "hf_other": "bob"}
    store = tmp_path / "hf" / "token"
    assert [(found.name, found.source) for found in await ask(AccountRequest())] == [("", "none")]
    for wrong, problem in (
        ("hf_wrong", "does not accept this token"),
        ("hf good", "no access token"),
        (" ", "no access"),
    ):
        (refused,) = await ask(LoginRequest(token=wrong))
        assert (refused.name, problem in refused.problem) == ("", True)
        assert not store.exists()
    (known,) = await ask(LoginRequest(token=" hf_good\n"))
    assert (known.name, known.source, known.problem) == ("ada", "stored", "")
    assert store.read_text() == "hf_good"
    assert store.stat().st_mode & 0o077 == 0
    hub.models["o/gated"] = model(gated="auto", granted={"ada"})
    assert (await ask(PlanRequest(repo="o/gated")))[0].missing > 0
    hub.models["o/gated"].granted = set()
    with pytest.raises(MacTunerError, match="you have none so far"):
        await ask(PlanRequest(repo="o/gated"))
    del hub.users["hf_good"]
    (expired,) = await ask(AccountRequest())
    assert (expired.name, expired.source) == ("", "stored")
    assert "does not accept the access token" in expired.problem
    with pytest.raises(MacTunerError, match="does not accept the access token"):
        await ask(SearchRequest(text="a"))
    (gone,) = await ask(LogoutRequest())
    assert (gone.name, gone.source, gone.problem) == ("", "none", "")
    assert not store.exists()

    monkeypatch.setenv("HF_TOKEN", "hf_other")
    async with await open_session("models") as of_environment:
        for request in (AccountRequest(), LogoutRequest()):
            (told, _) = [event async for event in of_environment.request(request)]
            assert isinstance(told, events.AccountRead)
            assert (told.name, told.source) == ("bob", "environment")
            assert ("HF_TOKEN is set" in told.problem) == isinstance(request, LogoutRequest)


async def test_the_cache_is_listed_and_freed(hub: Hub, ask: Ask, tmp_path: Path) -> None:
    (nothing,) = await ask(CacheRequest())
    assert (nothing.revisions, nothing.size) == ((), 0)
    folder = tmp_path / "hf" / "hub" / "models--o--n"
    blobs, commits = folder / "blobs", ("a" * 40, "b" * 40)
    blobs.mkdir(parents=True)
    sizes = {"shared": 1000, "first": 200, "second": 30}
    for name, size in sizes.items():
        (blobs / name).write_bytes(bytes(size))
    for commit, own in zip(commits, ("first", "second"), strict=True):
        snapshot = folder / "snapshots" / commit
        snapshot.mkdir(parents=True)
        for name in ("shared", own):
            (snapshot / name).symlink_to(f"../../blobs/{name}")
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(commits[1])
    first = (str(folder / "snapshots" / commits[0]),)
    partial = blobs / "third.incomplete"
    partial.write_bytes(bytes(7))
    (listed,) = await ask(CacheRequest())
    assert [(one.repo, one.commit, one.refs, one.size, one.freed) for one in listed.revisions] == [
        ("o/n", commits[0], (), 1200, 200),
        ("o/n", commits[1], ("main",), 1030, 30),
    ]
    assert [(one.repo, one.path, one.size) for one in listed.partials] == [("o/n", str(partial), 7)]
    assert listed.size == 1237
    for strange in (tmp_path / "hf" / "token", blobs / "shared", blobs / ".." / "blobs" / "third.incomplete"):
        with pytest.raises(MacTunerError, match="not in the cache"):
            await ask(FreeRequest(revisions=first, partials=(str(strange),)))
    with pytest.raises(MacTunerError, match="not in the cache"):
        await ask(FreeRequest(revisions=(str(folder / "snapshots" / ("c" * 40)),)))
    partials = [partial, blobs / "third.xet.incomplete", blobs / "third.1234abcd.incomplete"]
    for other in partials[1:]:
        other.write_bytes(bytes(7))
    lock = folder.parent / ".locks" / folder.name / "third.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for one in partials:
            with pytest.raises(MacTunerError, match="o/n is being downloaded"):
                await ask(FreeRequest(revisions=first, partials=(str(one),)))
    (freed,) = await ask(FreeRequest(revisions=first, partials=tuple(map(str, partials))))
    assert freed.size == 221
    assert sorted(path.name for path in blobs.iterdir()) == ["second", "shared"]
    assert (folder / "snapshots" / commits[1] / "shared").stat().st_size == 1000


async def test_the_cache_behind_a_link_with_one_commit_of_two_repositories(
    hub: Hub, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots = {}
    for name in ("one", "two"):
        folder = tmp_path / "hf" / "hub" / f"models--o--{name}"
        snapshots[name] = folder / "snapshots" / COMMIT
        for made in (folder / "blobs", snapshots[name]):
            made.mkdir(parents=True)
        (folder / "blobs" / "whole").write_bytes(GGUF)
        (snapshots[name] / "m.gguf").symlink_to("../../blobs/whole")
    part = tmp_path / "hf" / "hub" / "models--o--part" / "blobs" / "third.incomplete"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(7))
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "hf")
    monkeypatch.setenv("HF_HOME", str(link))
    for name, place in (("whole", ""), ("single", "m.gguf")):
        referring = paths.models() / name
        referring.mkdir(parents=True)
        made_of = manifest.write(referring, kind="gguf", name=name, job=None, inputs={"repo": "o/two"})
        there = link / snapshots["two"].relative_to(tmp_path / "hf") / place
        manifest.replace(referring, made_of.model_copy(update={"location": str(there)}))
    async with await open_session("models") as session:
        (listed, _) = [event async for event in session.request(CacheRequest())]
        assert isinstance(listed, events.CacheListed)
        found = {one.repo: one for one in listed.revisions}
        assert {repo: (sorted(one.library), one.freed) for repo, one in found.items()} == {
            "o/one": ([], 1000),
            "o/two": (["single", "whole"], 1000),
        }
        assert ([one.repo for one in listed.partials], listed.problems) == (["o/part"], ())
        (freed, _) = [event async for event in session.request(FreeRequest(revisions=(found["o/one"].folder,)))]
        assert isinstance(freed, events.CacheFreed)
        assert freed.size == 1000
    assert [snapshot.exists() for snapshot in snapshots.values()] == [False, True]


async def test_a_folder_is_looked_over_without_being_taken_in(ask: Ask, tmp_path: Path, home: Path) -> None:
    (tmp_path / "empty").mkdir()
    told = await ask(CheckRequest(source=str(tmp_path / "empty")))
    lines = {event.name: event.passed for event in told if isinstance(event, events.CheckMade)}
    assert (lines["source"], lines["config.json"]) == (True, False)
    assert not (home / "models").exists()
