"""Whether an answer says what an accepted string says: by words and numbers, whatever their form or order.

    "€43 billion [1]" ─► {43000000000}, euro        "nearly twenty-eight per cent" ─► {nearly, 28, percent}

Lenient where a reader would be (order, case, accents, "28" for "twenty-eight") and blind to what surrounds the words:
"not in Seoul" says "Seoul". docs/evaluation.md tells the reader so.
"""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from index import content_words

_CITATION_MARK = re.compile(r"\[\d+(?:\s*[,;–-]\s*\d+)*\]")
_TOKEN = re.compile(
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?)(?P<suffix>[^\W\d_]+)?|(?P<word>[^\W\d_]+)|(?P<sign>[%€$£¥₩])"
)
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: number for words in (_UNITS, _ORDINALS) for number, word in enumerate(words.split())}
_SMALL |= {word: 10 * number for number, word in enumerate(_TENS.split(), 2)}
_SMALL |= {word[:-1] + "ieth": 10 * number for number, word in enumerate(_TENS.split(), 2)}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SUFFIXES = _SCALES | {"k": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12, "trn": 10**12}
_LOOSE_SUFFIXES = {"mn", "bn", "tn", "trn"}
_ORDINAL_ENDINGS = {"st", "nd", "rd", "th"}
_CURRENCIES = {
    "€": "euro", "euro": "euro", "euros": "euro", "eur": "euro", "$": "dollar", "dollar": "dollar", "dollars": "dollar",
    "usd": "dollar", "£": "pound", "pound": "pound", "pounds": "pound", "gbp": "pound", "¥": "yen", "yen": "yen",
    "₩": "won",
}  # fmt: skip


def is_right(text: str, accepted: Iterable[str]) -> bool:
    """Whether every word of at least one accepted string stands in the text; citation marks are no part of it."""
    said = _tokens(_CITATION_MARK.sub(" ", text))
    return any(_says(said, _tokens(wanted)) for wanted in accepted)


def _says(said: list[str], wanted: list[str]) -> bool:
    """A currency may be left out ("43bn" says "€43 billion"), but must not be another one."""
    currencies = {word for word in wanted if word in _CURRENCIES.values()}
    said_currencies = {word for word in said if word in _CURRENCIES.values()}
    if currencies and said_currencies and currencies.isdisjoint(said_currencies):
        return False
    needed = {word for word in wanted if word not in currencies} or currencies
    meaningful = {word for word in needed if not word.isalpha() or content_words(word)}
    return bool(needed) and (meaningful or needed) <= set(said)


def _tokens(text: str) -> list[str]:
    """Words in lower case without accents, numbers by their value, in order."""
    text = "".join(at for at in unicodedata.normalize("NFKD", text) if not unicodedata.combining(at)).lower()
    text = re.sub(r"['’]s\b", "", text)
    text = re.sub(r"\b(?:[a-z]\.){2,}", lambda found: found.group().replace(".", "") + " ", text)
    text = re.sub(r"\bper cent\b|\bpercent\b|%", " percent ", text)
    return _numbers_by_value([part for found in _TOKEN.finditer(text) for part in _split(found)])


def _split(found: re.Match[str]) -> list[str | Decimal]:
    """A number as a Decimal, its suffix (`35m`, `43bn`, `1st`) taken in; anything else as a word."""
    if found["number"] is None:
        word = found["word"] or found["sign"]
        return [_CURRENCIES.get(word, word)]
    number, suffix = Decimal(found["number"].replace(",", "")), found["suffix"]
    if suffix is None or suffix in _ORDINAL_ENDINGS:
        return [number]
    if suffix in _SUFFIXES:
        return [number * _SUFFIXES[suffix]]
    return [number, _CURRENCIES.get(suffix, suffix)]


def _numbers_by_value(parts: list[str | Decimal]) -> list[str]:
    """Spelt numbers and scales put together: [43, billion] is 43000000000, [twenty, eight] is 28."""
    tokens: list[str] = []
    at = 0
    while at < len(parts):
        value, after = _number_at(parts, at)
        if value is None:
            tokens.append(str(parts[at]))
            after = at + 1
        else:
            tokens.append(f"{value.normalize():f}")
        at = after
    return tokens


def _number_at(parts: list[str | Decimal], at: int) -> tuple[Decimal | None, int]:
    """The number that begins at `at`, in digits or words, and where it ends; None where none begins."""
    total, current = Decimal(0), None
    last_small = 0
    while at < len(parts):
        part = parts[at]
        if isinstance(part, Decimal) and current is None and total == 0:
            current = part
        elif isinstance(part, str) and part in _SMALL and _follows(_SMALL[part], last_small, current):
            last_small = _SMALL[part]
            current = (current or 0) + Decimal(last_small)
        elif part == "hundred" and current is not None:
            current, last_small = current * 100, 100
        elif isinstance(part, str) and (part in _SCALES or part in _LOOSE_SUFFIXES) and current is not None:
            total, current = total + current * _SUFFIXES[part], None
            last_small = 1000 if part == "thousand" else 0  # "and" goes on after a thousand, not after a billion
        elif not (part == "and" and last_small >= 100 and at + 1 < len(parts) and parts[at + 1] in _SMALL):
            break
        at += 1
    if current is None and not total:
        return None, at
    return total + (current or 0), at


def _follows(small: int, last: int, current: Decimal | None) -> bool:
    """Whether a small number goes on with the one before it: "twenty" + "eight", not "two" + "three"."""
    if current is None:
        return True
    return last >= 100 or (last >= 20 and small < 10)
