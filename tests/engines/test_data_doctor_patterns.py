"""What looks like a key, an e-mail address or a web address, and what only seems to."""

import time

import pytest

from mactuner_tui.engines.data.patterns import EMAIL, SECRET, URL, holds_key

# Put together here, so that no tool that looks for keys stumbles over this file.
LETTERS = "aB3dE6gH9jK2mN5pQ8sT" * 5
KEYS = [
    "AKIA" + "IOSFODNN7EXAMPLE",
    "AIza" + LETTERS[:35],
    "ghp_" + LETTERS[:36],
    "github_pat_" + LETTERS[:60],
    "glpat-" + LETTERS[:20],
    "hf_" + LETTERS[:34],
    "sk-" + LETTERS[:48],
    "sk-proj-" + LETTERS[:30] + "_" + LETTERS[:30],
    "sk-ant-api03-" + LETTERS[:80],
    "gsk_" + LETTERS[:52],
    "sk_live_" + LETTERS[:24],
    "xoxb-" + "123456789012-" + LETTERS[:24],
    "npm_" + LETTERS[:36],
    "eyJ" + LETTERS[:20] + ".eyJ" + LETTERS[:20] + "." + LETTERS[:43],
    "-----BEGIN RSA PRIVATE KEY-----\n" + f"{LETTERS[:64]}\n" * 3 + "Ab3=\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\\n" + LETTERS[:64] + "\\n-----END PRIVATE KEY-----",
]
ASSIGNED = [
    ('api_key = "{}"', LETTERS[:32]),
    ("OPENAI_API_KEY={}", LETTERS[:40]),
    ('"client_secret": "{}"', LETTERS[:32]),
    ("aws_secret_access_key = {}", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("password: {}", LETTERS[:20]),
    ("apiKey: '{}'", "9f86d081884c7d659a2feaa0c55ad015"),
]
HARMLESS = [
    "https://example.org/download/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b/file.tar.gz",
    "https://drive.google.com/file/d/1aB3dE6gH9jK2mN5pQ8sT1aB3dE6gH9jK/view?usp=sharing",
    "550e8400-e29b-41d4-a716-446655440000",
    "id = 550e8400-e29b-41d4-a716-446655440000",
    "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b fixes it",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "The Base64 of it is TWFuIGlzIGRpc3Rpbmd1aXNoZWQsIG5vdCBvbmx5IGJ5IGhpcyByZWFzb24=",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    "Choose a password: at least twelve characters, with uppercase letters, lowercase letters and 2 digits.",
    "password = getpass.getpass()",
    "api_key = os.environ['OPENAI_API_KEY']",
    "api_key = read_key_from_Keyring2_of_system(name)",
    "API_KEY=YOUR_API_KEY_GOES_HERE_PLEASE",
    "token = tokenizer.convert_ids_to_tokens(42)",
    "sk-cube-grid-delay-10s and sk-learn-1-2-3-compatible",
    "The file begins with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----.",
    "-----BEGIN CERTIFICATE-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END CERTIFICATE-----",
    "hf_transfer, hf_hub_download and AKIA are names",
    "서울의 비밀번호는 비밀입니다: password",
]
MEAN = [
    "a", "sk-", "a@", "a.", "x@a.", "https://(", "https://(a", "https://.", "http://", "www.a", "api_key=", "eyJ", "gh",
    "eyJaaaaaaaaaaaaa.", "password=1A", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n", "-----BEGIN A ",
    "api_key=   ", "private key: aB3", "\n", "a: b\n", "(", "%",
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_an_issued_key_is_found_whole_wherever_it_stands(key: str) -> None:
    assert holds_key(key)
    assert SECRET.sub("X", f'Use "{key}", please.') == 'Use "X", please.'
    assert SECRET.sub("X", f"열쇠는 {key} 입니다") == "열쇠는 X 입니다"


@pytest.mark.parametrize(("text", "key"), ASSIGNED)
def test_a_key_that_is_named_as_one_is_found_and_its_name_stays(text: str, key: str) -> None:
    assert holds_key(text.format(key))
    assert SECRET.sub("X", text.format(key)) == text.format("X")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_random_is_no_key(text: str) -> None:
    assert SECRET.findall(text) == []
    assert not holds_key(text)


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("Write to minji.kim+news@mail.company.co.kr.", ["minji.kim+news@mail.company.co.kr"]),
        ("메일은foo@bar.com으로 보내세요", ["foo@bar.com"]),
        ("<a@b.org>, c@d.net!", ["a@b.org", "c@d.net"]),
        ("git clone git@github.com:someone/something.git", []),
        ("y = W@x.T and @property, f@1.5, me@localhost, user@host", []),
        ("@media screen, 3 @ 4, a@@b.com", []),
    ],
)
def test_email_addresses(text: str, addresses: list[str]) -> None:
    assert EMAIL.findall(text) == addresses


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("See https://a.org/b_(c), please.", ["https://a.org/b_(c)"]),
        ("(http://a.org/x?y=1&z=2#top)", ["http://a.org/x?y=1&z=2#top"]),
        ("주소는 https://a.org/길에서", ["https://a.org/"]),
        ("https://a.comを見てください。www.b.jp!", ["https://a.com", "www.b.jp"]),
        ('<a href="ftp://x.y/z">', ["ftp://x.y/z"]),
        ("http and www alone, a://b, wwww.x", []),
    ],
)
def test_web_addresses(text: str, addresses: list[str]) -> None:
    assert URL.findall(text) == addresses


@pytest.mark.parametrize("pattern", [URL, EMAIL, SECRET], ids=["url", "email", "secret"])
@pytest.mark.parametrize("part", MEAN)
def test_a_text_twenty_times_as_long_does_not_take_its_square(pattern: "type[URL]", part: str) -> None:
    def seconds(characters: int) -> float:
        text = (part * (characters // len(part) + 1))[:characters] + "("
        before = time.process_time()
        for _ in pattern.finditer(text):
            pass
        return time.process_time() - before

    # In proportion it would be twenty times, by the square four hundred; below 50 ms nothing can be told.
    assert seconds(200_000) < max(100 * seconds(10_000), 0.5)
