"""Text out of HTML. What only looks like a tag, as in `List<int>`, stays."""

import html
from html.parser import HTMLParser

BLOCK_NAMES = (
    "address article aside blockquote br dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p "
    "pre section table td th tr ul"
)
INLINE_NAMES = (
    "a abbr b bdi bdo big body button caption center cite code col colgroup data del details dfn em fieldset "
    "figcaption "
    "font head html i iframe img input ins kbd label legend link mark meta noscript option picture q s samp script "
    "select small source span strike strong style sub summary sup svg tbody tfoot thead time title tt u var video "
    "wbr"
)
BLOCKS, INLINE = frozenset(BLOCK_NAMES.split()), frozenset(INLINE_NAMES.split())
UNSEEN = frozenset(("script", "style", "head"))


def without_tags(text: str) -> str:
    """The text without tags of HTML, entities turned into characters. What only looks like a tag stays."""
    if "<" not in text:
        return html.unescape(text)
    reader = _TagReader()
    reader.feed(text)
    reader.close()
    return "".join(reader.kept)


class _TagReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self._unseen = 0

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.kept.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._unseen += 1
        elif tag in BLOCKS:
            self._break_line()
        elif tag not in INLINE:
            self.handle_data(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in BLOCKS:
            self._break_line()
        elif tag not in INLINE:
            self.handle_data(f"</{tag}>")

    def _break_line(self) -> None:
        if self.kept and not self.kept[-1].endswith("\n") and not self._unseen:
            self.kept.append("\n")
