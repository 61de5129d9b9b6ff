"""Raw page text -> clean text: NFC, paragraphs apart by a blank line, none of the site's own lines.

A line goes only where it is surely not the article's; a paragraph of the article never goes. What went is told. Letters
and quotation marks are never changed, since users quote them. Cleaning clean text changes nothing.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from ingest.dates import find_date
from ingest.site_lines import is_edge_line, is_site_line

# Joiners between letters of Arabic and Indic scripts are spelling; all other marks of width 0 are not seen by readers.
_UNSEEN = re.compile(
    r"[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
    r"|(?<![\u0600-\u0dff])[\u200c\u200d]|[\u200c\u200d](?![\u0600-\u0dff])"
)
_LINE_ENDS = re.compile(r"\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_SPACES = re.compile(r"[^\S\n]+")
_STOPPED = re.compile(r"[.!?…。！？।؟][\"'”’»›)\]」』]*(?:\[\d+\])*$")
_LIST_ITEM = re.compile(r"(?:[-*•·▪–]|\d{1,2}[.)])\s")
_BYLINE = re.compile(
    r"(?:written )?(?:by|por|von|par|di|door|texto?:|autore?:|author:|autor:)\s+(?P<names>[^\W\d_][^|•·\d]{2,80})",
    re.IGNORECASE,
)
_NAMES_APART = re.compile(r"\s*(?:,|;|&|\band\b|\by\b|\bund\b|\bet\b|\be\b)\s*")
_DOMAIN = re.compile(r"(?<![@\w.])(?:https?://)?(?:www\.)?((?:[a-z0-9-]+\.)+[a-z]{2,12})(?![\w@])", re.IGNORECASE)
_BESIDE_A_DATE = re.compile(
    r"\b(?:published|posted|updated|last|modified|first|on|at|am|date|publicado|actualizado|el|la|fecha"
    r"|veröffentlicht|stand|aktualisiert|publié"
    r"|mis à jour|le|pubblicato|il|em|por|by|von|par|reading time|read|\d+|minutes?|mins?|a\.?m\.?|p\.?m\.?|uhr"
    r"|e[sd]?t|gmt|utc|ce?s?t|\d\d?[:.h]\d\d"
    r"|mon|tue|wed|thu|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day|tiempo de lectura|lesezeit|hrs?|ist)\b",
    re.IGNORECASE,
)
_SOURCE_BESIDE = re.compile(r"[|•·–—-]\s*([^\W\d_][^|•·]{2,50}?)\s*(?=[|•·–—]|$)")
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)[^\w]*(?:\(c\)|©)?[\s\d,–-]*(?:by )?([^.|,\d][^|,]{2,60}?)(?=\s*(?:\||,|\. |\.?$))", re.I
)


@dataclass(frozen=True, slots=True)
class CleanText:
    """The clean text, what the page's own lines said before they went, and these lines."""

    text: str
    title: str | None = None
    published: date | None = None
    source: str | None = None
    authors: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def normalise(text: str) -> str:
    """NFC, one kind of space and of line end, nothing unseen, no space around lines, at most one blank line."""
    text = _LINE_ENDS.sub("\n", text)
    text = _UNSEEN.sub("", _CONTROLS.sub("", text))
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", text))
    text = "\n".join(line.strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def clean_text(text: str, title: str | None = None) -> CleanText:
    """Clean what is mostly clean already (main text of HTML, Markdown, a record): lines that are surely the site's go,
    and a first line that repeats the title. The text is otherwise only laid out.
    """
    blocks = _blocks(normalise(text))
    lines = [line for block in blocks for line in block]
    dropped = [line for line in lines if is_site_line(line)]
    if title and lines and _same_words(lines[0], title):
        dropped.insert(0, lines[0])
        blocks[0] = blocks[0][1:]
    kept = [[line for line in block if not is_site_line(line)] for block in blocks]
    return CleanText(_laid_out(kept), dropped=tuple(dropped), source=_source_of_copyright(dropped))


def clean_page(text: str, title: str | None = None) -> CleanText:
    """Clean a page saved as text, with the site's lines before and after the article.

    Above the first paragraph stand the headline, the date and the author among lines of the site: they become fields,
    and only what follows the headline and is none of these stays in the text. Give the title where it is known, so
    that no first line is taken for it.
    """
    blocks = _blocks(normalise(text))
    lines = [line for block in blocks for line in block]
    first, last = _first_paragraph(lines), _last_paragraph(lines)
    headline = _find_headline(lines, first, title)
    published, source, authors = _read_head(lines[:first])
    drop = {at for at, line in enumerate(lines) if is_site_line(line)}
    drop |= {at for at in [*range(first), *range(last + 1, len(lines))] if is_edge_line(lines[at])}
    drop |= {at for at in range(first) if _is_date_line(lines[at]) or _is_byline(lines[at])}
    if headline is not None:
        drop |= set(range(headline + 1))
    drop |= _after_end_mark(lines, last, drop)
    numbered = iter(range(len(lines)))
    kept = [[line for line in block if next(numbered) not in drop] for block in blocks]
    dropped = [lines[at] for at in sorted(drop)]
    return CleanText(
        text=_laid_out(kept),
        title=title or (lines[headline] if headline is not None else None),
        published=published,
        source=source or _source_of_copyright(dropped),
        authors=authors,
        dropped=tuple(dropped),
    )


def _blocks(text: str) -> list[list[str]]:
    """Lines by block (blank lines part blocks), each hard-wrapped paragraph as one line."""
    return [_unwrapped(block.split("\n")) for block in text.split("\n\n") if block]


def _unwrapped(lines: list[str]) -> list[str]:
    """One line, where the lines are one paragraph cut at a fixed width: all but the last alike in length, and many
    going on in lower case.
    """
    if len(lines) < 3:
        return lines
    lengths = [len(line) for line in lines[:-1]]
    going_on = sum(line[:1].islower() for line in lines[1:])
    alike = min(lengths) >= 45 and max(lengths) <= 110 and max(lengths) - min(lengths) <= 25
    if alike and going_on * 3 >= len(lines) - 1 and not any(_LIST_ITEM.match(line) for line in lines[1:]):
        return [" ".join(lines)]
    return lines


def _laid_out(blocks: list[list[str]]) -> str:
    """Blocks apart by a blank line; so are two lines of one block where either is a paragraph."""
    text = ""
    for block in blocks:
        for number, line in enumerate(block):
            paragraph = number > 0 and (_is_paragraph(line) or _is_paragraph(block[number - 1]))
            listed = _LIST_ITEM.match(line) is not None
            text += ("\n\n" if number == 0 or (paragraph and not listed) else "\n") if text else ""
            text += line
    return text


def _is_paragraph(line: str) -> bool:
    """Whether a line is surely running text: long, or a full sentence of some length."""
    if is_site_line(line):
        return False
    if len(line) >= 140:
        return True
    # Headlines, too, end with a question mark or with dots, and often are as long as a sentence.
    stopped = _STOPPED.search(line) is not None and re.search(r"[?…]\W*$|\.\.\W*$", line) is None
    return stopped and ((len(line) >= 60 and line.count(" ") >= 9) or (len(line) >= 25 and " " not in line))


def _first_paragraph(lines: list[str]) -> int:
    """Where the article's text begins: its first paragraph, else its first sentence, else after the first line."""
    for at, line in enumerate(lines):
        below = lines[at + 1 : at + 3]
        is_head = len(line) < 200 and any(_is_date_line(other) or _is_byline(other) for other in below)
        if _is_paragraph(line) and not is_head and not is_edge_line(line):
            return at
    for at, line in enumerate(lines):
        if (
            at
            and _ends_as_sentence(line)
            and line.count(" ") >= 2
            and not is_edge_line(line)
            and not _is_date_line(line)
        ):
            return at
    return min(1, len(lines))


def _last_paragraph(lines: list[str]) -> int:
    for at in range(len(lines) - 1, -1, -1):
        if _is_paragraph(lines[at]) and not is_edge_line(lines[at]):
            return at
    return len(lines)


def _find_headline(lines: list[str], first: int, title: str | None) -> int | None:
    """Which line above the first paragraph is the headline.

    It stands above the date, shares its words with the text (lines of the site do not), and does not end as a sentence
    does. With the title given, only a line that repeats it.
    """
    if title is not None:
        return next((at for at in range(first) if _same_words(lines[at], title)), None)
    beside = [at for at in range(first) if _is_date_line(lines[at]) or _is_byline(lines[at])]
    free = [at for at in range(first) if at not in beside and not is_edge_line(lines[at])]
    free = [at for at in free if not _names_the_site(lines[at], [*(lines[other] for other in beside), *lines[first:]])]
    candidates = [at for at in free if beside or not _ends_as_sentence(lines[at])]
    if not candidates:
        return None
    body = {word[:5] for line in lines[first:] for word in _long_words(line)}
    above = [at for at in candidates if beside and at < beside[0]]

    def likeliness(at: int) -> float:
        words = _long_words(lines[at])
        shared = sum(word[:5] in body for word in words) / len(words) if words else 0.0
        few = lines[at].count(" ") < 2
        ending = 0.6 if _ends_as_sentence(lines[at]) or lines[at][-1] in "—–" else 0.3 if lines[at][-1] in "!:" else 0.0
        length = 0.03 * min(len(words), 10) + (0.2 if at == candidates[0] else 0.0)
        return shared + length + (0.3 if above and at == above[-1] else 0.0) - ending - (0.3 if few else 0.0)

    return max(candidates, key=likeliness)


def _names_the_site(line: str, others: list[str]) -> bool:
    """Whether the line stands in the line of the date or of the copyright too: `Daily News`, and daily-news.com."""
    name = "".join(re.findall(r"\w", line.casefold()))
    owners = [other for other in others if _COPYRIGHT.search(other) or _is_date_line(other)]
    return any(name in "".join(re.findall(r"\w", owner.casefold())) for owner in owners)


def _ends_as_sentence(line: str) -> bool:
    return line.endswith(".") and not line.endswith("..")


def _long_words(line: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"[^\W\d_]{4,}", line)] or re.findall(r"\w", line)


def _read_head(lines: list[str]) -> tuple[date | None, str | None, tuple[str, ...]]:
    """Date, source and authors that the lines above the first paragraph state."""
    published, source = None, None
    authors: tuple[str, ...] = ()
    for line in lines:
        found = find_date(line) if _is_date_line(line) else None
        if found and published is None:
            published = found[0]
            source = _source_beside_date(line[: found[1]] + " | " + line[found[2] :])
        authors = authors or _names(line)
    return published, source, authors


def _source_beside_date(rest: str) -> str | None:
    """The site's domain, or its name, as it stands on the line of the date."""
    domain = _DOMAIN.search(rest)
    if domain:
        return domain.group(1).lower()
    without_author = _BYLINE.sub(" ", rest)
    names = [name for name in _SOURCE_BESIDE.findall(without_author) if not is_edge_line(name) and _words_beside(name)]
    return names[0] if names else None


def _source_of_copyright(lines: list[str]) -> str | None:
    for line in lines:
        owner = _COPYRIGHT.search(line)
        if owner:
            domain = _DOMAIN.search(line)
            return domain.group(1).lower() if domain else owner.group(1).strip()
    return None


def _is_date_line(line: str) -> bool:
    """A date with little else: a site, an author, a reading time; fewer than six other words, and no sentence."""
    if len(line) > 160:
        return False
    found = find_date(line)
    if found is None:
        return False
    rest = _DOMAIN.sub(" ", _BYLINE.sub(" ", line[: found[1]] + " | " + line[found[2] :]))
    return len(_words_beside(rest)) < 6 and not _STOPPED.search(re.sub(r"[ap]\.m\.$", "", line))


def _words_beside(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{2,}", _BESIDE_A_DATE.sub(" ", text))


def _is_byline(line: str) -> bool:
    return len(line) <= 120 and bool(_names(line)) and not _STOPPED.search(line)


def _names(line: str) -> tuple[str, ...]:
    """The names of `By Ana Diaz and Lee Min`; none where a word in lower case shows that it is no list of names."""
    found = _BYLINE.match(line) or re.search(rf"[|•·–—]\s*{_BYLINE.pattern}", line, re.IGNORECASE)
    if found is None:
        return ()
    names = [name.strip(" .-–—") for name in _NAMES_APART.split(found.group("names"))]
    names = [name for name in names if name]
    like_names = all(
        1 <= name.count(" ") <= 4 and name[0].isupper() and name.split()[-1][0].isupper() for name in names
    )
    return tuple(names) if like_names else ()


def _after_end_mark(lines: list[str], last: int, drop: set[int]) -> set[int]:
    """What stands below the last paragraph and below a line of the site there: headlines of other articles, mostly."""
    marks = [at for at in drop if at > last and is_site_line(lines[at])]
    below = range(min(marks), len(lines)) if marks else ()
    return {at for at in below if not (_ends_as_sentence(lines[at]) and lines[at].count(" ") >= 2)}


def _same_words(line: str, title: str) -> bool:
    """Whether the line is the title but for case and marks, or the title with the site's name behind it."""
    left, right = (" ".join(re.findall(r"\w+", text.casefold())) for text in (line, re.split(r"\s[|–—-]\s", title)[0]))
    whole = " ".join(re.findall(r"\w+", title.casefold()))
    return left in (right, whole) and bool(left)
