"""Which articles repeat the text of another: exact copies, and near copies with a few words changed or an end cut off.

Two articles are copies where nearly all runs of five words of the shorter one stand in the longer one (containment of
w-shingles: Broder, "On the resemblance and containment of documents", 1997). Candidates are found through a sample of
the shingles; every candidate is then measured on all of them. A story told anew shares almost none.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from zlib import crc32

from byline.records import Article

SHINGLE_WORDS = 5
# Of 800 news articles the real copies contain each other by 1.0, and no other two by more than 0.24 (a shared blurb).
LEAST_CONTAINMENT = 0.6
# A short notice that a long article quotes in full is no copy of it.
LEAST_SHARE_OF_LENGTH = 0.5
_SAMPLED_OF = 4
_WORD = re.compile(r"\w+")


def copies(articles: Iterable[Article]) -> dict[str, str]:
    """The id of each article that repeats another -> the id of the one that came first.

    First is the earliest published, then the first in order; an article without a date comes after all with one. The
    one that came first repeats none itself.
    """
    ordered = sorted(articles, key=lambda article: article.published or date.max)
    shingles = [shingles_of(article.text) for article in ordered]
    samples = [_sample(found) for found in shingles]
    holders: defaultdict[int, list[int]] = defaultdict(list)
    first_of: dict[int, int] = {}
    for at, sample in enumerate(samples):
        original = _original(at, shingles, samples, holders)
        if original is not None:
            first_of[at] = first_of.get(original, original)
        for shingle in sample:
            holders[shingle].append(at)
    return {ordered[at].id: ordered[first].id for at, first in first_of.items()}


def shingles_of(text: str) -> frozenset[int]:
    """A checksum for each run of five words, whatever their case and marks; for fewer words, of them all."""
    words = _WORD.findall(text.casefold())
    runs = range(max(1, len(words) - SHINGLE_WORDS + 1))
    return frozenset(crc32(" ".join(words[at : at + SHINGLE_WORDS]).encode()) for at in runs)


def containment(left: frozenset[int], right: frozenset[int]) -> float:
    """The share of the smaller set that lies in the larger, from 0 to 1."""
    return len(left & right) / min(len(left), len(right)) if left and right else 0.0


def _sample(shingles: frozenset[int]) -> list[int]:
    """The same shingles are drawn from a text and from a longer one that holds it; a tiny text gives its least one."""
    return [shingle for shingle in shingles if shingle % _SAMPLED_OF == 0] or [min(shingles)]


def _original(
    at: int,
    shingles: Sequence[frozenset[int]],
    samples: Sequence[Sequence[int]],
    holders: Mapping[int, Sequence[int]],
) -> int | None:
    """The earliest of the articles before `at` that this one repeats; `holders` says who has which sampled shingle."""
    shared = Counter(other for shingle in samples[at] for other in holders.get(shingle, ()))
    mine = shingles[at]
    for other in sorted(other for other in shared if shared[other] * 4 >= min(len(samples[at]), len(samples[other]))):
        sizes = sorted((len(mine), len(shingles[other])))
        if sizes[0] >= LEAST_SHARE_OF_LENGTH * sizes[1] and containment(mine, shingles[other]) >= LEAST_CONTAINMENT:
            return other
    return None
