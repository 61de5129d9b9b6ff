"""Whether to answer at all. Small models answer from memory whatever the prompt says, so code decides.

What rules out an answer by itself: the model says that it is not stated, the answer says nothing that the question did
not, it is not of the kind asked for (a "when" without a date), or a name or number of it stands in no cited passage.
What is left is weighed (`calibration`), by some of these signals:

    stated          how sure the model is that the passages state the answer, when it begins to write
    later           1 where it found none in what it read first, and this one in the rest, else 0
    mended          1 where its first answer was none, and it was asked once more, else 0
    proved          how sure the model is that the cited passages answer the question
    reread          how sure it is that the cited passages alone state the answer
    likelihood      how likely the words were that it answered from the cited passages alone
    agreed          1 where it answered the same from the cited passages alone, else 0
    confirmed       1 where it answered the same from a wider reading, -1 where it did not, 0 where none was needed
    covered         share of the question's words that the cited passages hold, rare words counting more, 0 to 1
    covered_whole   the same share, of the cited articles as a whole
    found           the score of the best passage found, unless a reranker gave it one of its own
    lead            how far the best passage's score lies above that of the best of another article
    names_missing   1 where a name, year or amount of the question stands nowhere in the cited articles, else 0
    near            the best cosine of the question and a sentence of the cited passages

The `chance` recorded with them is what the weights make of them.
"""

import re
from calendar import month_name
from collections.abc import Callable, Sequence
from math import log

from answer.dissent import TITLES
from answer.evidence import compares, sides_of, stems_of
from answer.facts import ORDINALS, amounts, without_peoples
from answer.verify import facts_of, held_in, numbers_of
from byline.records import Passage
from byline.sentences import sentence_spans
from index import content_words

NOT_STATED = "not"
"""How a reply begins that finds no answer, as the examples of the prompt do."""
RARITY_SCALE = 1000
"""A word in this many chunks, or in more, says nothing; the index counts no further."""
_YEAR = re.compile(r"[12]\d{3}")
"""Another number counts ("which two companies") or is an amount, which an article may tell more exactly."""
LEAST_AMOUNT = 100
"""A smaller number that is no share counts or is told in other words, and no article need repeat it."""
ROUNDED = 0.05
"""How far an amount may lie from that of the articles, as a share of it: "2.9 million" of 2,925,968."""
_SAYS_NOTHING = re.compile(
    r"^\W*not (stated|mentioned|specified|provided)\b|\bcannot be (determined|answered)\b"
    r"|\b(is|are) not (stated|mentioned|specified|provided)(\W*$| (in|by) \w+ (given )?(passage|article|text))"
    r"|\bno information(\W*$| (is )?(about|on|regarding|given|available|provided|in \w+ (passage|article|text)))"
    r"|\b(passages?|articles?|texts?) (do|does|did) not (state|say|mention|specify|provide|give|name)\b"
    r"|^\W*(it|they) (do|does) not (state|say|mention|specify|provide|give|name)( (it|this|that|so))?\W*$"
    r"|^\W*((it|this|that) is )?(unknown|not (given|known|disclosed|available))\W*$",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(r"^(is|are|was|were|did|does|do|has|have|had|will|can)\b", re.I)
_CHOICE_OF_TWO = re.compile(r"\bbetween\b.+\band\b", re.I)
_ASKS_NUMBER = re.compile(
    r"\bhow (many|much|long|old|far|large|big)\b|\bwhat (share|percentage|sum|price|number|year)\b", re.I
)
AMOUNT = re.compile(
    r"\b(one|once|twice|half|an?|no|none|nothing|free|all|both|most|many|few|several|dozens?|hundreds?|thousands?"
    r"|[mb]illions?|majority|decades?|centur(y|ies)|years|months|weeks|days|hours|minutes|until|since|indefinitely|life"
    r"|nobody)\b",
    re.I,
)
_ORDINAL = re.compile(
    rf"(?<!\ba )(?<!\bone )\b({'|'.join(ORDINALS[2:])})\b(?! of (?:{'|'.join(month_name[1:])})\b)", re.I
)
"""Not "a third" of something, nor the tenth of March."""
_ASKS_TIME = re.compile(
    r"(^|[.?!,] )\W*((and|but|so|since|until|by|from) )?when (\w+ly )?"
    r"(is|are|was|were|did|do|does|has|have|had|will|would|can|could|should|may|might)\b"
    r"|\bwhen\W*$|\bwhat time\b|\b(which|what) (day|date|year|month)\b",
    re.I,
)
"""Not a "when" in the middle, which only says of which time something else is asked."""
_ASKS_NAME = re.compile(
    r"(?i:^\W*(and |but |so )?who)\b(?!('s| is| was| are| were) [A-Z])"
    r"|(?i:\bwhich (person|minister|president|commissioner|compan(y|ies)|countr(y|ies)|cit(y|ies))\b)"
)
"""Not "who is Karl Voss?": an engineer."""
_TIME = re.compile(
    r"\d|^\W*(after|once|since)\b|\b(january|february|march|april|may|june|july|august|september|october|november|december"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|spring|summer|autumn|fall|winter|season"
    r"|today|yesterday|tomorrow|now|soon|immediately|ago|days?|weeks?|weekend|months?|years?|decades?|centur(y|ies)"
    r"|morning|noon|afternoon|evening|night|midnight|dawn|dusk|christmas|easter"
    r"|before|during|until|end of)\b",
    re.I,
)


def may_say_nothing(text: str) -> bool:
    """Whether a reply that has only begun may still become "not stated": it is not shown until that is known."""
    return f"{NOT_STATED} stated".startswith(text.strip().lower()) or says_nothing(text)


def says_nothing(text: str) -> bool:
    """Whether the model itself declined, in whichever words."""
    return not text.strip() or bool(_SAYS_NOTHING.search(text))


def offers_choice(question: str) -> bool:
    """Whether the answer may well be in the question: "the AI Act or the Chips Act?", "did it meet?"."""
    return bool(sides_of(question) or _YES_OR_NO.search(question))


def misfit(question: str, text: str, earlier: str = "") -> str | None:
    """Why an answer cannot be one to this question, from their words alone; None where nothing speaks against it.

    `earlier` is what was asked before, where the question leans on it: to repeat that is no answer either.
    """
    said_before = f"{earlier} {question}"
    chosen = offers_choice(question) or compares(question) or _CHOICE_OF_TWO.search(question)
    counted = _ASKS_NUMBER.search(question) and AMOUNT.search(text)
    if not chosen and not counted and not _added(said_before, text):
        return "it only repeats the question"
    if _ASKS_TIME.search(question) and not _TIME.search(text):
        return "the question asks for a time and it names none"
    if _ASKS_NUMBER.search(question) and not counted and not numbers_of(text):
        return "the question asks for a number and it names none"
    known = numbers_of(text) | (frozenset() if chosen else held_in(question))
    if _ASKS_NAME.search(question) and not facts_of("the " + text) - known:
        return "the question asks for a name and it gives none"
    return None


def another_of_its_kind(question: str, articles: Sequence[str]) -> str | None:
    """Why the articles speak of another one than was asked for: "the fifth" where no article has a fifth; else None."""
    told = "\n".join(articles)
    asked = (found.group(1).lower() for found in _ORDINAL.finditer(question))
    missing = next((word for word in asked if not _speaks_of(word, told)), None)
    return f"the question asks for the {missing} and no cited article speaks of one" if missing else None


def _speaks_of(ordinal: str, text: str) -> bool:
    """As a word, as "11th", as "Q3" or as "stage 3"."""
    n = ORDINALS.index(ordinal) + 1
    counted = "stage|round|day|game|phase|season|quarter|part|chapter|week|act|episode|volume|group|level"
    return bool(re.search(rf"\b({ordinal}|{n}(rd|th)|Q{n}|({counted}) {n})\b", text, re.I))


def agree(text: str, again: str, question: str) -> bool:
    """Whether two answers to one question say the same: half of what the shorter one adds to it is in both, and neither
    has a name, or a number, in the place of another.

    Of two that only choose from what the question had, half of the shorter one.
    """
    a, b = _added(question, text), _added(question, again)
    if not a and not b:
        a, b = _added("", text), _added("", again)
    return bool(a and b) and 2 * len(a & b) >= min(len(a), len(b)) and not _differ(text, again)


def _differ(text: str, again: str) -> bool:
    """Whether each names something, or counts, other than the other: "South Korea" and "North Korea", 5 and 6 May."""
    counts, others = numbers_of(text), numbers_of(again)
    names, named = facts_of(f"the {text}") - counts - TITLES, facts_of(f"the {again}") - others - TITLES
    return bool(names - named and named - names) or bool(counts - others and others - counts)


def says_more(text: str, than: str, question: str) -> bool:
    """Whether an answer says all that another one adds to the question, and something besides: "Japan and Singapore"
    than "Japan".
    """
    less = _added(question, than)
    return bool(less) and _added(question, text) > less


def _added(question: str, answer: str) -> frozenset[str]:
    """The stems and numbers of an answer that its question has not."""
    return (stems_of(answer) | numbers_of(answer)) - stems_of(question) - numbers_of(question)


def contradict(text: str, again: str, question: str) -> bool:
    """Whether two answers each name numbers, other than those a question asks about, and no number is in both.

    Years are compared where not both name another number too: "3 May" is "in May 2024".
    """
    asked = frozenset() if offers_choice(question) else numbers_of(question)
    a, b = (numbers_of(answer) - asked for answer in (text, again))
    years = [{number for number in numbers if _YEAR.fullmatch(number)} for numbers in (a, b)]
    counts = [a - years[0], b - years[1]]
    one, other = counts if all(counts) else years
    return bool(one and other) and one.isdisjoint(other)


def covered(question: str, passages: Sequence[str], chunks_with: Callable[[str], int]) -> float:
    """The share of the question's words that the passages hold, each by the logarithm of how few chunks have it."""
    held = stems_of("\n".join(passages))
    words = dict.fromkeys(content_words(question))
    rarity = {word: log(RARITY_SCALE / (1 + min(chunks_with(word), RARITY_SCALE - 2))) for word in words}
    found = sum(rarity[word] for word in words if stems_of(word) & held)
    return found / sum(rarity.values()) if rarity else 0.0


def lead(passages: Sequence[Passage]) -> float:
    """Between the first passage and the first of another article; 0 where there is none."""
    others = [p.score for p in passages if p.chunk.article.id != passages[0].chunk.article.id]
    return passages[0].score - max(others) if others else 0.0


def names_missing(question: str, articles: Sequence[str]) -> bool:
    """Whether a name, year or amount of the question stands in none of the articles; not asked of a choice, which has
    two.

    The word that opens a sentence of the question is no name by itself ("Travellers have to pay more"), nor is one that
    tells of which country somebody is ("which Canadian novelist"): of that the article need not speak.
    """
    counts = {number for number in numbers_of(question) if not _YEAR.fullmatch(number)}
    sentences = [without_peoples(question[start:end]) for start, end in sentence_spans(question)]
    asked = frozenset().union(*map(facts_of, sentences)) - counts
    told = "\n".join(articles)
    return not offers_choice(question) and (not asked <= held_in(told) or _amount_missing(question, told))


def _amount_missing(question: str, told: str) -> bool:
    known = amounts(told)
    asked = ((value, share) for value, share in amounts(question) if share or value >= LEAST_AMOUNT)
    years = {float(number) for number in numbers_of(question) if _YEAR.fullmatch(number)}
    return any(
        value not in years and not any(share is s and abs(value - v) <= ROUNDED * v for v, s in known)
        for value, share in asked
    )
