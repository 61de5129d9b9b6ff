"""Whether a sentence tells of what was, will be or may be, at one of its places, by the forms of its verbs."""

import re
from itertools import pairwise
from typing import Literal

from byline.days import WEEKDAY

_CLAUSE_END = re.compile(
    r"[,;:—–()]\s?|\s(?=(?:and|but|while|which|who|where|because|after|although|so|that|when|before|since) )"
)
_BE = r"(?: \w+ly| not| be| been| have| also)*"
_VERB = re.compile(
    rf"(?P<future>\b(?:will|shall|won['’]t)\b{_BE}(?: \w+)?|\b(?:next|coming|upcoming)(?= {WEEKDAY})"
    rf"|\b(?:is|are) (?:planned|expected|scheduled|due|set) (?:to|for|on)\b{_BE}(?: [a-z]+)?)"
    rf"|(?P<open>\b(?:would|could|should|can|may|might|must)\b{_BE}(?: \w+)?|\bon course (?:to|for)\b{_BE}"
    rf"|(?<!\bas )\b(?:planned|expected|scheduled|due) (?:to|for|on)\b{_BE}(?: [a-z]+)?"
    rf"|\b(?:going|set) to\b{_BE} [a-z]+|\bset for\b)"
    r"|(?P<past>(?<!\bis )(?<!\bare )(?<!\bbe )\b[a-z]+ed\b|\b(?:was|were|had|did|said|told|won|met|beat|led|gave"
    r"|took|made|left|became|began|fell|rose|held|came|went|struck|shot|found|lost|sold|bought|sent|spoke|wrote|saw|ran"
    r"|stood|flew|swore|broke|fought|drew)\b)"
)
_PRESENT = re.compile(
    r"\bto [a-z]+\b|\b(?:is|are|has|have|opens?|begins?|starts|ends|closes|meets?|faces?|plays|votes|holds|returns"
    r"|takes|hosts|visits|arrives|leaves|resumes|launches)\b"
)
Tense = Literal["future", "open", "past", "unknown"]


def tense_at(sentence: str, at: int) -> Tense:
    """That of the verb before this place in its clause, else behind it; of the clause after, or before, if it has none.

    A present is open ("opens on Sunday"), unless the clause is told in the past ("went to meet them on Sunday").
    """
    ends = [0, *(match.end() for match in _CLAUSE_END.finditer(sentence)), len(sentence)]
    clauses = [(start, end) for start, end in pairwise(ends) if start < end]
    here = next((n for n, (start, end) in enumerate(clauses) if start <= at < end), 0)
    for start, end in (clauses[n] for n in (here, here + 1, here - 1) if 0 <= n < len(clauses)):
        verbs = list(_VERB.finditer(sentence, start, end))
        if verbs:
            nearest = next((verb for verb in reversed(verbs) if verb.start() < at), verbs[0])
            return "future" if nearest["future"] else "past" if nearest["past"] else "open"
        if _PRESENT.search(sentence, start, end):
            return "open"
    return "unknown"
