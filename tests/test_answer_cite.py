"""Quotes are slices of the article, and the ones that hold the answer."""

import pytest

from answer.cite import CitedSentence, check, citations_of, marked, without_marks
from answer.cite import cite as cite_sentences
from answer.evidence import Sentence
from answer.verify import WordsVerifier
from byline.records import Article, Chunk, Citation, Passage
from byline.sentences import sentence_spans

TEXT = (
    "The council met in Brussels. Thierry Example and Lee Sample co-chaired it. The next one is planned for Seoul in"
    " 2031. Chips were discussed for two hours. It ended with a dinner."
)
ARTICLE = Article("a", "Council", TEXT)


def passage_of(start: int, end: int) -> Passage:
    return Passage(Chunk(f"a#{start}-{end}", ARTICLE, start, end, TEXT[start:end]), 1.0, frozenset({"words"}))


def read(passages: list[Passage]) -> list[Sentence]:
    """Every sentence of the passages, as evidence."""
    return [
        Sentence(p, p.chunk.start + start, p.chunk.start + end)
        for p in passages
        for start, end in sentence_spans(p.chunk.text)
    ]


def cite(text: str, question: str, passages: list[Passage]) -> tuple[str, tuple[Citation, ...]]:
    cited = cite_sentences(text, question, read(passages))
    return marked(cited), citations_of(cited)


def test_the_sentence_that_holds_the_answer_is_quoted_with_true_offsets() -> None:
    start = TEXT.index("Thierry")
    text, citations = cite("Seoul.", "where is the next one?", [passage_of(start, len(TEXT))])
    assert text == "Seoul. [1]"
    assert [c.quote for c in citations] == ["The next one is planned for Seoul in 2031."]
    assert citations[0].verbatim
    assert citations[0].supported is None


def test_a_second_quote_is_taken_for_what_the_first_lacks() -> None:
    text, citations = cite("Lee Sample will be in Seoul in 2031.", "when?", [passage_of(0, len(TEXT))])
    assert text.endswith("[1][2]")
    assert {c.quote for c in citations} == {
        "The next one is planned for Seoul in 2031.",
        "Thierry Example and Lee Sample co-chaired it.",
    }


def test_one_quote_keeps_one_number_across_sentences() -> None:
    text, citations = cite("Lee Sample co-chaired. Thierry Example too.", "who?", [passage_of(0, len(TEXT))])
    assert text == "Lee Sample co-chaired. [1] Thierry Example too. [1]"
    assert len(citations) == 1


def test_what_has_much_of_the_question_and_nothing_of_the_answer_is_not_quoted() -> None:
    asked = "Over what did the council quarrel that met in Brussels, planned in Seoul, and discussed for two hours?"
    story = (
        "Of the council that met in Brussels two hours were planned and discussed in Seoul. The quarrel was of chips."
    )
    article = Article("b", "Quarrel", story)
    passage = Passage(Chunk("b#0", article, 0, len(story), story), 1.0, frozenset({"words"}))
    _, citations = cite("chips", asked, [passage])
    assert [c.quote for c in citations] == ["The quarrel was of chips."]


def test_what_shares_nothing_with_the_articles_gets_no_quote() -> None:
    text, citations = cite("Bananas ripen quickly.", "what about fruit?", [passage_of(0, len(TEXT))])
    assert (text, citations) == ("Bananas ripen quickly.", ())
    assert cite("Seoul.", "where?", []) == ("Seoul.", ())


def test_marks_come_off() -> None:
    assert without_marks("Seoul. [1][2] And so on. [3]") == "Seoul. And so on."


@pytest.mark.parametrize(
    ("sentence", "supported"),
    [
        ("Lee Sample co-chaired it.", True),
        ("Seoul", True),
        ("Angela Sample co-chaired it.", False),
        ("It is planned for Seoul in 2032.", False),
    ],
)
def test_every_sentence_is_checked_against_what_it_cites(sentence: str, supported: bool) -> None:
    checked = check(cite_sentences(sentence, "?", read([passage_of(0, len(TEXT))])), "?", WordsVerifier())
    assert [citation.supported for citation in citations_of(checked)] == [supported] * len(citations_of(checked))
    assert citations_of(checked)


def test_a_quote_that_is_not_in_the_article_is_not_supported() -> None:
    forged = Citation(1, "The council met in Paris.", passage_of(0, len(TEXT)), 0, 25)
    checked = check([CitedSentence("The council met.", (forged,))], "?", WordsVerifier())
    assert citations_of(checked)[0].supported is False


def test_what_the_question_named_may_stand_elsewhere_in_the_article_but_not_nowhere() -> None:
    only_seoul = read([passage_of(TEXT.index("The next"), TEXT.index("Chips"))])
    for question, answer, supported in (
        ("where does Lee Sample go next?", "Lee Sample goes to Seoul.", True),
        ("where does Ana Lopez go next?", "Ana Lopez goes to Seoul.", False),
    ):
        checked = check(cite_sentences(answer, question, only_seoul), question, WordsVerifier())
        assert [citation.supported for citation in citations_of(checked)] == [supported]


def test_a_first_name_completes_a_name_that_the_article_has_in_full() -> None:
    text = "Ana Lopez came to Ostend. Later Lopez opened the harbour."
    article = Article("b", "Harbour", text)
    start = text.index("Later")
    later = Passage(Chunk("b#1", article, start, len(text), text[start:]), 1.0, frozenset({"words"}))
    for name, supported in (("Ana Lopez", True), ("Eva Lopez", False)):
        cited = cite_sentences(f"{name} opened the harbour.", "who opened it?", read([later]))
        assert [c.supported for c in citations_of(check(cited, "who opened it?", WordsVerifier()))] == [supported]


@pytest.mark.parametrize(
    ("question", "supported"),
    [("who co-chaired the council?", False), ("what is the web address of the council?", True)],
)
def test_a_link_that_was_not_asked_for_is_not_supported(question: str, supported: bool) -> None:
    text = "The council has a page. It is at https://council.example/page for all."
    article = Article("c", "Council", text)
    whole = Passage(Chunk("c#0", article, 0, len(text), text), 1.0, frozenset({"words"}))
    cited = cite_sentences("It is at https://council.example/page", question, read([whole]))
    assert [c.supported for c in citations_of(check(cited, question, WordsVerifier()))] == [supported]
