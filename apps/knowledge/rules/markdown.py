"""Articles are written in Markdown: headings, lists, tables, links. HTML is shown as it is typed, pictures
and addresses other than http, https, mailto, tel and our own are none. Pure."""

import re
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML

_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:|/(?!/)|#)", re.IGNORECASE)


class _Renderer(RendererHTML):
    """A page has its own first heading, so those of the text are one smaller; a wide table scrolls."""

    def heading_open(self, tokens: Any, place: int, options: Any, env: Any) -> str:
        return f"<h{_level(tokens[place])}>"

    def heading_close(self, tokens: Any, place: int, options: Any, env: Any) -> str:
        return f"</h{_level(tokens[place])}>\n"

    def table_open(self, tokens: Any, place: int, options: Any, env: Any) -> str:
        return '<div class="scroll" tabindex="0"><table>\n'

    def table_close(self, tokens: Any, place: int, options: Any, env: Any) -> str:
        return "</table></div>\n"


def _level(token: Any) -> int:
    return min(int(token.tag[1]) + 1, 4)


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802  # the library's name
        return bool(_ADDRESS.match(url.strip())) and super().validateLink(url)


_markdown = _Markdown(
    "commonmark", {"html": False, "maxNesting": 12}, renderer_cls=_Renderer
).enable("table")
_markdown.disable("image")


def render(body: str) -> SafeString:
    """The text as HTML that may stand in any page of ours."""
    html: str = _markdown.render(body)
    return mark_safe(html)  # HTML is escaped, addresses are of known kinds


def bad_addresses(body: str) -> list[str]:
    """Addresses in links that would not be led to, as they are typed, each with its line: ["3: javascript:…"]."""
    return [
        f"{line}: {found['to'][:60]}"
        for line, text in enumerate(body.splitlines(), start=1)
        for found in re.finditer(r"\]\(\s*<?(?P<to>[^)\s>]+)", text)
        if not _ADDRESS.match(found["to"])
    ]


def _words(token: Any) -> str:
    """Of one paragraph, item or cell; a line's end is a blank."""
    return "".join(
        child.content
        if child.type in ("text", "code_inline")
        else " " * (child.type == "softbreak")
        for child in token.children or ()
    )


def first_words(body: str, most: int = 120) -> str:
    """The beginning without its marks, for lists and search results."""
    tokens = _markdown.parse(body)
    words = " ".join(_words(token) for token in tokens if token.type == "inline")
    text = " ".join(words.split())
    return text if len(text) <= most else f"{text[:most].rstrip()}…"
