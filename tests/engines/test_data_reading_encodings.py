"""Texts in the encodings people have: detected, or said to be wrong where they are."""

from pathlib import Path

import pytest

from mactuner_tui.core.errors import DataError
from mactuner_tui.core.specs.data import ReadSpec
from mactuner_tui.engines.data.reading import open_source
from mactuner_tui.engines.data.rows import BadRow, Row

KOREAN = "안녕하세요, 오늘은 날씨가 좋습니다"
JAPANESE = "こんにちは、今日はいい天気ですね"
FRENCH = "Le garçon a déjà vu l’été – naïf"
RUSSIAN = "Привет, как дела? Сегодня хорошая погода"
CHINESE = "你好，今天天气很好，我们去公园吧"


def read(path: Path, encoding: str = "auto") -> tuple[str, list[Row | BadRow]]:
    source = open_source(str(path), ReadSpec(encoding=encoding))
    return source.encoding, list(source.read())


@pytest.mark.parametrize(
    ("text", "encoding", "detected"),
    [
        (KOREAN, "cp949", "cp949"),
        (KOREAN, "euc-kr", "cp949"),
        (KOREAN, "utf-8", "utf-8"),
        (KOREAN, "utf-8-sig", "utf-8"),
        (KOREAN, "utf-16", "utf-16"),
        (KOREAN, "utf-32", "utf-32"),
        (JAPANESE, "shift_jis", "cp932"),
        (JAPANESE, "euc_jp", "euc_jp"),
        (FRENCH, "cp1252", "cp1252"),
        (FRENCH, "utf-16-le", "utf-16-le"),
        (FRENCH, "utf-16-be", "utf-16-be"),
        (FRENCH, "utf-32-le", "utf-32-le"),
        (RUSSIAN, "cp1251", "cp1251"),
        (CHINESE, "gb18030", "gb18030"),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "a.txt"])
def test_encodings_are_detected(tmp_path: Path, text: str, encoding: str, detected: str, name: str) -> None:
    content = {
        "a.csv": f'label\ttext\nx\t"{text}"\ny\t"{text}\n{text}"\n',
        "a.jsonl": f'{{"text": "{text}"}}\n' * 2,
        "a.json": f'[{{"text": "{text}"}},\n {{"text": "{text}"}}]',
        "a.txt": f"{text}\n" * 2,
    }[name]
    (tmp_path / name).write_bytes(content.encode(encoding))
    found, rows = read(tmp_path / name)
    assert found == detected
    assert [isinstance(row, Row) and row.values["text"].split("\n")[0] for row in rows] == [text, text]


def test_a_byte_that_does_not_belong_is_named_with_what_would_fit(tmp_path: Path) -> None:
    lines = [f'{{"text": "{KOREAN}"}}\n'.encode()] * 9
    lines[4] = f'{{"text": "{KOREAN}"}}\n'.encode("cp949")
    (tmp_path / "a.jsonl").write_bytes(b"".join(lines))
    encoding, rows = read(tmp_path / "a.jsonl")
    assert encoding == "utf-8"
    assert [row.line for row in rows if isinstance(row, Row)] == [1, 2, 3, 4, 6, 7, 8, 9]
    broken = rows[4]
    assert isinstance(broken, BadRow)
    assert broken.reason.startswith("column 11: the byte 0xBE is not utf-8; as cp949 it reads")
    assert "안녕하세요" in broken.reason


def test_in_a_csv_file_the_column_is_named(tmp_path: Path) -> None:
    good = "first,second\n" + f"x,{FRENCH}\n" * 9
    (tmp_path / "a.csv").write_bytes(good.encode() + "x,déjà vu\n".encode("cp1252"))
    encoding, rows = read(tmp_path / "a.csv")
    assert encoding == "utf-8"
    broken = rows[-1]
    assert isinstance(broken, BadRow)
    assert broken.reason.startswith("in 'second': column 4: the byte 0xE9 is not utf-8; as cp1252 it reads")


def test_half_a_surrogate_pair_costs_its_line_only(tmp_path: Path) -> None:
    half = b"\x00\xd8"
    lines = ["one\n".encode("utf-16-le"), half + "two\n".encode("utf-16-le"), "three\n".encode("utf-16-le")]
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe" + b"".join(lines))
    _, rows = read(tmp_path / "a.txt")
    assert [isinstance(row, Row) for row in rows] == [True, False, True]


def test_the_encoding_asked_for_is_used(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("déjà".encode("latin-1"))
    assert read(tmp_path / "a.txt", "cp437")[1] == [Row(tmp_path / "a.txt", 1, {"text": "dΘjα"})]
    for unknown in ("utf-9", "rot13", "base64", ""):
        with pytest.raises(DataError, match=r"encoding = .*unknown"):
            read(tmp_path / "a.txt", unknown)


def test_text_that_is_not_of_the_encoding_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"abc")
    with pytest.raises(DataError, match=r"a\.txt: near byte \d+: the text is not utf-32"):
        read(tmp_path / "a.txt", "utf-32")
