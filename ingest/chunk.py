"""An article -> chunks: whole sentences in order, as many as the embedder reads at once, headings with what they head.

The chunks of an article cover every character of its text that is not white space exactly once.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from byline.errors import UnreadableArticle
from byline.records import Article, Chunk
from byline.sentences import sentence_spans

Span = tuple[int, int]
SPECIAL_TOKENS = 2
FEWEST_TOKENS_OF_TEXT = 16
LONGEST_HEADING_CHARACTERS = 90
_CLAUSE_END = re.compile(r"[,;:)\]—–،、，；：]\s*$")
_WORD = re.compile(r"\S+\s*")


class CountsTokens(Protocol):
    """Tokens as the embedder counts them, special ones left out of `count_tokens` and contained in `max_tokens`."""

    @property
    def max_tokens(self) -> int: ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]: ...


def chunk(article: Article, heading: str, tokens: CountsTokens, chunk_tokens: int) -> list[Chunk]:
    """Chunks that fit `chunk_tokens` together with the heading that is embedded before each, and `max_tokens` always.

    Raises UnreadableArticle where the heading leaves no room for text.
    """
    limit = min(chunk_tokens, tokens.max_tokens - SPECIAL_TOKENS)
    room = limit - (tokens.count_tokens([heading])[0] if heading else 0)
    if room < FEWEST_TOKENS_OF_TEXT:
        raise UnreadableArticle(f"{article.id}: the title leaves {room} of {limit} tokens for text; make it shorter")
    spans = [piece for span in sentence_spans(article.text) for piece in _fit(article.text, span, tokens, room)]
    counts = tokens.count_tokens([article.text[start:end] for start, end in spans])
    packs = _pack(article.text, spans, counts, room)
    return [_chunk(article, start, end) for pack in packs for start, end in _checked(article.text, pack, tokens, room)]


def _chunk(article: Article, start: int, end: int) -> Chunk:
    return Chunk(id=f"{article.id}#{start}-{end}", article=article, start=start, end=end, text=article.text[start:end])


def _pack(text: str, spans: Sequence[Span], counts: Sequence[int], room: int) -> Iterator[list[Span]]:
    """Sentences into chunks, greedily. A heading never ends one, and opens one where that leaves none very small."""
    pack: list[Span] = []
    used = 0
    sizes = dict(zip(spans, counts, strict=True))
    for span, count in zip(spans, counts, strict=True):
        starts_part = _is_heading(text, span) and used * 2 >= room and not _is_heading(text, pack[-1])
        if pack and (used + count > room or starts_part):
            carried = _headings_at_end(text, pack)
            if sum(sizes[heading] for heading in carried) + count > room:
                carried = []
            yield pack[: len(pack) - len(carried)]
            pack, used = carried, sum(sizes[heading] for heading in carried)
        pack.append(span)
        used += count
    if pack:
        yield pack


def _headings_at_end(text: str, pack: Sequence[Span]) -> list[Span]:
    """The headings that the chunk would end with; none if it holds nothing else."""
    at = len(pack)
    while at and _is_heading(text, pack[at - 1]):
        at -= 1
    return list(pack[at:]) if at else []


def _is_heading(text: str, span: Span) -> bool:
    """A short line that is a block of its own and does not end as a sentence of running text does."""
    start, end = span
    alone = start == 0 or text.endswith("\n\n", 0, start)
    alone = alone and text.startswith("\n\n", end)
    return alone and end - start <= LONGEST_HEADING_CHARACTERS and text[end - 1] not in '.!;,"”’»。'


def _checked(text: str, pack: Sequence[Span], tokens: CountsTokens, room: int) -> Iterator[Span]:
    """The pack as one span, or as two where its sentences take more tokens together than they do one by one."""
    start, end = pack[0][0], pack[-1][1]
    if len(pack) == 1 or tokens.count_tokens([text[start:end]])[0] <= room:
        yield start, end
    else:
        yield from _checked(text, pack[: len(pack) // 2], tokens, room)
        yield from _checked(text, pack[len(pack) // 2 :], tokens, room)


def _fit(text: str, span: Span, tokens: CountsTokens, room: int) -> Iterator[Span]:
    """The sentence whole where it fits, else cut at the ends of clauses, else between words, else anywhere."""
    start, end = span
    # A token is at least one character in every tokenizer in use, so that most sentences need no counting here.
    if end - start <= room or tokens.count_tokens([text[start:end]])[0] <= room:
        yield span
        return
    words = [(found.start(), found.end()) for found in _WORD.finditer(text, start, end)]
    if len(words) == 1:
        middle = (start + end) // 2
        yield from _fit(text, (start, middle), tokens, room)
        yield from _fit(text, (middle, end), tokens, room)
        return
    counts = tokens.count_tokens([text[a:b] for a, b in words])
    first = 0
    while first < len(words):
        past = min(_best_cut(text, words, counts, first, room), first + len(words) - 1)
        yield from _fit(text, _trimmed(text, words[first][0], words[past - 1][1]), tokens, room)
        first = past


def _best_cut(text: str, words: Sequence[Span], counts: Sequence[int], first: int, room: int) -> int:
    """How far a piece from the word `first` on goes: all words where they fit; else the last clause that ends in the
    second half of what fits; else the last word that fits.
    """
    used, last_clause = 0, None
    for at in range(first, len(words)):
        used += counts[at]
        if used > room:
            return last_clause or max(at, first + 1)
        if used * 2 >= room and _CLAUSE_END.search(text[slice(*words[at])]):
            last_clause = at + 1
    return len(words)


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
