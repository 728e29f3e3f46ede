"""Words are counted in languages with and without spaces; scripts and languages are told apart."""

import pytest

from mactuner_tui.engines.data import scripts, words
from mactuner_tui.engines.data.scripts import ScriptCounts, language, languages
from mactuner_tui.engines.data.words import WordCounts

PARAGRAPHS = {
    "English": "The museum opens at nine, and the first visitors usually wait outside its doors.",
    "German": "Das Museum öffnet um neun Uhr, und die ersten Besucher warten meistens schon vor der Tür.",
    "French": "Le musée ouvre à neuf heures et les premiers visiteurs attendent souvent devant la porte.",
    "Spanish": "El museo abre a las nueve y los primeros visitantes suelen esperar delante de la puerta.",
    "Korean": "박물관은 아홉 시에 문을 열고 첫 방문객들은 보통 문 앞에서 기다린다.",
    "Japanese": "博物館は九時に開館し、最初の来館者はたいてい入口の前で待っています。",
    "Chinese": "博物馆九点开门，第一批参观者通常在门口等候。",
    "Russian": "Музей открывается в девять часов, и первые посетители обычно ждут у дверей.",
    "Arabic": "يفتح المتحف أبوابه في التاسعة صباحا وينتظر الزوار عادة أمام الباب.",
    "Hindi": "संग्रहालय नौ बजे खुलता है और पहले आगंतुक आमतौर पर दरवाजे के बाहर प्रतीक्षा करते हैं।",
    "Thai": "พิพิธภัณฑ์เปิดเวลาเก้าโมงเช้าและผู้เข้าชมกลุ่มแรกมักจะรออยู่หน้าประตู",
    "Vietnamese": "Bảo tàng mở cửa lúc chín giờ và những khách tham quan đầu tiên thường đợi ở trước cửa.",
}


def _top(*texts: str) -> dict[str, int]:
    counts = WordCounts()
    counts.take(texts)
    return dict(counts.top(100))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The cat saw a Cat -- and the cat's don't-care mat.",
            {"cat": 2, "saw": 1, "cat's": 1, "don't-care": 1, "mat": 1},
        ),
        ('x y2k 2024 3.14 b (Python) "python", python!', {"y2k": 1, "python": 3}),
        ("서울은 크다. 서울은 그리고 한강이 있다", {"서울은": 2, "크다": 1, "한강이": 1}),
        ("東京は日本の首都です。東京は大きい。", {"東京": 2, "日本": 1, "首都": 1, "大きい": 1}),
        ("北京是中国的首都，北京很大。", {"北京": 2, "中国": 1, "首都": 1, "很大": 1}),
        ("Pythonで東京を見る", {"python": 1, "東京": 1, "見る": 1}),
        ("สวัสดีชาวโลก", {"สวัสดี": 1, "ชาว": 1, "โลก": 1}),
        ("हिन्दी भाषा हिन्दी", {"हिन्दी": 2, "भाषा": 1}),
        ("Straße STRASSE", {"strasse": 2}),
        ("水 は 水", {"水": 2}),
    ],
)
def test_words_of_different_languages(text: str, expected: dict[str, int]) -> None:
    assert _top(text) == expected


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("  one\n\ttwo  3 ", 3), ("나는 학교에 간다", 3), ("東京は大きい。", 3), ("the 東京 tower", 3)],
)
def test_how_many_words_a_text_has(text: str, count: int) -> None:
    assert WordCounts().take([text]) == [count]


def test_the_commonest_word_comes_first() -> None:
    counts = WordCounts()
    counts.take(["tea tea milk"])
    counts.take(["milk milk sugar milk"])
    assert counts.top(2) == [("milk", 4), ("tea", 2)]


def test_rare_words_give_way_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "FORMS_KEPT", 10)
    monkeypatch.setattr(words, "WORDS_KEPT", 20)
    counts = WordCounts()
    for number in range(200):
        counts.take([f"apple apple w{number}a w{number}b"])
    assert counts.top(1) == [("apple", 400)]
    assert len(counts.top(1000)) <= 20


def test_a_very_long_text_is_cut_at_white_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "SLICE", 50)
    counts = WordCounts()
    assert counts.take(["seven wonders " * 100, "three more words"]) == [200, 3]
    assert counts.top(1) == [("seven", 100)]


def test_every_letter_is_counted_in_its_script() -> None:
    counts = ScriptCounts()
    counts.take(["abc é 12 !", "한글 漢字 ひら カー Ж", "𐍈 \ud800 a"])
    found = {share.name: share.share * 15 for share in counts.shares()}
    expected = {"Latin": 5, "Hangul": 2, "Han": 2, "Hiragana": 2, "Katakana": 2, "Cyrillic": 1, "Other": 1}
    assert found == pytest.approx(expected)


def test_scripts_of_long_texts_and_of_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts, "SLICE", 7)
    counts = ScriptCounts()
    assert counts.shares() == ()
    counts.take(["é" * 30 + "я" * 10])
    assert [(share.name, share.share) for share in counts.shares()] == [("Latin", 0.75), ("Cyrillic", 0.25)]


@pytest.mark.parametrize("name", PARAGRAPHS)
def test_languages_are_recognised(name: str) -> None:
    assert language(PARAGRAPHS[name]) == name


@pytest.mark.parametrize("text", ["", "ok", "12345", "print('x')", "https://example.com/foo", "?!"])
def test_what_is_no_language_is_not_guessed_at(text: str) -> None:
    assert language(text) == "Unknown"


def test_languages_are_shares_of_texts() -> None:
    texts = [PARAGRAPHS["Korean"]] * 3 + [PARAGRAPHS["English"]]
    assert [(share.name, share.share) for share in languages(texts)] == [("Korean", 0.75), ("English", 0.25)]
    assert languages([]) == ()
