"""Where the sentences of a clean text lie: by rules on characters, with offsets that hold in the text as it is.

A sentence ends at the end of its line, or at a full stop, question mark or exclamation mark with what closes after it
(quotes, brackets, footnote numbers), where the next word can begin a sentence. A full stop that belongs to a title, an
initial, an abbreviation, a decimal or a date is none. Rules, not a library: `docs/decisions.md` has the comparison.
"""

import re


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_ENDINGS = "\"'”’»›)\\]」』"
_OPENINGS = "\"'“‘«‹([„‚¿¡「『—–\\-"
_STOP = re.compile(
    rf"(?:[.!?…؟۔।]+[{_ENDINGS}]*(?:[^\S\n]»)?(?:\[\d{{1,3}}\])*(?=\s)|[。！？]+[{_ENDINGS}]*)[^\S\n]*",
)
_NEXT_WORD = re.compile(rf"[{_OPENINGS}\s]*([^\W_]+)")
_LAST_WORD = re.compile(r"[^\s(\[\"“„«‘'/—–]+$")
_LINE = re.compile(r"[^\n]+(?:\n(?=[^\S\n]*[a-zß-öø-ÿ])[^\n]+)*")

_BEFORE_A_NAME = _words(
    """
    dr mr mrs ms mx prof gen sen sens rep reps gov lt col sgt maj capt cmdr cpl adm rev hon pres st ste mt ft messrs
    mme mlle mgr supt det insp atty sr sra srta dra drs d dña ud uds hr hrn fr ing dipl cf vs v e.g i.e eg ie viz
    approx ca ee bzw z.b d.h u.a z.t s.o vgl resp p.ej pág págs art arts núm c.-à-d ph.d
    """
)
_BEFORE_A_NUMBER = _words(
    """
    no nos nr n vol vols fig figs p pp ch sec sect art arts abs ziff pt par para núm núms pág págs ed col op jan feb
    mar apr jun jul aug sep sept oct okt nov dec dez ene abr ago dic janv févr avr juil août déc
    """
)
_EITHER = _words(
    """
    inc ltd co corp bros llc plc jr sr esq etc usw al a.m p.m a.d b.c ave blvd rd dept univ assn ed jan feb aug sept
    oct nov dec mon tue tues wed thu thurs fri sat sun calif mass conn fla tex ore wash penn ariz colo ill ind mich
    minn mo okla tenn va wis ga ala ark del kan ky la md miss mont neb nev s.a s.l s.p.a ee.uu u.s u.k u.n e.u d.c
    """
)
_BEGINS_A_SENTENCE = _words(
    """
    the a an this that these those it its he she they we i you his her their our my there here in on at as if when
    while after before since but and or so yet for from by with to of then now however although though because what
    who how why where which still also even not no yes some many most all one both each el la los las lo un una en
    se es su sus pero y por para con como cuando si der die das ein eine er sie wir ihr im am auf mit für und aber
    doch auch wenn nach bei seit le les l il elle ils elles nous ce cette ces dans et mais pour avec
    """
)
_GERMAN_DATE = re.compile(r"(?:Jan|Feb|März|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)\w*|Jahrhundert\w*")
_WHO_SAID_IT = re.compile(
    r"(?:[A-ZÀ-Þ][\w'’.-]*\s+){1,3}(?:said|says|asked|asks|told|tells|wrote|writes|added|adds|replied|tweeted)\b"
)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The sentences as (start, end), in order, without the white space around them.

    They never overlap, and every character that is not white space lies in exactly one. A line is at least one
    sentence, unless the next line goes on in lower case.
    """
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        start = line.start()
        for stop in _STOP.finditer(text, line.start(), line.end()):
            if stop.end() < line.end() and _ends_sentence(text, start, stop, line.end()):
                _append_trimmed(spans, text, start, stop.end())
                start = stop.end()
        _append_trimmed(spans, text, start, line.end())
    return spans


def _append_trimmed(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    if piece.strip():
        spans.append((start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())))


def _ends_sentence(text: str, start: int, stop: re.Match[str], line_end: int) -> bool:
    """Whether the sentence that began at `start` ends at this stop; text follows on the line."""
    mark = stop.group().rstrip()
    if mark[0] in "。！？":
        return True
    following = _NEXT_WORD.match(text, stop.end(), line_end)
    if following is None:
        return False
    word = following.group(1)
    if word[0].islower():
        return False
    if mark[0] in "!?" and mark[-1] in _ENDINGS:
        return not _WHO_SAID_IT.match(text, stop.end(), line_end)
    if mark[0] != "." or mark.startswith(".."):
        return True
    before = _LAST_WORD.search(text, start, stop.start())
    return before is None or _stop_is_full(before.group(), word, mark, opens=before.start() == start)


def _stop_is_full(before: str, word: str, mark: str, *, opens: bool) -> bool:
    """Whether the stop between the words `before` and `word` ends a sentence, or belongs to `before`.

    `opens`: nothing stands before it in the sentence, so that a number there counts a list.
    """
    lowered = before.lower().lstrip("-")
    if before.isdecimal():
        return not (len(before) <= 2 and (opens or _GERMAN_DATE.fullmatch(word)))
    if len(mark) > 1 and not mark.endswith(")"):
        return True
    if lowered in _BEFORE_A_NUMBER and word[0].isdecimal():
        return False
    if lowered in _BEFORE_A_NAME:
        return False
    is_initial = re.fullmatch(r"(?:[^\W\d_][.-]+)*[^\W\d_]", before) is not None
    if is_initial or lowered in _EITHER:
        return word.lower() in _BEGINS_A_SENTENCE and not word.isupper()
    return True
