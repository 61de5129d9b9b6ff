"""A raw article -> an Article: its title, date, source, authors and language, with the clean text and the digest.

What the source states itself goes before what its page says, and that before what its text shows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePath
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from byline.errors import EmptyArticle, UnreadableArticle
from byline.records import Article, digest
from ingest.clean import clean_page, clean_text, normalise
from ingest.dates import as_date
from ingest.markup import Page, read_html, read_markdown
from ingest.read import RawArticle

# Under about 60 characters the identifier takes Spanish for Catalan; the page's own word is then the better one.
FEWEST_CHARACTERS_TO_TELL_LANGUAGE = 60
CHARACTERS_TO_TELL_LANGUAGE = 2000
_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|_ga|_hsenc|_hsmi|cmpid|ncid|s?rc?_?cmp|ito|taid", re.I
)
_LANGUAGE_CODE = re.compile(r"([A-Za-z]{2})(?:[-_].*)?")


@dataclass(frozen=True, slots=True)
class Described:
    """An article and the lines of its page that were dropped as not its own."""

    article: Article
    dropped: tuple[str, ...]


def describe(raw: RawArticle) -> Described:
    """Clean and describe. `same_as` is not yet known here.

    Raises EmptyArticle where no text is left, UnreadableArticle where a stated field has a value it cannot take, or
    where nothing is stated that is an id.
    """
    given = _Given(raw)
    stated_title = given.line("title")
    url = normalise_url(raw.url or given.line("url") or "") or None
    page = _page_of(raw, url)
    title = stated_title or _one_line(page.title)
    clean = clean_page(page.text, title) if raw.kind == "text" else clean_text(page.text, title)
    if not clean.text:
        raise EmptyArticle(f"{raw.place}: no article text is left once the page is cleaned")
    url = url or normalise_url(page.url or "") or None
    language = given.language() or _tell_language(clean.text, page.language)
    article = Article(
        id=_id_of(raw, url, given),
        title=title or clean.title or _title_of_last_resort(raw, url),
        text=clean.text,
        url=url,
        source=given.line("source") or page.source or clean.source or _host(url),
        published=given.published(language) or as_date(page.published) or clean.published,
        authors=given.authors() or page.authors or clean.authors,
        language=language,
    )
    return Described(replace(article, digest=digest(article)), clean.dropped)


def normalise_url(url: str) -> str:
    """The URL without fragment and tracking parameters, scheme and host in lower case; "" for no http(s) URL."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return ""
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in ("http", "https") or not host:
        return ""
    if port and port != {"http": 80, "https": 443}[scheme]:
        host = f"{host}:{port}"
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _TRACKING.fullmatch(name)]
    query = parts.query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((scheme, host, parts.path or "/", query, ""))


class _Given:
    """What the source states of an article, checked when asked for; absent, null and "" are the same."""

    def __init__(self, raw: RawArticle) -> None:
        self._stated: Mapping[str, object] = raw.given
        self._place = raw.place

    def line(self, name: str) -> str | None:
        value = self._stated.get(name)
        if value is None or isinstance(value, str | int | float):
            return _one_line(str(value)) if value is not None else None
        raise UnreadableArticle(f"{self._place}: {name!r} must be text, not {value!r}")

    def authors(self) -> tuple[str, ...]:
        value = self._stated.get("authors") or self._stated.get("author") or []
        names = re.split(r"\s*;\s*", value) if isinstance(value, str) else value
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise UnreadableArticle(f"{self._place}: 'authors' must be a list of names, not {value!r}")
        return tuple(name for name in map(_one_line, names) if name)

    def published(self, language: str | None) -> date | None:
        value = self._stated.get("published") or self._stated.get("date")
        if not value:
            return None
        day = as_date(str(value) if isinstance(value, int) else value, language)
        if day is None:
            raise UnreadableArticle(f"{self._place}: {value!r} is no date for 'published'; write it as 2024-03-27")
        return day

    def language(self) -> str | None:
        value = self.line("language")
        if not value:
            return None
        code = _LANGUAGE_CODE.fullmatch(value)
        if code is None:
            raise UnreadableArticle(f"{self._place}: {value!r} is no 'language'; write its ISO 639-1 code, such as en")
        return code.group(1).lower()


def _id_of(raw: RawArticle, url: str | None, given: _Given) -> str:
    """The line of a file is no id: it is another article's once a line is added above it."""
    id = url or given.line("id") or raw.path_id
    if id is None:
        stated = given.line("url")
        why = f"{stated!r} is no 'url' with http:// or https://, and there is no 'id'" if stated else "no 'url' or 'id'"
        raise UnreadableArticle(f"{raw.place}: {why}; state one of them")
    return id


def _page_of(raw: RawArticle, url: str | None) -> Page:
    if raw.kind == "markdown":
        return read_markdown(raw.body)
    if raw.kind != "html":
        return Page(text=raw.body)
    page = read_html(raw.body, url)
    if page is None:
        raise EmptyArticle(f"{raw.place}: no article text was found in the page")
    return page


def _one_line(text: str | None) -> str | None:
    return " ".join(normalise(text).split()) or None if text else None


def _title_of_last_resort(raw: RawArticle, url: str | None) -> str:
    """The name of the file or of the page, as words; else the address."""
    name = PurePath(urlsplit(url).path if url else raw.path_id or "").stem
    return " ".join(re.split(r"[-_\s]+", name)).strip().capitalize() or url or raw.place


def _host(url: str | None) -> str | None:
    return (urlsplit(url).hostname or "").removeprefix("www.") or None if url else None


def _tell_language(text: str, stated: str | None) -> str | None:
    """ISO 639-1, told from the text itself: templates often state a language that the article is not in."""
    if len(text) < FEWEST_CHARACTERS_TO_TELL_LANGUAGE and stated:
        return stated
    import py3langid  # type: ignore[import-untyped]

    return str(py3langid.classify(text[:CHARACTERS_TO_TELL_LANGUAGE])[0])
