"""A small Hugging Face Hub on this machine: the addresses that the real client asks for when it looks for a model, and
when it downloads one or a dataset; and whatever can go wrong on the way, as a test plans it.

Large files lie, as on the Hub, at another address than the one that is asked (`/cdn/`, under another name of this
machine), to which no token may be sent. By hand: `python -m tests.engines.hub_server FOLDER_OF_A_MODEL ...`
"""

import contextlib
import hashlib
import io
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = (".safetensors", ".bin", ".gguf", ".pth", ".onnx")
OPEN = ("README.md", ".gitattributes")
"""Of a gated model, what is not."""
CHUNK = 1 << 14
SORTS = {"downloads": "downloads", "likes": "likes", "trendingScore": "trending", "lastModified": "updated"}
Content = bytes | Path


@dataclass
class Model:
    """A model of the Hub: its files, and what is told of it."""

    files: dict[str, Content] = field(default_factory=dict)
    commit: str = COMMIT
    task: str = "text-generation"
    library: str = "transformers"
    downloads: int = 0
    likes: int = 0
    trending: int = 0
    updated: str = "2026-01-01T00:00:00.000Z"
    license: str = ""
    parameters: dict[str, int] = field(default_factory=dict)
    """By dtype, as safetensors name it."""
    gguf: dict[str, Any] = field(default_factory=dict)
    gated: str = ""
    """`auto` or `manual`: only who is among `granted` may download it."""
    granted: set[str] = field(default_factory=set)

    @classmethod
    def of_folder(cls, folder: Path) -> "Model":
        """What lies in a folder, read when it is asked for."""
        paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "mactuner.json")
        model = cls(files={path.relative_to(folder).as_posix(): path for path in paths})
        for content in model.files.values():
            if isinstance(content, Path) and content.suffix == ".safetensors":
                for dtype, count in _parameters(content).items():
                    model.parameters[dtype] = model.parameters.get(dtype, 0) + count
        return model


@dataclass
class Fault:
    """What goes wrong with one request."""

    status: int = 0
    """Answered with it, with `code`, `message` and `headers`."""
    code: str = ""
    message: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    held: bool = False
    """Not answered before `released` is set."""
    cut_after: int | None = None
    """The connection ends after so many bytes of the content."""
    stalled_after: int | None = None
    """After so many bytes nothing more comes before `released` is set."""
    whole: bool = False
    """The Range that is asked for is not heeded."""
    garbled: bool = False
    """The bytes are not those of the file."""
    beyond: int = 0
    """So many bytes come after the content, the end of which is not told."""
    told: object = None
    """Answered instead, as JSON."""
    released: threading.Event = field(default_factory=threading.Event)


@dataclass
class Asked:
    """A request, and how many bytes of content it was sent."""

    method: str
    path: str
    range: str
    token: str
    sent: int = 0


@dataclass
class Hub:
    """What the Hub has, what it refuses, what is to go wrong, and what it was asked for."""

    url: str = ""
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """Of datasets."""
    models: dict[str, Model] = field(default_factory=dict)
    refusals: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    """Models and datasets that are refused: status, code and message."""
    renamed: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    """Names by token. Any other token is refused."""
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    """By method and the end of a path ("GET model.safetensors"): each such request uses up one."""
    speed: float = 0
    """Bytes a second of each answer; 0: no limit."""
    xet: bool = False
    """Whether large files are offered through Xet too. What is asked for there stalls."""
    requests: list[Asked] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for."""
        return [request.path for request in self.requests]

    def sent(self, name: str) -> int:
        """Bytes of the content of a file that were sent, all requests together."""
        return sum(request.sent for request in self.requests if request.path.endswith(f"/{name}"))

    def fault(self, method: str, path: str) -> Fault:
        """What is to go wrong with a request; it is used up."""
        for key, faults in self.faults.items():
            wanted, _, end = key.partition(" ")
            if faults and wanted == method and path.endswith(end):
                return faults.pop(0)
        return Fault()


@contextmanager
def served(hub: Hub) -> Iterator[Hub]:
    """The Hub at `hub.url` for as long as the block lasts."""
    server = _Server(hub)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    serving.start()
    try:
        yield hub
    finally:
        hub.closing.set()
        server.shutdown()
        server.server_close()
        serving.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # They are waited for, and `closing` ends them.

    def __init__(self, hub: Hub) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hub = hub


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def _answer(self) -> None:
        hub = self.server.hub
        address = urlsplit(self.path)
        path, query = unquote(address.path), parse_qs(address.query)
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        self.request_log = Asked(self.command, path, self.headers.get("Range", ""), token)
        hub.requests.append(self.request_log)
        self.fault = hub.fault(self.command, path)
        with contextlib.suppress(ConnectionError):
            if self.fault.held:
                self._wait()
            if self.fault.status:
                self._refuse(self.fault.status, self.fault.code, self.fault.message, self.fault.headers)
            elif self.fault.told is not None:
                self._send_json(self.fault.told)
            elif path.startswith("/cdn/"):
                self._answer_large(path.removeprefix("/cdn/"), token)
            elif path.startswith("/cas/"):
                self._wait()
            elif token and token not in hub.users:
                self._refuse(401, "", "Invalid credentials in Authorization header")
            elif path == "/api/whoami-v2":
                self._answer_account(token)
            elif path == "/api/models":
                self._send_json(_found(hub, query))
            elif path.startswith("/api/"):
                kind, owner, name, *rest = path.removeprefix("/api/").split("/")
                self._answer_about(kind, f"{owner}/{name}", rest, query)
            else:
                kind = "datasets" if path.startswith("/datasets/") else "models"
                owner, name, _, _, *rest = path.removeprefix("/datasets").strip("/").split("/")
                self._answer_file(kind, f"{owner}/{name}", "/".join(rest), token)

    def _answer_account(self, token: str) -> None:
        hub = self.server.hub
        if not token:
            self._refuse(401, "", "Invalid username or password.")
        else:
            about = {"displayName": "token of a test", "role": "read"}
            self._send_json(
                {
                    "type": "user",
                    "name": hub.users[token],
                    "orgs": [],
                    "auth": {"type": "access_token", "accessToken": about},
                }
            )

    def _answer_about(self, kind: str, repo: str, rest: list[str], query: dict[str, list[str]]) -> None:
        hub = self.server.hub
        if repo in hub.renamed:
            tail = "".join(f"/{part}" for part in rest)
            self._redirect(307, f"/api/{kind}/{hub.renamed[repo]}{tail}")
        elif repo in hub.refusals:
            self._refuse(*hub.refusals[repo])
        elif (model := self._model(kind, repo)) is None:
            self._refuse(404, "RepoNotFound", "not found")
        elif rest[:1] == ["revision"] and rest[1:] not in (["main"], [model.commit]):
            self._refuse(404, "RevisionNotFound", "no such revision")
        elif rest[:1] == ["tree"]:
            self._send_json([{"type": "file", "path": path, **_blob(file)} for path, file in model.files.items()])
        elif rest[:1] == ["xet-read-token"]:
            expiry = str(int(time.time()) + 3600)
            headers = {"X-Xet-Cas-Url": f"{hub.url}/cas", "X-Xet-Access-Token": "xet", "X-Xet-Token-Expiration": expiry}
            self._send(b"{}", headers=headers)
        else:
            blobs = "blobs" in query
            siblings = [
                {"rfilename": path, **(_sibling(path, file) if blobs else {})} for path, file in model.files.items()
            ]
            self._send_json(_about(repo, model, None) | {"sha": model.commit, "siblings": siblings})

    def _answer_file(self, kind: str, repo: str, path: str, token: str) -> None:
        hub = self.server.hub
        model = self._model(kind, repo)
        if repo in hub.renamed:
            self._redirect(307, self.path.replace(repo, hub.renamed[repo]))
        elif repo in hub.refusals:
            self._refuse(*hub.refusals[repo])
        elif model is None:
            self._refuse(404, "RepoNotFound", "not found")
        elif model.gated and path not in OPEN and hub.users.get(token) not in model.granted:
            self._refuse(403 if token else 401, "GatedRepo", f"Access to model {repo} is restricted.")
        elif path not in model.files:
            self._refuse(404, "EntryNotFound", "no such file", {"X-Repo-Commit": model.commit})
        elif kind == "models" and path.endswith(LARGE):
            port = self.server.server_port
            headers = {
                "X-Repo-Commit": model.commit,
                "X-Linked-Etag": f'"{_sha256(model.files[path])}"',
                "X-Linked-Size": str(_size(model.files[path])),
            }
            if hub.xet:
                headers["X-Xet-Hash"] = _sha256(model.files[path])
                headers["Link"] = f'<{hub.url}/api/models/{repo}/xet-read-token/{model.commit}>; rel="xet-auth"'
            self._redirect(302, f"http://localhost:{port}/cdn/{repo}/{path}", headers)
        else:
            etag = _git_hash(model.files[path])
            self._send(model.files[path], headers={"ETag": f'"{etag}"', "X-Repo-Commit": model.commit})

    def _answer_large(self, path: str, token: str) -> None:
        owner, name, *rest = path.split("/")
        content = self.server.hub.models[f"{owner}/{name}"].files["/".join(rest)]
        if token:  # As the storage behind the Hub does.
            self._refuse(400, "", "Only one auth mechanism allowed")
        else:
            self._send(content, headers={"ETag": f'"{_sha256(content)}"'})

    def _model(self, kind: str, repo: str) -> Model | None:
        hub = self.server.hub
        if kind == "models":
            return hub.models.get(repo)
        return Model(files=dict(hub.files[repo])) if repo in hub.files else None

    def _send_json(self, told: object) -> None:
        self._send(json.dumps(told).encode(), headers={"Content-Type": "application/json"})

    def _send(self, content: Content, headers: dict[str, str]) -> None:
        """Answer with the content, or the part of it that was asked for, and with what is to go wrong."""
        size = _size(content)
        asked = "" if self.fault.whole else self.headers.get("Range", "")
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start, end = int(first or 0), min(int(last or size), size - 1) + 1
        if asked and start >= size:
            self._refuse(416, "", "", {"Content-Range": f"bytes */{size}"})
            return
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Accept-Ranges", "bytes")
        if not self.fault.beyond:
            self.send_header("Content-Length", str(end - start))
        self.end_headers()
        if self.command == "GET":
            with _opened(content) as file:
                file.seek(start)
                self._stream(file, end - start)
            self.wfile.write(bytes(self.fault.beyond))

    def _stream(self, file: io.BufferedIOBase, size: int) -> None:
        hub, fault, log = self.server.hub, self.fault, self.request_log
        stops = [stop for stop in (fault.cut_after, fault.stalled_after) if stop is not None and stop < size]
        while log.sent < size:
            upto = min([stop for stop in stops if stop > log.sent], default=size)
            if log.sent == fault.cut_after:
                return
            if log.sent == fault.stalled_after:
                self.wfile.flush()
                self._wait()
            if hub.closing.is_set():
                return
            chunk = file.read(min(CHUNK, upto - log.sent))
            self.wfile.write(bytes(len(chunk)) if fault.garbled else chunk)
            log.sent += len(chunk)
            if hub.speed:
                time.sleep(len(chunk) / hub.speed)

    def _wait(self) -> None:
        """Until what is to go wrong is released, or the Hub closes."""
        while not (self.fault.released.wait(0.05) or self.server.hub.closing.is_set()):
            pass

    def _redirect(self, status: int, target: str, headers: dict[str, str] | None = None) -> None:
        self._refuse(status, "", "", {"Location": target, **(headers or {})})

    def _refuse(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"X-Error-Code": code, "X-Error-Message": message, **(headers or {})}.items():
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _found(hub: Hub, query: dict[str, list[str]]) -> list[dict[str, Any]]:
    """The lines of a search."""
    text, author, task, sort, limit, size = (
        query.get(name, [""])[0] for name in ("search", "author", "pipeline_tag", "sort", "limit", "num_parameters")
    )
    bounds = dict(bound.split(":") for bound in size.split(",") if bound)
    smallest, largest = _count(bounds.get("min", "0")), _count(bounds.get("max", "1000000B"))
    found = [
        (repo, model)
        for repo, model in hub.models.items()
        if text.casefold() in repo.casefold()
        and author in ("", repo.partition("/")[0])
        and task in ("", model.task)
        and (not size or smallest <= sum(model.parameters.values()) <= largest)
    ]
    if sort:
        found.sort(key=lambda pair: getattr(pair[1], SORTS[sort]), reverse=True)
    return [_about(repo, model, query.get("expand")) for repo, model in found[: int(limit or 1000)]]


def _count(text: str) -> float:
    units = {"K": 1e3, "M": 1e6, "B": 1e9}
    return float(text[:-1]) * units[text[-1]] if text[-1] in units else float(text)


def _about(repo: str, model: Model, expand: list[str] | None) -> dict[str, Any]:
    """What is told of a model: all, or what was asked for."""
    told = {
        "author": repo.partition("/")[0],
        "downloads": model.downloads,
        "likes": model.likes,
        "trendingScore": model.trending,
        "lastModified": model.updated,
        "private": False,
        "gated": model.gated or False,
        "pipeline_tag": model.task,
        "library_name": model.library,
        "tags": [f"license:{model.license}"] if model.license else [],
        "cardData": {"license": model.license} if model.license else {},
    }
    if model.parameters:
        told["safetensors"] = {"parameters": model.parameters, "total": sum(model.parameters.values())}
    if model.gguf:
        told["gguf"] = model.gguf
    return {"id": repo, **{name: value for name, value in told.items() if expand is None or name in expand}}


def _blob(file: Content) -> dict[str, Any]:
    return {"size": _size(file), "oid": _git_hash(file)}


def _sibling(path: str, file: Content) -> dict[str, Any]:
    size = _size(file)
    lfs = {"size": size, "sha256": _sha256(file), "pointerSize": 134}
    return {"size": size, "blobId": "0" * 40 if path.endswith(LARGE) else _git_hash(file)} | (
        {"lfs": lfs} if path.endswith(LARGE) else {}
    )


def etag(path: str, content: Content) -> str:
    """The name by which the Hub, and the client's cache, know the content of a file."""
    return _sha256(content) if path.endswith(LARGE) else _git_hash(content)


def _opened(content: Content) -> io.BufferedIOBase:
    return content.open("rb") if isinstance(content, Path) else io.BytesIO(content)


def _size(content: Content) -> int:
    return content.stat().st_size if isinstance(content, Path) else len(content)


@cache
def _sha256(content: Content) -> str:
    with _opened(content) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _git_hash(content: Content) -> str:
    with _opened(content) as file:
        return hashlib.sha1(b"blob %d\0" % _size(content) + file.read(), usedforsecurity=False).hexdigest()


def _parameters(path: Path) -> dict[str, int]:
    """Parameters by dtype, from the header of a safetensors file."""
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    counts: dict[str, int] = {}
    for name, tensor in header.items():
        if name != "__metadata__":
            count = 1
            for side in tensor["shape"]:
                count *= side
            counts[tensor["dtype"]] = counts.get(tensor["dtype"], 0) + count
    return counts


def main() -> None:
    """Serve folders of models until Enter or Ctrl-C."""
    folders = [Path(argument) for argument in sys.argv[1:]]
    hub = Hub(models={f"local/{folder.resolve().name}": Model.of_folder(folder) for folder in folders})
    hub.users["hf_test"] = "tester"
    with served(hub):
        sys.stdout.write(f"export HF_ENDPOINT={hub.url}  # {', '.join(hub.models)}; the token hf_test is known\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
