"""HTML and Markdown -> plain text with headings and list items as lines, and what the page states about itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.hidden import drop_hidden

_LANGUAGE = re.compile(r"<html\b[^>]*?\b(?:xml:)?lang\s*=\s*[\"']?([A-Za-z]{2,3})\b", re.I)
_WHOLE_PAGE = re.compile(r"<(?:html|body)\b", re.I)
_SPACES = re.compile(r"\s+")
_NEVER_SHOWN = ("script", "style", "template", "noscript", "iframe")
_NAMED_BLOCKS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "li"))
_BLOCKS = _NAMED_BLOCKS | frozenset(
    "body p div blockquote pre ul ol dl dt dd hr table caption thead tbody tfoot tr section article aside main header"
    " footer nav figure figcaption details summary address center form fieldset".split()
)
_OF_A_PAGE = re.compile(r"</?(?:html|head|body|title|textarea|plaintext|xmp)\b[^>]*>", re.I)
"""Tags that end the page or swallow what follows; within Markdown they are mostly names to be filled in."""


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

    html = MarkdownIt("commonmark").enable("table").render(markdown)
    blocks = list(_markdown_blocks(html))
    title = blocks[0][1] if blocks and blocks[0][0] == "h1" else None
    text = ""
    for (tag, block), before in zip(blocks, [("", ""), *blocks], strict=False):
        together = tag == before[0] and tag in ("li", "tr")
        text += ("" if not text else "\n" if together else "\n\n") + block
    return Page(text=text, title=title)


def _markdown_blocks(html: str) -> Iterator[tuple[str, str]]:
    """Each block that is shown as (`h1`…`h6`, `p`, `li`, `tr` or `code`, its plain text)."""
    import trafilatura

    tree: Any = trafilatura.load_html(f"<html><body><div>{_OF_A_PAGE.sub('', html)}</div></body></html>")
    if tree is None:
        return
    for element in list(tree.iter(*_NEVER_SHOWN)):
        element.drop_tree()
    drop_hidden(tree)
    for tag, block in _blocks_within(tree, "p"):
        text = "\n".join(line.strip() for line in block.split("\n")).strip()
        if text:
            yield tag, text


def _blocks_within(element: Any, tag: str) -> Iterator[tuple[str, str]]:
    """The blocks in an element, and as `tag` what stands between them."""
    between = _on_one_line(element.text)
    for child in element:
        if child.tag in _BLOCKS:
            yield tag, between
            yield from _blocks_of(child, tag)
            between = ""
        else:
            between += _inline_text(child)
        between += _on_one_line(child.tail)
    yield tag, between


def _blocks_of(element: Any, tag: str) -> Iterator[tuple[str, str]]:
    if element.tag == "pre":
        yield "code", element.text_content()
    elif element.tag == "tr":
        cells = [" ".join(block for _, block in _blocks_within(cell, "p")) for cell in element]
        yield "tr", " | ".join(" ".join(cell.split()) for cell in cells)
    elif element.tag == "ol":
        yield from _numbered(element)
    else:
        yield from _blocks_within(element, element.tag if element.tag in _NAMED_BLOCKS else tag)


def _numbered(items: Any) -> Iterator[tuple[str, str]]:
    """The blocks of an ordered list; the first one of each item has its number before it."""
    first = items.get("start", "1")
    for number, item in enumerate(items, start=int(first) if re.fullmatch(r"\d{1,9}", first) else 1):
        prefix = f"{number}. "
        for tag, block in _blocks_within(item, "li"):
            yield tag, prefix + block if block.strip() else ""
            prefix = "" if block.strip() else prefix


def _inline_text(element: Any) -> str:
    if element.tag == "br":
        return "\n"
    return _on_one_line(element.text) + "".join(_inline_text(child) + _on_one_line(child.tail) for child in element)


def _on_one_line(text: str | None) -> str:
    return _SPACES.sub(" ", text or "")
