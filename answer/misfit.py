"""What the words of a question and an answer tell by themselves: whether it is one, of the kind asked for (no "when"
without a date), and whether two answers say the same.
"""

import re
from collections.abc import Sequence

from answer.evidence import OPENING, STANDS_ALONE, TAKES_NOT, compares, sides_of, stems_of
from answer.facts import NUMBER_WORDS, ORDINALS, TITLES
from answer.verify import facts_of, held_in, numbers_of
from byline.days import MONTH, YEAR

NOT_STATED = "not"
"""How a reply begins that finds no answer, as the examples of the prompt do."""
_NOT = r"(?:n['’]t| not)"
_TELL = "state|say|mention|specify|provide|give|name|contain|indicate|explain|reveal"
_TOLD = "stated|mentioned|specified|provided"
_SAYS_NOTHING = re.compile(
    rf"^\W*not ({_TOLD})\b|\bcannot be (determined|answered)\b"
    rf"|\b(is|are){_NOT} ({_TOLD})(\W*$| (in|by) (\w+ (given )?(passage|article)|the (given|provided) text))"
    r"|(^\W*|\bthere is |\bpassages? \w+ )(no|not enough) information"
    r"(\W*$| (is )?(given|available|provided|to answer)| in \w+ (passage|article|text)"
    r"| (about|on|regarding) (the|this|that|it|its|him|his|her|them|their|wh\w+|how)\b)"
    rf"|\b(passages?|articles?) ((do|does|did){_NOT} ({_TELL})|(gives?|says?|states?|mentions?) (no|nothing))\b"
    rf"|^\W*(it|they|the (given |provided )?(con)?texts?) (do|does){_NOT} ({_TELL})"
    r"( (it|this|that|so)( information)?)?\W*$"
    r"|^\W*no (answer|date|day|time|year|name|number|figure|price|sum|place|reason|detail)s?"
    rf" (is|are) (given|{_TOLD})\b"
    r"|^\W*(there is )?no mention of (it|this|that)\W*$"
    rf"|^\W*I (do{_NOT}|cannot|can['’]t) (know|say|tell|answer)( (it|this|that)( question)?)?\W*$"
    r"|^\W*((it|this|that) is )?(unknown|unclear|not (given|known|disclosed|available|clear))\W*$|^\W*n/a\W*$",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(rf"{OPENING}(({TAKES_NOT})(n['’]t)?|{STANDS_ALONE}|won['’]t|can['’]t)\b", re.I)
_CHOICE_OF_TWO = re.compile(
    r"(?i:\b(between|out of)\b.+\band\b)|\w (?i:v|vs|versus)\b\.? \w|\b[A-Z]\w* against (the )?[A-Z]"
    r"|^(?=.*(?i:\b(won|wins?|beat|lost)\b)).*\b[A-Z]\w+[-–][A-Z]"
)
"""Between two, or of those who played, fought or sued each other: "the France-Croatia final"."""
_ASKS_NUMBER = re.compile(
    r"\bhow (many|much|long|old|far|large|big)\b|\bwhat (share|percentage|sum|price|number|year)\b", re.I
)
AMOUNT = re.compile(
    r"\b(one|once|twice|half|an?|no|none|nothing|free|all|both|most|many|few|several|dozens?|hundreds?|thousands?"
    r"|[mb]illions?|majority|decades?|centur(y|ies)|years|months|weeks|days|hours|minutes|until|since|indefinitely|life"
    r"|nobody)\b",
    re.I,
)
_ORDINAL = re.compile(rf"(?<!\ba )(?<!\bone )\b({'|'.join(ORDINALS[2:])})\b(?! of (?:{MONTH})\b)", re.I)
"""Not "a third" of something, nor the tenth of March."""
_ASKS_TIME = re.compile(
    r"(^|[.?!,] )\W*((and|but|so|since|until|by|from) )?when (\w+ly )?"
    r"(is|are|was|were|did|do|does|has|have|had|will|would|can|could|should|may|might)\b"
    r"|\bwhen\W*$|\bwhat time\b|\b(which|what) (day|date|year|month)\b",
    re.I,
)
"""Not a "when" in the middle, which only says of which time something else is asked."""
_ASKS_NAME = re.compile(
    r"(?i:^\W*(and |but |so )?who)\b(?!('s| is| was| are| were) ([A-Z]|(he|she|they|his|her|their)\b))"
    r"|(?i:\bwhich (person|minister|president|commissioner|compan(y|ies)|countr(y|ies)|cit(y|ies))\b)"
)
"""Not "who is Karl Voss?" nor "who is she?": an engineer."""
_ASKS_WHO = re.compile(rf"{OPENING}who\b", re.I)
_NAMELESS = re.compile(
    r"^\W*((at least|about|around|more than|nearly|some) )?"
    r"(an?|some|several|many|both|all|every\w*|no ?one|nobody|his|her|their|dozens|hundreds|thousands"
    rf"|{'|'.join(NUMBER_WORDS)}|\d[\d,.]*(?= [a-z]))\b",
    re.I,
)
"""How people begin whom an article does not name: "three police officers", "a man of 34", "his wife"."""
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
    nameless = _ASKS_WHO.search(question) and _NAMELESS.search(text) and _added(said_before, text)
    if _ASKS_NAME.search(question) and not nameless and not facts_of("the " + text) - known:
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
    years = [{number for number in numbers if re.fullmatch(YEAR, number)} for numbers in (a, b)]
    counts = [a - years[0], b - years[1]]
    one, other = counts if all(counts) else years
    return bool(one and other) and one.isdisjoint(other)
