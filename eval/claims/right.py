"""A true sentence said otherwise, as a model might say it, and still true. None where it does not lend itself to it."""

import random
import re
from collections.abc import Mapping

from eval.claims.sources import DATE, MONTHS, NEGATION, NUMBER, SHORT_MONTHS, Pool, Source, names_in
from eval.claims.wrong import Rule

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_LAST_CLAUSE = re.compile(
    r",? (?:which|who|where|while|when|although|though|because|including|according to|saying|after|since) [^,]+\.$"
)
_INNER_CLAUSE = re.compile(r", (?:who|which|whose|where|a|an|the|including|along with) [^,]{8,80}, (?=[a-z])")
_LED_BY = re.compile(r"^((?:On|In|At|Since|During|After|Before|Last) [^,]{4,50}), ([^,]+)\.$")
_LONG = (
    ("did not", "didn't"), ("does not", "doesn't"), ("do not", "don't"), ("is not", "isn't"), ("was not", "wasn't"),
    ("were not", "weren't"), ("are not", "aren't"), ("would not", "wouldn't"), ("could not", "couldn't"),
    ("cannot", "can't"), ("will not", "won't"), ("have not", "haven't"), ("has not", "hasn't"), ("had not", "hadn't"),
)  # fmt: skip


def verbatim(source: Source, pool: Pool, chance: random.Random) -> str | None:
    return source.sentence


def shortened(source: Source, pool: Pool, chance: random.Random) -> str | None:
    cut = _LAST_CLAUSE.sub(".", source.sentence)
    return cut if cut != source.sentence and len(cut.split()) >= 6 else None


def clause_dropped(source: Source, pool: Pool, chance: random.Random) -> str | None:
    cut = _INNER_CLAUSE.sub(" ", source.sentence, count=1)
    return cut if cut != source.sentence else None


def number_otherwise(source: Source, pool: Pool, chance: random.Random) -> str | None:
    """A number below 100 in words, a number word in digits, a percent sign as words, or the other way."""
    text = source.sentence
    dates = [range(*match.span()) for match in DATE.finditer(text)]
    for found in NUMBER.finditer(text):
        if found[0].isdigit() and 2 <= int(found[0]) < 100 and not any(found.start() in span for span in dates):
            return f"{text[: found.start()]}{_spelt(int(found[0]))}{text[found.end() :]}"
    if word := re.search(rf"\b(?:{'|'.join(_ONES[2:])})\b(?!-)", text):
        return f"{text[: word.start()]}{_ONES.index(word[0])}{text[word.end() :]}"
    if "%" in text:
        return text.replace("%", " percent")
    return re.sub(r" per ?cent\b", "%", text) if re.search(r"\d per ?cent\b", text) else None


def _spelt(number: int) -> str:
    if number < 20:
        return _ONES[number]
    return _TENS[number // 10 - 2] + (f"-{_ONES[number % 10]}" if number % 10 else "")


def date_otherwise(source: Source, pool: Pool, chance: random.Random) -> str | None:
    found = DATE.search(source.sentence)
    if not found:
        return None
    month = next(at for at, names in enumerate(zip(MONTHS, SHORT_MONTHS, strict=True)) if found["month"] in names)
    day = f"{found['day']} {MONTHS[month]}" + (f" {found['year']}" if found["year"] else "")
    return f"{source.sentence[: found.start()]}{day}{source.sentence[found.end() :]}"


def name_shortened(source: Source, pool: Pool, chance: random.Random) -> str | None:
    names = [name for name in names_in(source.sentence) if name.count(" ") == 1]
    return source.sentence.replace(names[0], names[0].split()[1], 1) if names else None


def reordered(source: Source, pool: Pool, chance: random.Random) -> str | None:
    """What opens the sentence moved to its end: “On Monday, X did” to “X did on Monday”."""
    found = _LED_BY.match(source.sentence)
    if not found or not re.match(r"[a-z]|The |A ", found[2]):
        return None
    return f"{found[2][0].upper()}{found[2][1:]} {found[1][0].lower()}{found[1][1:]}."


def fragment(source: Source, pool: Pool, chance: random.Random) -> str | None:
    """A name, a number with the two words after it, or the last few words: an answer of the default model."""
    words = source.sentence[:-1].split()
    choices = [*names_in(source.sentence), " ".join(words[-chance.randrange(2, 6) :])]
    choices += [m.group() for m in re.finditer(r"(?<!\S)[$€£]?\d[\d,.]*(?: [a-z]+){1,2}", source.sentence)]
    return chance.choice(choices)


def pronoun_resolved(source: Source, pool: Pool, chance: random.Random) -> str | None:
    """“He resigned” where the sentence before has one person's name."""
    names = [name for name in names_in(source.before) if name.count(" ") == 1]
    opening = re.match(r"(?:He|She) ", source.sentence)
    return f"{names[0]} {source.sentence[opening.end() :]}" if opening and len(set(names)) == 1 else None


def joined(source: Source, pool: Pool, chance: random.Random) -> str | None:
    """Two sentences that follow each other as one."""
    before, opening = source.before, re.match(r"(The|A|It|He|She|They|But|That|This) ", source.sentence)
    if not before.endswith(".") or re.search(r"[\"“”:]", before) or not opening or len(before.split()) > 20:
        return None
    return f"{before[:-1]}, and {source.sentence[0].lower()}{source.sentence[1:]}"


def negation_kept(source: Source, pool: Pool, chance: random.Random) -> str | None:
    """“did not” as “didn't” and the other way; any other negation as it stands, its last clause dropped."""
    for long, short in _LONG:
        if f" {long} " in source.sentence:
            return source.sentence.replace(f" {long} ", f" {short} ", 1)
        if f" {short} " in source.sentence:
            return source.sentence.replace(f" {short} ", f" {long} ", 1)
    cut = shortened(source, pool, chance)
    return cut if cut and NEGATION.search(cut) else None


RIGHT: Mapping[str, Rule] = {
    "verbatim": verbatim,
    "shortened": shortened,
    "clause dropped": clause_dropped,
    "number otherwise": number_otherwise,
    "date otherwise": date_otherwise,
    "name shortened": name_shortened,
    "reordered": reordered,
    "fragment": fragment,
    "pronoun resolved": pronoun_resolved,
    "two sentences joined": joined,
    "negation kept": negation_kept,
}
