"""HTML and Markdown -> plain text with headings and list items as lines, and what the page states about itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.hidden import drop_hidden

if TYPE_CHECKING:
    from markdown_it.token import Token

_LANGUAGE = re.compile(r"<html\b[^>]*?\b(?:xml:)?lang\s*=\s*[\"']?([A-Za-z]{2,3})\b", re.I)
_WHOLE_PAGE = re.compile(r"<(?:html|body)\b", re.I)
_TAG = re.compile(r"<!--.*?-->|<[^>]+>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """The main text of a page and its own word on itself; None or empty where it has none."""

    text: str
    title: str | None = None
    published: str | None = None
    source: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    url: str | None = None


def read_html(html: str, url: str | None = None) -> Page | None:
    """The main text of an HTML page, without menus, banners and comments; None where trafilatura finds none."""
    import trafilatura

    if not _WHOLE_PAGE.search(html):
        # A piece of a page, as records hold it: trafilatura finds nothing in a short one that has no body.
        html = f"<html><body>{html}</body></html>"
    tree: Any = trafilatura.load_html(html)
    if tree is None:
        return None
    drop_hidden(tree)
    found: Any = trafilatura.bare_extraction(
        tree,
        url=url,
        include_comments=False,
        with_metadata=True,
        # Without this a page that states no date gets the first one that its text happens to mention.
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if found is None or found.body is None:
        return None
    language = _LANGUAGE.search(html[:4096])
    return Page(
        text="\n\n".join(block for block in map(_block_text, found.body) if block),
        title=found.title or None,
        published=found.date or None,
        source=found.sitename or None,
        authors=tuple(name.strip() for name in (found.author or "").split(";") if name.strip()),
        language=language.group(1).lower() if language else None,
        url=found.url if str(found.url or "").startswith(("http://", "https://")) else None,
    )


def _block_text(element: Any) -> str:
    """The text of one block of trafilatura's tree; list items and table rows are lines."""
    if element.tag == "list":
        return "\n".join(line for line in (_line(item) for item in element.iter("item")) if line)
    if element.tag == "table":
        rows = ([_line(cell) for cell in row.iter("cell")] for row in element.iter("row"))
        return "\n".join(" | ".join(filter(None, cells)) for cells in rows if any(cells))
    if element.tag in ("quote", "div") and any(child.tag in ("p", "list", "quote") for child in element):
        parts = [(element.text or "").strip(), *map(_block_text, element), (element.tail or "").strip()]
        return "\n\n".join(filter(None, parts))
    breaks = [_line(element)] if element.find("lb") is None else _lines_between_breaks(element)
    return "\n".join(filter(None, [*breaks, (element.tail or "").strip()]))


def _line(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _lines_between_breaks(element: Any) -> list[str]:
    lines = [element.text or ""]
    for child in element:
        if child.tag == "lb":
            lines.append("")
        else:
            lines[-1] += "".join(child.itertext())
        lines[-1] += child.tail or ""
    return [" ".join(line.split()) for line in lines]


def read_markdown(markdown: str) -> Page:
    """Markdown as plain text. The title is that of the first heading of the first level, where one opens the text."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    blocks = list(_markdown_blocks(tokens))
    title = blocks[0][1] if blocks and blocks[0][0] == "h1" else None
    text = ""
    for (tag, block), before in zip(blocks, [("", ""), *blocks], strict=False):
        together = tag == before[0] and tag in ("li", "tr")
        text += ("" if not text else "\n" if together else "\n\n") + block
    return Page(text=text, title=title)


def _markdown_blocks(tokens: "list[Token]") -> Iterator[tuple[str, str]]:
    """Each block as (`h1`…`h6`, `p`, `li`, `tr` or `code`, its plain text). Numbers of ordered lists stay."""
    counters: list[int | None] = []
    tag, prefix = "p", ""
    row: list[str] | None = None
    for token in tokens:
        if token.type in ("ordered_list_open", "bullet_list_open"):
            counters.append(int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            counters.pop()
        elif token.type == "list_item_open":
            number = counters[-1]
            prefix = "" if number is None else f"{number}. "
            counters[-1] = None if number is None else number + 1
        elif token.type in ("heading_open", "paragraph_open"):
            tag = token.tag if token.type == "heading_open" else "li" if counters else "p"
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row:
            yield "tr", " | ".join(row)
            row = None
        elif token.type == "inline" and row is not None:
            row.append(_inline_text(token))
        elif token.type in ("inline", "fence", "code_block", "html_block"):
            text = _inline_text(token) if token.type == "inline" else _TAG.sub("", token.content).strip()
            if text:
                yield tag if token.type == "inline" else "code", prefix + text
            prefix = ""


def _inline_text(token: "Token") -> str:
    pieces = {"softbreak": " ", "hardbreak": "\n", "image": "", "html_inline": ""}
    return "".join(pieces.get(child.type, child.content) for child in token.children or []).strip()
