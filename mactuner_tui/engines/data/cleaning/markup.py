"""Text out of HTML. What only looks like a tag, as in `List<int>` or `a<b && c>d`, stays.

A tag has a name of HTML, and attributes that have a value or are switches of HTML. As names of one letter are names of
variables too, such a tag must also be closed; and what a page does not show goes only where it is clear how far it
reaches.
"""

import html
from html.entities import html5

import regex

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
SWITCHES = (
    "allowfullscreen async autofocus autoplay checked compact controls default defer disabled download hidden inert "
    "ismap itemscope loop multiple muted nohref nomodule noshade novalidate nowrap open playsinline readonly required "
    "reversed selected"
)
BLOCKS = frozenset(BLOCK_NAMES.split())
NAMES = BLOCKS | frozenset(INLINE_NAMES.split())
UNSEEN = frozenset(("script", "style", "head"))
CLOSED = UNSEEN | frozenset("abiqsu")
"""What is a tag only when its end follows."""

COMMENT, COMMENT_END = "<!--", "-->"

TAG = regex.compile(
    rf"""{COMMENT}
    | <!doctype\s++html\b[^<>]*+>
    | </(?P<ended>[a-z][a-z0-9]*+)\s*+>
    | <(?P<begun>[a-z][a-z0-9]*+)
      (?:
        (?:[\s/]++|(?<=["']))
        (?:
          [\w:@.*\#()\[\]-]++\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'=<>`][^\s"'<>`]*+)
        | (?:{"|".join(SWITCHES.split())})(?![^\s/>])
        )
      )*+
      [\s/]*+>""",
    regex.VERBOSE | regex.IGNORECASE,
)
END = regex.compile(r"</([a-z][a-z0-9]*+)\s*+>", regex.IGNORECASE)
ENDS = {name: regex.compile(rf"</{name}\s*+>", regex.IGNORECASE) for name in UNSEEN}
ENTITY = regex.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", regex.IGNORECASE)


def without_tags(text: str) -> str:
    """The text without tags and comments of HTML, entities turned into characters."""
    return str(ENTITY.sub(_character, _Page(text).shown() if "<" in text else text))


def _character(found: "regex.Match[str]") -> str:
    name = found[0][1:]
    return html.unescape(found[0]) if name.startswith("#") or name in html5 else found[0]


class _Page:
    """A text that may hold tags."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._last_ends = {found[1].lower(): found.start() for found in END.finditer(text)}
        """By name, where its last closing tag begins."""
        self._last_comment_end = text.rfind(COMMENT_END)

    def shown(self) -> str:
        """What is left of it. Tags that make a block begin a line."""
        kept: list[str] = []
        place = 0
        while found := TAG.search(self._text, place):
            if found.start() > place:
                kept.append(self._text[place : found.start()])
            place = found.end()
            if (end := self._end_of(found)) is None:
                kept.append(found[0])
                continue
            place = end
            if _name(found) in BLOCKS and kept and not kept[-1].endswith("\n"):
                kept.append("\n")
        kept.append(self._text[place:])
        return "".join(kept)

    def _end_of(self, found: "regex.Match[str]") -> int | None:
        """Where what goes with this tag ends, None when it is no tag."""
        after: int = found.end()
        if found[0] == COMMENT:
            return self._text.find(COMMENT_END, after) + len(COMMENT_END) if after <= self._last_comment_end else None
        name = _name(found)
        if name and name not in NAMES:
            return None
        if found["ended"] or name not in CLOSED or found[0].endswith("/>"):
            return after
        if self._last_ends.get(name, -1) < after:
            return None
        return int(ENDS[name].search(self._text, after).end()) if name in UNSEEN else after


def _name(found: "regex.Match[str]") -> str:
    """The name of the tag, empty where it has none."""
    return (found["begun"] or found["ended"] or "").lower()
