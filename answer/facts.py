"""Names and numbers of a text, each in one canonical form, so that "twenty-eight Koreans" and "28 from Korea" meet."""

import re
import unicodedata

from answer.peoples import COUNTRY_OF
from byline.days import YEAR
from index import content_words

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBER_WORDS = {word: n for n, word in enumerate(_UNITS.split())} | {w: 10 * n for n, w in enumerate(_TENS.split(), 2)}
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
TITLES = frozenset(
    "mr mrs ms dr sir lord lady mayor minister president chancellor king queen prince pope judge senator governor"
    " commissioner secretary professor general captain".split()
)
"""Words with a capital that two people can share."""
SCALES = {"bn": "billion", "b": "billion", "m": "million", "mn": "million", "tn": "trillion", "k": "thousand"}
_TIMES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_PERCENT, _PERCENTS = "percent", ("%", "percent", "per cent", "percentage")
_NUMERAL = r"\d+(?:[.,]\d+)*|(?:(?:twen|thir|for|fif|six|seven|eigh|nine)ty[ -])?[a-z]{3,9}"
_NO_YEAR = rf"(?!{YEAR}\b(?![.,]\d))"
_PLAIN = re.compile(r"\d+(?:\.\d+)?")  # Not a day, as in "updated on 3.4.2024 - 5 million people".
_SCALED = re.compile(
    rf"(?:\b{_NO_YEAR}(?P<low>\d+(?:[.,]\d+)*)(?P<share>\s?(?:%|per ?cent))?\s?(?:to|and|or|-|–)\s?[$€£]?)?"
    rf"\b(?P<number>{_NUMERAL})[\s-]?(?P<scale>%|per ?cent\b|percentage\b|thousand\b|million\b|billion\b|trillion\b)",
    re.I,
)
_SIGNS = {"dollar": "$", "euro": "€", "pound": "£", "yen": "¥"}
_MONEY = re.compile(
    rf"(?P<sign>[$€£¥])\s?(?P<behind>\d+(?:[.,]\d+)*)"
    rf"|\b(?P<before>{_NUMERAL})(?: (?:thousand|million|billion|trillion))?[ -](?P<name>(?:{'|'.join(_SIGNS)})s?)\b",
    re.I,
)
_BELOW_HUNDRED = rf"(?:{_TENS.replace(' ', '|')})[ -](?:{'|'.join(_UNITS.split()[1:10])})|{'|'.join(NUMBER_WORDS)}"
_HUNDREDS = re.compile(rf"\b(?P<hundreds>a|{_BELOW_HUNDRED}) hundred(?: (?:and )?(?P<rest>{_BELOW_HUNDRED}))?\b", re.I)
_LETTERS = SCALES | {"t": "trillion"}
_SHORT_SCALE = re.compile(
    r"(?<=\d)\s?(?P<any>[Bb][Nn]|mn|tn|[mbk])\b|(?P<money>[$€£¥]\s?\d+(?:[.,]\d+)*)(?P<of>[KMBT])\b"
    r"|(?<![\w.,-])(?P<count>\d+(?:[.,]\d+)*)(?P<by>[KM])\b(?!-)"
)
"""A capital B or T after a number that is no money is a letter, as in "flat 5B"."""
_ONE_OF_SCALE = re.compile(
    r"\b(?:an?|one) (?=(?:thousand|million|billion|trillion)\b(?! and a (?:half|quarter)))", re.I
)
_THOUSANDS = re.compile(
    rf"(?<!\bto )(?<!\band )(?<!\bor )(?<![-–.,])\b(?P<number>\d+(?:\.\d+)?|{_BELOW_HUNDRED}) thousand\b(?! and\b)",
    re.I,
)
_PART_OF = re.compile(
    rf"(?:\b(?:half|quarters?|thirds?|fifths?|tenths?)(?: of)? |\b(?:{_TENS.replace(' ', '|')})[ -])$", re.I
)
_ONE = re.compile(r"(?P<before>(?:\b\w+[ -])?)\bone (?P<what>[a-z]+(?: [a-z]+)?)", re.I)
_NO_ONE = frozenset(f"no any every which number {_TENS}".split())
_DIGIT_ONE = re.compile(r"(?<![\w.,-])1 (?P<what>\w+)|^\W*1\W*$")
_INITIALS = re.compile(r"\b[A-Z]\.(?:[A-Z]\.)+|\b[A-Z]\.(?: [A-Z]\.)+")
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Dr)\b\.? (?=[A-Z])")
_TITLED = re.compile(r"\b(?P<title>Mr|Mrs|Ms)\b\.? (?P<name>[A-Z][\w-]*(?: [A-Z][\w-]*)*)")
_LATIN_ACCENT = re.compile(r"(?<=[A-Za-z])[\u0300-\u036f]+")
_BARRED = str.maketrans({"ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D"})
_CAPITALISED = re.compile(r"\b[A-ZÀ-Þ][a-zß-öø-ÿ]+\b")
LEAST_PLURAL = 5
"""Letters of a word from which an "s" at its end makes it a plural."""
_UNIONS = {
    "united states": "America",
    "united kingdom": "Britain",
    "european union": "Europe",
    "united nations": "UN",
}


def facts_of(sentence: str) -> frozenset[str]:
    """The names and numbers of a sentence, each in one canonical form: lower case, singular, digits.

    A capital at the beginning of the sentence makes no name by itself, unless the next word has one too.
    """
    text = same_names(sentence)
    words = [(match.group(), match.start()) for match in _WORD.finditer(text)]
    facts = set(numbers_of(text))
    for position, (word, start) in enumerate(words):
        if not word[0].isupper() or word.lower() in NUMBER_WORDS or _is_small(word):
            continue
        opens = not text[:start].strip("\"'“‘( ")
        followed = position + 1 < len(words) and words[position + 1][0][0].isupper()
        if not opens or followed or any(letter.isupper() for letter in word[1:]):
            facts.add(name_form(word))
    return frozenset(facts)


def numbers_of(text: str) -> frozenset[str]:
    """Every number as digits, thousands separators gone; "twenty-eight" and "28" are the same."""
    words = [match.group().lower() for match in _WORD.finditer(_in_digits(text))]
    numbers, position = set(), 0
    while position < len(words):
        word = words[position]
        if word[0].isdigit():
            numbers.add(re.sub(r",(?=\d{3}\b)", "", word).rstrip(".,"))
        elif word in NUMBER_WORDS and word != "one":
            value = NUMBER_WORDS[word]
            unit = NUMBER_WORDS.get(words[position + 1], 0) if value >= 20 and position + 1 < len(words) else 0
            if 0 < unit < 10:
                value, position = value + unit, position + 1
            numbers.add(str(value))
        position += 1
    return frozenset(numbers)


def _in_digits(text: str) -> str:
    """With "205" for "two hundred and five", "2000" for "two thousand" and "1 million" for "a million", of which "half
    a million" is none.
    """
    lower = text.lower()
    if "hundred" in lower:
        text = _HUNDREDS.sub(lambda match: str(100 * _told(match["hundreds"]) + _told(match["rest"] or "zero")), text)
    text = _ONE_OF_SCALE.sub(lambda match: match[0] if _PART_OF.search(text, 0, match.start()) else "1 ", text)
    if "thousand" in lower:
        text = _THOUSANDS.sub(lambda match: _written_out(_digits(match["number"]), "thousand"), text)
    return text


def _digits(number: str) -> str:
    return number if number[0].isdigit() else str(_told(number))


def with_digit_ones(passage: str, sentence: str) -> str:
    """The passage with "1 person" for "one person" where the sentence has 1 of them, or is a bare 1; of "one of the
    ministers" nothing is counted.
    """
    counted = {(match["what"] or "").lower() for match in _DIGIT_ONE.finditer(sentence)}

    def in_digits(match: re.Match[str]) -> str:
        what = match["what"].lower().split()
        bare = "" in counted and bool(content_words(what[0])) and what[0] not in ("day", *_TIMES, "hundred")
        if match["before"].lower().rstrip(" -") in _NO_ONE or not (bare or counted & {*what}):
            return match[0]
        return f"{match['before']}1 {match['what']}"

    return _ONE.sub(in_digits, passage) if counted else passage


def _told(words: str) -> int:
    """What "a", or a number below a hundred, says."""
    return sum(NUMBER_WORDS.get(word, 1) for word in re.split("[ -]", words.lower()))


def name_form(word: str) -> str:
    """A name in lower case and the singular, a people as its country: "Koreans" and "Korea" are one."""
    lower = _without_accents(word).lower()
    return COUNTRY_OF.get(lower) or COUNTRY_OF.get(_singular(lower)) or _singular(lower)


def without_peoples(text: str) -> str:
    """Without the words that tell of which country somebody or something is: "Canadian", not "Canada" or "US"."""
    return _CAPITALISED.sub(lambda found: "" if _is_people(found.group()) else found.group(), text)


def _is_people(word: str) -> bool:
    """Whether the name has another form than its own."""
    lower = _without_accents(word).lower()
    return name_form(word) not in (lower, _singular(lower))


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) >= LEAST_PLURAL and not word.endswith(("ss", "us", "is")) else word


def held_in(passage: str) -> frozenset[str]:
    """Every word of a passage as a name, and its numbers: what `facts_of` a sentence is looked up in.

    A word without a capital is no people: "they told us" does not name America.
    """
    passage = same_names(passage)
    words = [match.group() for match in _WORD.finditer(passage)]
    names = {name_form(word) for word in words if not word[0].islower()}
    return frozenset(names | {_singular(word) for word in words if word[0].islower()}) | numbers_of(passage)


def quantities(text: str) -> dict[str, frozenset[str]]:
    """Each number with what scales it, as in 43 of "billion" and 7 of "percent"; "" where it stands alone somewhere.

    Of "5 to 7 per cent" both are percent, of "in 2021 to 64 per cent" only one: a year is none; "15% to 890 million" is
    15 percent. A number that is also written out ("2.4 million", 2,400,000) stands as both.
    """
    text = same_names(text)
    scaled: dict[str, set[str]] = {}
    alone = text
    for match in _SCALED.finditer(text):
        scale = _PERCENT if match["scale"].lower() in _PERCENTS else match["scale"].lower()
        for part, by in ((match["low"], _PERCENT if match["share"] else scale), (match["number"], scale)):
            for number in numbers_of(part or "") or ({"1"} if part and part.lower() == "one" else frozenset()):
                scaled.setdefault(number, set()).add(by)
                if by in _TIMES and _PLAIN.fullmatch(number):
                    scaled.setdefault(_written_out(number, by), set()).add("")
        for start, end in (match.span("number"), match.span("low")):
            alone = f"{alone[:start]}{' ' * (end - start)}{alone[end:]}" if end > 0 else alone
    for number in numbers_of(alone):
        scaled.setdefault(number, set()).add("")
    return {number: frozenset(scales) for number, scales in scaled.items()}


def currencies(text: str) -> dict[str, frozenset[str]]:
    """The currencies in which each number is told, as signs; numbers without one are left out."""
    found: dict[str, frozenset[str]] = {}
    for match in _MONEY.finditer(same_names(text)):
        sign = match["sign"] or _SIGNS[match["name"].lower().removesuffix("s")]
        for number in numbers_of(match["behind"] or match["before"]):
            found[number] = found.get(number, frozenset()) | {sign}
    return found


def amounts(text: str) -> frozenset[tuple[float, bool]]:
    """Every number by its value and whether it is a share: 2,900,000 and no share for "2.9 million", 13 and a share for
    "13 per cent".
    """
    told = {
        (float(number), _PERCENT in scales)
        for number, scales in quantities(text).items()
        if _PLAIN.fullmatch(number) and scales & {"", _PERCENT}
    }
    return frozenset(told)


def _written_out(number: str, scale: str) -> str:
    return f"{float(number) * _TIMES[scale]:.0f}"


def same_names(text: str) -> str:
    """The text with scales, hundreds and the best known unions in one form: "43bn" and "$5M" as "43 billion" and
    "$5 million", "two hundred" as "200", "U.S.", "U. S." and "F.B.I." as "US" and "FBI"; no accents, no "Mr".
    """
    text = _TITLE.sub("", _without_accents(text))
    text = _in_digits(_SHORT_SCALE.sub(_in_full, text))
    text = _INITIALS.sub(lambda match: re.sub("[. ]", "", match.group()), text)
    return re.sub(
        r"\b(United States|European Union|United Kingdom|United Nations)\b",
        lambda match: _UNIONS[match.group(1).lower()],
        text,
    )


def _in_full(match: re.Match[str]) -> str:
    scale = match["any"] or match["of"] or match["by"]
    return f"{match['money'] or match['count'] or ''} {_LETTERS[scale.lower()]}"


def _without_accents(text: str) -> str:
    """With "e" for "é" and "g" for "ğ", as half of the papers write the names of others; other scripts as they are."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _LATIN_ACCENT.sub("", unicodedata.normalize("NFD", text))).translate(_BARRED)


def titled_otherwise(passage: str, sentence: str) -> bool:
    """Whether somebody is "Mrs Lee" in the sentence and only "Mr Lee" in the passage."""
    told = [_titled(match) for match in _TITLED.finditer(_without_accents(passage))]
    for man, names in map(_titled, _TITLED.finditer(_without_accents(sentence))):
        same = [is_man for is_man, others in told if names & others]
        if same and man not in same:
            return True
    return False


def _titled(match: re.Match[str]) -> tuple[bool, frozenset[str]]:
    return match["title"] == "Mr", frozenset(match["name"].split())


def opening_word(sentence: str) -> str | None:
    """The first word of a sentence, lower case, where it carries meaning."""
    match = _WORD.search(same_names(sentence))
    word = match.group().lower() if match else ""
    return word if content_words(word) and word not in NUMBER_WORDS and not word[0].isdigit() else None


def _is_small(word: str) -> bool:
    return not content_words(word) and not (len(word) > 1 and word.isupper())
