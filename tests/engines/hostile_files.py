"""Hundreds of files that nobody should have to read, the same ones every time.

Each says what may come of it: rows, bad rows, or an error. Knows nothing of how they are read.
"""

import gzip
import io
import os
import random
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

FORMATS = ("csv", "jsonl", "json", "txt")
HANGUL, KANJI, LATIN = "안녕하세요 반갑습니다", "こんにちは世界、元気ですか", "Déjà vu à l’été, garçon"
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Hostile:
    """A file or folder below the folder they are written to; what to ask for; what must come of it.

    `outcomes`: of "rows", "bad" and "error" those that may come. `meanwhile`: what happens once it is opened.
    """

    name: str
    write: Callable[[Path], object]
    outcomes: str = "rows bad error"
    reading: dict[str, str] = field(default_factory=dict)
    meanwhile: str = ""


def small() -> list[Hostile]:
    """All but the large ones, which are `large()`."""
    groups = (
        *(_encodings, _asked_encodings, _marks, _flipped_bytes, _line_ends, _cut, _parquet, _gzip),
        *(_deep, _numbers, _csv, _json_shapes, _json_lines, _fakes, _empty, _places, _changing),
    )
    found = [hostile for group in groups for hostile in group()]
    assert len({hostile.name for hostile in found}) == len(found)
    return found


def large() -> list[Hostile]:
    """A line of 100 MB, one of ten million values, the same as a document; an array; a gigabyte of nothing."""
    return [
        Hostile("long-line.jsonl", _long_line, "rows"),
        Hostile("dense-line.jsonl", _dense_line, "rows bad"),
        Hostile("dense.json", _dense_line, "error"),
        Hostile("array.json", _long_array, "rows"),
        Hostile("nothing.csv", _sparse, "error"),
    ]


def _file(name: str, content: str | bytes, outcomes: str = "rows bad error", **reading: str) -> Hostile:
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    return Hostile(name, lambda path: path.write_bytes(data), outcomes, reading)


def _text(kind: str, content: str = "text", count: int = 5, end: str = "\n") -> str:
    """A sound file of a format."""
    match kind:
        case "csv":
            return end.join(["n;text", *(f'{n};"{content} {n}"' for n in range(count))]) + end
        case "jsonl":
            return "".join(f'{{"n": {n}, "text": "{content} {n}"}}{end}' for n in range(count))
        case "json":
            rows = [f'{{"n": {n}, "text": "{content} {n}"}}' for n in range(count)]
            return f"[{f',{end}'.join(rows)}]{end}"
        case _:
            return "".join(f"{content} {n}{end}" for n in range(count))


def _encodings() -> Iterator[Hostile]:
    wide = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-7")
    texts = {
        HANGUL: ("cp949", "euc-kr", "johab", "iso2022_kr", *wide),
        KANJI: ("shift_jis", "euc_jp", "iso2022_jp"),
        LATIN: ("cp1252", "cp437", "mac_roman"),
    }
    for text, encodings in texts.items():
        for encoding in encodings:
            for kind in FORMATS:
                content = _text(kind, text.replace("’", "'") if encoding == "cp437" else text)
                yield _file(f"encoding-{encoding}.{kind}", content.encode(encoding))


def _asked_encodings() -> Iterator[Hostile]:
    for encoding in ("ascii", "utf-16", "utf-32", "utf-7", "cp037", "shift_jis", "unicode_escape", "idna"):
        for kind in ("csv", "jsonl"):
            yield _file(f"asked-{encoding}.{kind}", _text(kind, HANGUL), encoding=encoding)


def _marks() -> Iterator[Hostile]:
    marks = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-32-le": b"\xff\xfe\0\0"}
    for encoding, mark in marks.items():
        yield _file(f"mark-only-{encoding}.csv", mark, "error")
        yield _file(f"mark-odd-{encoding}.txt", mark + "ab\ncd".encode(encoding) + b"e")
        for kind in ("csv", "json"):
            yield _file(f"mark-{encoding}.{kind}", mark + _text(kind).encode(encoding), "rows")
    yield _file("mark-wrong.jsonl", b"\xff\xfe" + _text("jsonl").encode())
    yield _file("mark-twice.jsonl", b"\xef\xbb\xbf\xef\xbb\xbf" + _text("jsonl").encode(), "rows bad")


def _flipped_bytes() -> Iterator[Hostile]:
    for kind in FORMATS:
        for seed in range(5):
            content = bytearray(_text(kind, HANGUL, 40).encode())
            chance = random.Random(seed)
            for _ in range(1 + 3 * seed):
                content[chance.randrange(len(content))] = chance.randrange(256)
            yield _file(f"flipped-{seed}.{kind}", bytes(content))


def _line_ends() -> Iterator[Hostile]:
    for kind in FORMATS:
        for name, end in {"cr": "\r", "crlf": "\r\n", "crcrlf": "\r\r\n", "nel": "\x85", "ls": "\u2028"}.items():
            yield _file(f"ends-{name}.{kind}", _text(kind, end=end))
        mixed = _text(kind).replace("\n", "\r\n", 1).replace("\n", "\r", 3)
        yield _file(f"ends-mixed.{kind}", mixed, "rows bad")


def _cut() -> Iterator[Hostile]:
    for kind in FORMATS:
        content = _text(kind, HANGUL, 30).encode()
        for place in (1, 2, 8, len(content) // 2, len(content) - 2):
            yield _file(f"cut-{place}.{kind}", content[:place])


def _parquet() -> Iterator[Hostile]:
    made = io.BytesIO()
    texts = [f"{HANGUL} {n}" for n in range(300)]
    pq.write_table(pa.table({"text": texts, "n": range(300), "turns": [[{"role": text}] for text in texts]}), made)
    content = made.getvalue()
    for seed in range(25):
        flipped = bytearray(content)
        chance = random.Random(seed)
        # The first half of them in the pages, the others in the footer, where the shape of the file is told.
        area = range(4, len(content) - 8) if seed < 12 else range(len(content) - 900, len(content))
        for _ in range(1 + seed % 5):
            flipped[chance.choice(area)] ^= 1 << chance.randrange(8)
        yield _file(f"flipped-{seed}.parquet", bytes(flipped))
    for place in (4, 8, 12, len(content) // 2, len(content) - 4):
        yield _file(f"cut-{place}.parquet", content[:place], "error")
    yield _file("long-footer.parquet", content[:-8] + struct.pack("<I", 2**31 - 1) + b"PAR1", "error")
    nothing = io.BytesIO()
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), nothing)
    yield _file("no-rows.parquet", nothing.getvalue(), "error")


def _gzip() -> Iterator[Hostile]:
    for kind in FORMATS:
        packed = gzip.compress(_text(kind, HANGUL, 2000).encode(), mtime=0)
        yield _file(f"cut.{kind}.gz", packed[: len(packed) // 2], "error")
        flipped = bytearray(packed)
        flipped[len(packed) // 3] ^= 0x55
        yield _file(f"flipped.{kind}.gz", bytes(flipped))
        yield _file(f"trailing.{kind}.gz", packed + b"more")
    yield _file("head-only.csv.gz", b"\x1f\x8b", "error")
    yield _file("twice.csv.gz", gzip.compress(gzip.compress(b"a,b\n1,2\n", mtime=0), mtime=0), "error")
    yield _file("zeros.csv.gz", gzip.compress(bytes(20 * MEGABYTE), mtime=0), "error")


def _deep() -> Iterator[Hostile]:
    for depth in (90, 110, 990, 5_000, 100_000):
        lists, objects = "[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth
        allowed = "rows" if depth == 90 else "bad error"
        yield _file(f"deep-lists-{depth}.jsonl", f'{{"a": {lists}}}\n', allowed)
        yield _file(f"deep-objects-{depth}.jsonl", objects, allowed)
        yield _file(f"deep-lists-{depth}.json", f'[{{"a": {lists}}}]', allowed)
        yield _file(f"deep-objects-{depth}.json", objects, allowed)


def _numbers() -> Iterator[Hostile]:
    sound = ("NaN", "-Infinity", "1e999", "-1e-999", "9" * 4000, "0." + "1" * 100_000)
    broken = ("9" * 5000, "01", "+1", ".5", "0x10", "1_000", "--1", "infinity")
    for place, number in enumerate((*sound, *broken)):
        yield _file(f"number-{place}.jsonl", f'{{"a": {number}}}', "rows" if number in sound else "bad error")


def _csv() -> Iterator[Hostile]:
    texts = {
        "ragged": "a,b,c\n1,2\n1,2,3,4\n1,2,3\n",
        "same-names": "a,a,a,a_2\n1,2,3,4\n",
        "no-names": ",,,\n1,2,3,4\n",
        "quote-first": '"a,b\n1,2\n3,4\n',
        "quote-open": 'a,b\n1,"2\n3,4\n5,6\n',
        "quote-open-last": 'a,b\n1,2\n3,"4',
        "quote-each": 'a,b\n"1,2\n"3,4\n"5,6\n',
        "quote-inside": 'a,b\n1"2,3\n"4"5,6\n',
        "quote-endless": "a,b\n" + 'a"b,"c""\n' * 20_000,
        "quotes-only": '"""""""\n""\n"',
        "commas-only": ",,,,\n,,,,\n",
        "nul": "a,b\n\x00,2\n3,\x00\n",
        "nul-header": "a\x00,b\n1,2\n",
        "wide": ",".join("abc" for _ in range(20_000)) + "\n1\n",
        "wide-row": "a,b\n" + "," * 500_000 + "\n1,2\n",
        "long-cell": f"a,b\n{'x' * 3_000_000},2\n",
        "many-quotes": "a,b\n" + '"",' * 100_000 + "\n",
        "quoted-newlines": 'a,b\n"' + "\n" * 50_000 + '",2\n',
        "tabs-and-commas": "a\tb,c\n1\t2,3\n4,5\t6\n",
        "one-column": "a\n1\n2\n",
        "spaces": "  \n   \na,b\n1,2\n",
        "controls": "a,b\n\x01\x02,\x1b[31m\n",
        "bidi": "a,b\n\u202etxt,\u200b\ufeff\n",
        "formula": "a,b\n=1+1,@SUM(A1)\n",
        "html": "<html><body><table><tr><td>1</td></tr></table></body></html>\n",
    }
    for name, text in texts.items():
        yield _file(f"{name}.csv", text)


def _json_shapes() -> Iterator[Hostile]:
    rows = {"nested-null": '[{"a": null, "b": {"c": [null, {}]}}]', "same-key": '[{"a": 1, "a": 2}]',
            "mixed": '[{"a": 1}, {"a": "x"}, {"a": [1]}, {"a": null}, {"a": {}}, {"a": true}]',
            "empty-key": '[{"": 1}]', "nul": '[{"a": "x\\u0000y"}]', "by-name": '{"x": {"a": 1}, "y": {"b": 2}}',
            "many-keys": "[{" + ",".join(f'"{n}": {n}' for n in range(20_000)) + "}]",
            "new-keys": "[" + ",".join(f'{{"{n}": {n}}}' for n in range(20_000)) + "]"}  # fmt: skip
    for name, text in rows.items():
        yield _file(f"{name}.json", text, "rows")
    for place, text in enumerate(('[1, "a", null]', "[[]]", "[null]", '[{"a": "\\ud800"}]', '[{"\\udfff": 1}]')):
        yield _file(f"no-rows-{place}.json", text, "bad")
    broken = ("null", "true", "1", '"text"', "[]", "{}", "[", "{", "]", "[}", "[,]", '[{"a": 1},]',
              '[{"a": 1} {"a": 2}]', '[{"a": 1}',
              "[{'a': 1}]", "[{a: 1}]", '[{"a": 1} // x\n]', 'var x = [{"a": 1}]', '[{"a": "x]',
              '[{"a": "\t\n"}]', '[{"a": "\\x"}]', '[{"a": "\\u12"}]', '[{"a": 1}] more', '{"a": [{"b": 1}, }',
              '{"a": {"b": {"c": []}}', "[{\"a\": \"" + "x" * 3_000_000)  # fmt: skip
    for place, text in enumerate(broken):
        yield _file(f"broken-{place}.json", text, "error")


def _json_lines() -> Iterator[Hostile]:
    lines = ("null", "[]", '"text"', "{}", '{"a": 1', '{"a": 1}}', '{"a": "\\ud800"}', '{"\\ud800": 1}', 
             "{'a': 1}", '{"a": 1}{"a": 2}', '{"a": "\x00"}', '{"a": "\x07"}', "a,b", "}",
             '{"a": "\udc80"}', "\ufeff{}")  # fmt: skip
    for place, line in enumerate(lines):
        text = f'{{"a": 0}}\n{line}\n{{"a": 2}}\n'
        yield _file(f"line-{place}.jsonl", text, "rows" if line == "{}" else "rows bad")
    yield _file("all-bad.jsonl", "broken\n" * 2000, "bad")


def _fakes() -> Iterator[Hostile]:
    chance = random.Random(7)
    contents = {
        "zip": b"PK\x03\x04" + chance.randbytes(500),
        "png": b"\x89PNG\r\n\x1a\n" + chance.randbytes(500),
        "pdf": b"%PDF-1.7\n" + chance.randbytes(500),
        "sqlite": b"SQLite format 3\x00" + bytes(500),
        "elf": b"\x7fELF" + chance.randbytes(500),
        "random": chance.randbytes(2000),
        "tar": bytes(257) + b"ustar\x0000" + bytes(247),
    }
    for name, content in contents.items():
        for kind in ("csv", "json", "parquet"):
            yield _file(f"fake-{name}.{kind}", content)
    yield _file("fake-text.parquet", "a,b\n1,2\n")
    yield _file("fake-lfs.jsonl", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n", "error")


def _empty() -> Iterator[Hostile]:
    for kind in (*FORMATS, "parquet", "csv.gz"):
        yield _file(f"empty.{kind}", b"", "error")
    yield _file("white.txt", " \n\t\n\r\n", "error")
    yield _file("header.csv", "a,b\n", "error")
    yield _file("empty-packed.jsonl.gz", gzip.compress(b"", mtime=0), "error")


def _folder(files: dict[str, str]) -> Callable[[Path], object]:
    def _write(path: Path) -> None:
        path.mkdir()
        for name, content in files.items():
            (path / name).parent.mkdir(exist_ok=True)
            (path / name).write_text(content)

    return _write


def _looped(path: Path) -> None:
    path.mkdir()
    (path / "again").symlink_to(path)
    (path / "a.csv").write_text("a,b\n1,2\n")


def _unreadable(path: Path) -> None:
    """Without permission; for root, who has every permission, a file that is none."""
    if os.geteuid() == 0:
        path.symlink_to("/proc/self/mem")
    else:
        path.write_text("a,b\n1,2\n")
        path.chmod(0)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        # The path of a socket may have a hundred characters only.
        here = Path.cwd()
        os.chdir(path.parent)
        try:
            bound.bind(path.name)
        finally:
            os.chdir(here)


def _not(_path: Path) -> None:
    """Write nothing."""


def _places() -> Iterator[Hostile]:
    yield Hostile("folder-empty", _folder({}), "error")
    yield Hostile("folder-hidden", _folder({".a.csv": "a\n1\n", "notes.md": "x"}), "error")
    yield Hostile("folder-mixed", _folder({"a.csv": "a,b\n1,2\n", "b.jsonl": "{}"}), "error")
    yield Hostile("folder-all-empty", _folder({"a.csv": "", "b.csv": ""}), "error")
    yield Hostile("folder-one-bad", _folder({"a.jsonl": '{"a": 1}', "b.jsonl": " "}), "error")
    yield Hostile("folder.csv", _folder({"a.csv": "a,b\n1,2\n"}), "rows")
    yield Hostile("folder-looped", _looped, "rows")
    yield Hostile("missing.csv", _not, "error")
    yield Hostile("dangling.csv", lambda path: path.symlink_to("nowhere"), "error")
    yield Hostile("itself.csv", lambda path: path.symlink_to(path), "error")
    yield Hostile("pipe.csv", os.mkfifo, "error")
    yield Hostile("socket.csv", _socket, "error")
    yield Hostile("device.csv", lambda path: path.symlink_to("/dev/zero"), "error")
    yield Hostile("unreadable.csv", _unreadable, "error")
    yield Hostile("x" * 300 + ".csv", _not, "error")
    yield _file("a\nnew line, 이름 \u202e.csv", "a,b\n1,2\n", "rows")
    yield _file(os.fsdecode(b"not-utf8-\xff.csv"), "a,b\n1,2\n", "error")


def _changing() -> Iterator[Hostile]:
    for meanwhile in ("vanishes", "shrinks", "is replaced"):
        for kind in ("csv", "jsonl", "json"):
            name = f"{meanwhile.replace(' ', '-')}.{kind}"
            content = _text(kind, "x" * 400, 12_000)
            # What was copied while it was read does not mind.
            outcomes = "rows" if meanwhile == "is replaced" and kind != "jsonl" else "error"
            yield Hostile(name, _file(name, content).write, outcomes, {}, meanwhile)


def _long_line(path: Path) -> None:
    with path.open("w") as file:
        file.write('{"text": "\U0001f600')
        for _ in range(100):
            file.write("x" * MEGABYTE)
        file.write('"}\n{"text": "short"}\n')


def _dense_line(path: Path) -> None:
    with path.open("w") as file:
        file.write('{"a": [[]')
        for _ in range(30):
            file.write(",[]" * (MEGABYTE // 3))
        file.write("]}\n")


def _long_array(path: Path) -> None:
    row = f'{{"text": "{HANGUL * 300}"}}'
    with path.open("w") as file:
        file.write(f"[{row}")
        for _ in range(10_000):
            file.write(f",\n{row}")
        file.write("]")


def _sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 1024 * MEGABYTE)
