"""A small Hugging Face Hub on this machine: the few addresses the real client asks for when it reads a dataset."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """What the Hub has: files by dataset, and datasets it refuses (status, code and message)."""

    url: str = ""
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refusals: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@contextmanager
def served(hub: Hub) -> Iterator[Hub]:
    """The Hub at `hub.url` for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def _answer(self, body: bool) -> None:
            path = self.path.partition("?")[0]
            hub.asked.append(path)
            if path.startswith("/api/datasets/"):
                owner, name, *rest = path.removeprefix("/api/datasets/").split("/")
                self._answer_about(f"{owner}/{name}", rest)
            elif not path.startswith("/datasets/"):
                self._refuse(404, "", "")
            else:
                owner, name, _, _, *rest = path.removeprefix("/datasets/").split("/")
                self._send(hub.files[f"{owner}/{name}"]["/".join(rest)], "application/octet-stream", body)

        def _answer_about(self, dataset: str, rest: list[str]) -> None:
            if dataset in hub.refusals:
                self._refuse(*hub.refusals[dataset])
            elif dataset not in hub.files:
                self._refuse(404, "RepoNotFound", "not found")
            elif rest[:1] == ["tree"]:
                entries = [
                    {"type": "file", "path": path, "size": len(content), "oid": _hash(content)}
                    for path, content in hub.files[dataset].items()
                ]
                self._send(json.dumps(entries).encode(), "application/json", body=True)
            elif rest[:1] == ["revision"] and rest[1:] not in (["main"], [COMMIT]):
                self._refuse(404, "RevisionNotFound", "no such revision")
            else:
                siblings = [{"rfilename": path, "size": len(content)} for path, content in hub.files[dataset].items()]
                about = {"id": dataset, "sha": COMMIT, "private": False, "tags": [], "siblings": siblings}
                self._send(json.dumps(about).encode(), "application/json", body=True)

        def _send(self, content: bytes, kind: str, body: bool) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", f'"{_hash(content)}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            if body:
                self.wfile.write(content)

        def _refuse(self, status: int, code: str, message: str) -> None:
            self.send_response(status)
            self.send_header("X-Error-Code", code)
            self.send_header("X-Error-Message", message)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


def _hash(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()
