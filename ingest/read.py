"""A path, a folder or a URL -> raw articles, one after the other. What cannot be read is told, and the others go on.

This file knows where articles lie and how their bytes become characters. It knows nothing of what their text means.
"""

import json
import os
import re
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from byline.errors import ArticleError, MissingPackage, UnreadableArticle, WrongKind

Kind = Literal["text", "markdown", "html", "record"]

KINDS: Mapping[str, Kind] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
}
RECORDS = ".jsonl"
PACKAGES: Mapping[str, str] = {
    "charset_normalizer": "charset-normalizer",
    "dateparser": "dateparser",
    "lxml_html_clean": "lxml_html_clean",
    "markdown_it": "markdown-it-py",
    "py3langid": "py3langid",
    "trafilatura": "trafilatura",
    "yaml": "PyYAML",
}
"""What reading articles needs, by the name that pip knows: the extra `ingest`, which an app may have left out."""
LARGEST_BYTES = 10_000_000
URL_TIMEOUT_SECONDS = 20.0
URL_DEADLINE_SECONDS = 60.0
_CONTENT_TYPES: Mapping[str, Kind] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "text",
    "text/markdown": "markdown",
}
_FRONT_MATTER = re.compile(r"\A---[^\S\n]*\n(.*?)^(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_META_CHARSET = re.compile(
    rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]+encoding\s*=\s*[\"']([\w.:-]+)", re.I
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


@dataclass(frozen=True, slots=True)
class RawArticle:
    """One article as it was found. `place` is a path, `path:line` or a URL, for people; `path_id` is the id of a local
    file that states neither URL nor id. `given` holds what the source itself states, unchecked, by field name.
    """

    place: str
    kind: Kind
    body: str
    path_id: str | None = None
    url: str | None = None
    given: Mapping[str, object] = field(default_factory=dict)


Found = RawArticle | ArticleError | None


def read_raw(place: str) -> Iterator[tuple[str, Found]]:
    """Each article of a place with the place it was found at; files of a folder in the order of their paths.

    In the stead of an article that cannot be read stands the error that says why; in the stead of a file in a folder
    that is of no kind known here stands None. Raises MissingPackage before anything is read.
    """
    if missing := [package for module, package in PACKAGES.items() if find_spec(module) is None]:
        raise MissingPackage("reading articles", *missing)
    if _SCHEME.match(place):
        yield from _caught(place, _read_url(place))
        return
    if not os.path.isdir(place):
        yield from _caught(_shown(place), _read_file(Path(place)))
        return
    for path, error in _files_under(Path(place)):
        known = path.suffix.lower() in KINDS or path.suffix.lower() == RECORDS
        if error is None and known:
            yield from _caught(_shown(path), _read_file(path))
        else:
            yield _shown(path), error


def id_of_path(path: Path) -> str:
    """Relative to the working folder when it lies below it, else absolute; with forward slashes."""
    absolute = Path(os.path.abspath(path))
    try:
        return absolute.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return absolute.as_posix()


def _caught(place: str, articles: Iterator[RawArticle | tuple[str, ArticleError]]) -> Iterator[tuple[str, Found]]:
    try:
        for article in articles:
            yield (article.place, article) if isinstance(article, RawArticle) else article
    except ArticleError as error:
        yield place, error


def _files_under(folder: Path) -> list[tuple[Path, UnreadableArticle | None]]:
    """All files below the folder, sorted by path, without hidden ones and those in hidden folders; among them each
    folder that cannot be listed, with the error that says why.
    """
    found: list[tuple[Path, UnreadableArticle | None]] = []

    def note(error: OSError) -> None:
        found.append((Path(error.filename), _unreadable(Path(error.filename), error)))

    for parent, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [(Path(parent, name), None) for name in names if not name.startswith(".")]
    return sorted(found, key=lambda one: one[0].as_posix())


def _unreadable(path: Path, error: OSError | ValueError) -> UnreadableArticle:
    return UnreadableArticle(f"{_shown(path)}: {getattr(error, 'strerror', None) or error}")


def _shown(path: Path | str) -> str:
    """The path as text that can be printed and stored, whatever bytes the name of a file has."""
    return os.fsencode(path).decode("utf-8", "replace")


def _read_file(path: Path) -> Iterator[RawArticle | tuple[str, ArticleError]]:
    suffix = path.suffix.lower()
    if _shown(path) != str(path):
        raise UnreadableArticle(f"{_shown(path)}: the name of the file is not UTF-8; rename it")
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise UnreadableArticle(f"{path}: no such file or folder") from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(status.st_mode):  # to open a pipe that nobody writes to would take for ever
        raise UnreadableArticle(f"{path}: not a regular file")
    if suffix == RECORDS:
        yield from _read_records(path)
        return
    if suffix not in KINDS:
        raise WrongKind(f"{path}: no article in a {suffix or 'nameless'} file; known: {', '.join([*KINDS, RECORDS])}")
    if status.st_size > LARGEST_BYTES:
        raise UnreadableArticle(
            f"{path}: {status.st_size:,} bytes are too many for one article; the most is {LARGEST_BYTES:,}"
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    yield _raw_article(str(path), KINDS[suffix], decode(data, str(path)), path_id=id_of_path(path))


def _raw_article(
    place: str, kind: Kind, body: str, *, path_id: str | None = None, url: str | None = None
) -> RawArticle:
    if kind == "html":
        return RawArticle(place, kind, body, path_id, url)
    given, body = _split_front_matter(body, place)
    return RawArticle(place, kind, body, path_id, url, given)


def _split_front_matter(text: str, place: str) -> tuple[Mapping[str, object], str]:
    """The YAML between two lines of dashes at the top, and the rest. Text between dashes that is no mapping is body.

    PyYAML raises errors of its own, and what its constructors do of an odd value: of `!!bool foo` a KeyError.
    """
    found = _FRONT_MATTER.match(text)
    if found is None:
        return {}, text
    import yaml

    try:
        stated = yaml.safe_load(found.group(1))
    except Exception as error:
        reason = " ".join(str(error).split())
        raise UnreadableArticle(f"{place}: the front matter is not YAML: {reason}") from error
    if not isinstance(stated, dict):
        return {}, text
    return {str(name).lower(): value for name, value in stated.items()}, text[found.end() :]


def _read_records(path: Path) -> Iterator[RawArticle | tuple[str, ArticleError]]:
    """One article a line. A bad line is told by its number, and the other lines go on."""
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    place = f"{path}:{number}"
                    try:
                        yield _read_record(line, place)
                    except ArticleError as error:
                        yield place, error
    except OSError as error:
        raise _unreadable(path, error) from error


def _read_record(line: bytes, place: str) -> RawArticle:
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableArticle(f"{place}: the line is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableArticle(f"{place}: the line is not JSON: {error}") from error
    if not isinstance(record, dict):
        raise UnreadableArticle(f"{place}: the line must be a JSON object, not {type(record).__name__}")
    kind: Kind = "record" if record.get("text") else "html"
    body = record.get("text") or record.get("html")
    if not isinstance(body, str):
        raise UnreadableArticle(f"{place}: the article has neither a 'text' nor an 'html' that is a string")
    return RawArticle(place, kind, body, given=record)


def _read_url(url: str) -> Iterator[RawArticle]:
    """Raises UnreadableArticle where the server cannot be reached, refuses, takes too long or sends too much."""
    if not url.lower().startswith(("http://", "https://")):
        raise WrongKind(f"{url}: only http and https addresses can be read")
    import httpx

    began = time.monotonic()
    try:
        with httpx.stream("GET", url, timeout=URL_TIMEOUT_SECONDS, follow_redirects=True, headers=_HEADERS) as response:
            if response.status_code != httpx.codes.OK:
                raise UnreadableArticle(f"{url}: the server answered {response.status_code} {response.reason_phrase}")
            content_type = response.headers.get("content-type", "text/html").split(";")[0].strip().lower()
            if content_type not in _CONTENT_TYPES:
                raise WrongKind(f"{url}: {content_type} holds no article; known: {', '.join(_CONTENT_TYPES)}")
            data = bytearray()
            for piece in response.iter_bytes():
                data += piece
                if len(data) > LARGEST_BYTES:
                    raise UnreadableArticle(f"{url}: more than {LARGEST_BYTES:,} bytes are too many for one article")
                if time.monotonic() - began > URL_DEADLINE_SECONDS:
                    raise UnreadableArticle(f"{url}: not read after {URL_DEADLINE_SECONDS:.0f} seconds")
            charset = response.charset_encoding
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UnreadableArticle(f"{url}: {str(error) or type(error).__name__}") from error
    yield _raw_article(url, _CONTENT_TYPES[content_type], decode(bytes(data), url, charset), url=url)


_HEADERS = {"User-Agent": "Byline (reads one article for its user)", "Accept": "text/html,text/plain,text/markdown"}


def decode(data: bytes, place: str, charset: str | None = None) -> str:
    """The characters: by byte order mark, UTF-8, the charset that the server or else the page states, then by what
    fits best. Of ASCII with escapes in it, as ISO-2022-JP is, the stated charset goes before UTF-8, which takes it too.

    Raises UnreadableArticle for bytes that are not text.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode_utf16(data, place)
    if b"\0" in data:
        raise UnreadableArticle(f"{place}: this is not text")
    stated = _META_CHARSET.search(data[:4096])
    page_charset = (stated.group(1) or stated.group(2)).decode("ascii") if stated else None
    shifts = b"\x1b" in data and data.isascii()
    for name in (charset, page_charset, "utf-8-sig") if shifts else ("utf-8-sig", charset, page_charset):
        if name:
            with suppress(UnicodeError, LookupError):
                return data.decode(name)
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    if best is None:
        raise UnreadableArticle(f"{place}: this is not text, or in an encoding that cannot be told")
    return str(best)


def _decode_utf16(data: bytes, place: str) -> str:
    try:
        return data.decode("utf-16")
    except UnicodeDecodeError as error:
        raise UnreadableArticle(f"{place}: this is not text") from error
