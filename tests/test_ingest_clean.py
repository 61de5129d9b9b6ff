"""Cleaning: the site's own lines go, the article's stay, letters are never touched, and twice is once."""

import timeit
from datetime import date
from pathlib import Path

import pytest

from ingest.clean import clean_page, clean_text, normalise
from ingest.site_lines import is_edge_line, is_site_line

FIRST = (
    "On Tuesday the city council of Ghent voted to close four streets around the old fish market to cars. The closure "
    "begins in May, and shops may be supplied until eleven in the morning."
)
SECOND = (
    "Critics fear for the shops. “We were not asked,” said Nele Maes, who sells bicycles in one of the four streets."
)
THIRD = "The council wants to count visitors for a year and then decide whether the streets stay closed for good."
KEPT = f"{FIRST}\n\n{SECOND}\n\nWhat happens next?\n\n{THIRD}"


HEADLINE = "Ghent closes streets around the fish market to cars"

ENGLISH = f"""Subscribe now and get 20% off your first order!
Skip to content
Home > Belgium > Ghent
Flanders Gazette

Ghent closes streets around the fish market to cars

March 27, 2024 | By Ana Diaz and Tom Peeters | flanders-gazette.example

Share this: Facebook - X - LinkedIn - E-mail

{FIRST}

Read more: Antwerp plans a tram under the river

{SECOND}

What happens next?

{THIRD}

Tags: Ghent | Traffic | Shops
12 Comments
Related articles
Bruges wants fewer tourists
A bridge for Leuven
We use cookies to make this site work. Accept all
Copyright © 2019-2024 flanders-gazette.example. All rights reserved."""

SPANISH = """¡Suscríbase a nuestro boletín gratuito!

Sevilla abre un nuevo puente sobre el Guadalquivir

27 de marzo de 2024 | diario-sur.example

El ayuntamiento de Sevilla abrió el lunes un puente para peatones y bicicletas. Costó doce millones de euros.

¿Qué viene ahora?

El próximo año se construirá un parque junto al puente, según explicó la alcaldesa durante la inauguración de la obra.

Etiquetas: Sevilla, Puentes
Todos los derechos reservados."""

GERMAN = """Jetzt anmelden und keine Nachricht verpassen

Köln baut einen Radweg über den Rhein

Von Jana Weiß
27. März 2024

Der Rat der Stadt Köln hat am Dienstag einen Radweg über den Rhein beschlossen. Er soll 2027 fertig sein.

Gebaut wird ab dem Sommer, sagte die Baudezernentin am Abend nach der Sitzung, die länger dauerte als geplant war.

Lesen Sie auch: Bonn spart bei Bussen
Teilen
© 2024 rheinblatt.example"""


def test_a_page_saved_as_text_loses_the_lines_of_its_site_and_gives_its_fields() -> None:
    clean = clean_page(ENGLISH)
    assert clean.text == KEPT
    assert clean.title == HEADLINE
    assert clean.published == date(2024, 3, 27)
    assert clean.source == "flanders-gazette.example"
    assert clean.authors == ("Ana Diaz", "Tom Peeters")
    assert "Read more: Antwerp plans a tram under the river" in clean.dropped and len(clean.dropped) == 15


def test_spanish_and_german_pages() -> None:
    spanish, german = clean_page(SPANISH), clean_page(GERMAN)
    assert spanish.title == "Sevilla abre un nuevo puente sobre el Guadalquivir"
    assert (spanish.published, spanish.source) == (date(2024, 3, 27), "diario-sur.example")
    assert spanish.text.startswith("El ayuntamiento") and spanish.text.endswith("de la obra.")
    assert "¿Qué viene ahora?" in spanish.text
    assert german.title == "Köln baut einen Radweg über den Rhein"
    assert (german.published, german.authors, german.source) == (
        date(2024, 3, 27),
        ("Jana Weiß",),
        "rheinblatt.example",
    )
    assert german.text.startswith("Der Rat der Stadt") and german.text.endswith("geplant war.")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("27 March 2024", date(2024, 3, 27)),
        ("2024-03-27", date(2024, 3, 27)),
        ("Published: 27th March 2024, 10:15 a.m.", date(2024, 3, 27)),
        ("Wednesday, March 27, 2024 - 5 min read", date(2024, 3, 27)),
        ("Mar, 27, 2024 Gazette.example", date(2024, 3, 27)),
        ("Veröffentlicht am 27.03.2024 um 10:15 Uhr", date(2024, 3, 27)),
        ("Publié le 27 mars 2024", date(2024, 3, 27)),
        ("2024年3月27日", date(2024, 3, 27)),
    ],
)
def test_the_date_is_found_in_many_forms_and_its_line_goes(line: str, expected: date) -> None:
    clean = clean_page(f"{HEADLINE}\n{line}\n\n{KEPT}")
    assert clean.published == expected
    assert clean.title == HEADLINE
    assert clean.text == KEPT


def test_the_name_of_the_site_is_no_headline_however_much_it_sounds_like_the_text() -> None:
    site = "Ghent Market Streets Shops"
    clean = clean_page(f"{site}\n\nA quiet spring\n\n27 March 2024\n\n{KEPT}\n\n© 2024 {site}")
    assert clean.title == "A quiet spring" and clean.text == KEPT


def test_a_date_in_a_sentence_of_the_article_is_not_its_date() -> None:
    clean = clean_page(f"A fair for books\n\nThe fair opened on 3 May 2021 in Turin. {FIRST}")
    assert clean.published is None and clean.text.startswith("The fair opened")


def test_a_page_without_a_head_keeps_all_of_its_text() -> None:
    assert clean_page(KEPT).text == KEPT and clean_page(KEPT).title is None


@pytest.mark.parametrize(
    "line",
    [
        "Copyright law is the next battlefield",
        "Subscribers fell by a third in 2023, the company said.",
        "Facebook",
        "Share prices fell sharply",
        "Comments by the minister angered Paris",
        "Related work has been done in Delft by two other groups.",
        "The newsletter of the party was seized by the police in March.",
        "See: nobody knows how it ends.",
        "Tags are no longer needed",
        "Cookies and cream",
        "Print is not dead",
        "X - the unknown",
        "Most popular names in Norway in 2023",
        "(c) general-purpose models with systemic risk",
        "Copyright rules for the training of AI models took effect in August 2025, the Commission said.",
        "Companies must let people unsubscribe with one click from June 2024, the regulator said.",
        "In the US, companies must let people unsubscribe with one click from June 2024.",
        "Since June you can unsubscribe from any list with one click, the regulator said.",
        "Register offices across Spain stop sending newsletters, the ministry said.",
        "Register offices across Spain stop sending newsletters",
        "Registrarse en el padrón costará diez euros desde junio, dijo el ministerio.",
        "Suscribe el convenio la ministra de Sanidad.",
    ],
)
def test_lines_of_an_article_are_no_site_lines(line: str) -> None:
    assert not is_site_line(line)
    text = f"{FIRST}\n\n{line}\n\n{SECOND}"
    assert clean_page(text).text == text == clean_text(text).text


@pytest.mark.parametrize(
    "line",
    [
        "© 2024 The Gazette",
        "Tous droits réservés.",
        "Tags: Europe, Trade",
        "Share on Facebook",
        "Facebook Twitter WhatsApp Email",
        "Sign up for our free newsletter",
        "Abonnieren Sie unseren Newsletter",
        "Read more: A bridge for Leuven",
        "Leia também: Porto abre museu",
        "You may also like: A bridge for Leuven",
        "23 Comments",
        "5 min read",
        "Advertisement",
        "Story continues below advertisement",
        "We use cookies to improve your experience.",
        "Terms of use - Privacy - Contact",
    ],
)
def test_lines_of_a_site_are_known_wherever_they_stand(line: str) -> None:
    assert is_site_line(line) and is_edge_line(line)
    assert clean_text(f"{FIRST}\n\n{line}\n\n{SECOND}").text == f"{FIRST}\n\n{SECOND}"


@pytest.mark.parametrize(
    "line",
    [
        "Copyright © The Gazette",
        "(c) 2024 The Gazette",
        "Copyright 2024 The Gazette. Reproduction only with permission.",
        "Sign up for the newsletter.",
        "Sign up to receive our critics' recommendations right in your inbox.",
        "Subscribe to the Business Desk briefing. No spam, unsubscribe at any time.",
        "You can unsubscribe at any time.",
        "Suscríbase al boletín.",
        "Abonnieren Sie den Newsletter.",
    ],
)
def test_what_a_site_asks_of_its_readers_goes_even_where_it_is_a_sentence(line: str) -> None:
    assert is_site_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "The council printed the last copy of its newsletter in June, the mayor said.",
        "Topics for the second day of the talks are tariffs on steel and on wine.",
        "Contact between the ministers and Facebook ended when the law was passed.",
        "Follow-up talks with Facebook begin in June.",
    ],
)
def test_a_last_sentence_of_the_article_is_no_edge_line(line: str) -> None:
    assert not is_edge_line(line)
    assert clean_page(f"{HEADLINE}\n27 March 2024\n\n{KEPT}\n\n{line}").text == f"{KEPT}\n\n{line}"


@pytest.mark.parametrize(
    "line",
    [
        "Share on Facebook Share on Twitter Share on WhatsApp Share on LinkedIn Share via Email Print 0 comments",
        "x " * 100 + "and",
        "Facebook | - " * 15 + "and more",
    ],
)
def test_no_line_takes_long_to_tell(line: str) -> None:
    assert not is_site_line(line)
    assert min(timeit.repeat(lambda: is_site_line(line), number=1, repeat=3)) < 0.2


def test_a_long_paragraph_never_goes() -> None:
    paragraph = "Subscribe to the newsletter, they said, and unsubscribe at any time. " * 5
    assert clean_page(f"{FIRST}\n\n{paragraph.strip()}").text.endswith(paragraph.strip())
    listed = "Tags: " + "a word about Ghent and its market, " * 8 + "and no more."
    assert clean_page(f"{FIRST}\n\n{listed}\n\n{SECOND}").text == f"{FIRST}\n\n{listed}\n\n{SECOND}"


def test_only_the_unseen_is_normalised() -> None:
    raw = "\ufeffCafe\u0301\u200b “quoted” ‘it’s’\u00a0 \u00ad– fi\r\n\r\n\r\n\r\nsecond\x00\x07\u2028line \t\n"
    assert normalise(raw) == "Café “quoted” ‘it’s’ – fi\n\nsecond\nline"
    assert normalise("می\u200cخواهم") == "می\u200cخواهم"


def test_a_hard_wrapped_paragraph_becomes_one_line_and_a_list_does_not() -> None:
    wrapped = (
        "The ferry between the two islands will run every hour from June\n"
        "on, and twice as often in the summer months of July and August,\n"
        "when most of the visitors come to see the old lighthouse and\nthe bay."
    )
    assert "\n" not in clean_text(wrapped).text
    listed = (
        "- apples from the valley, which ripen in autumn\n- pears from the hills, which ripen a week later\n- plums"
    )
    assert clean_text(listed).text == listed


@pytest.mark.parametrize(
    "raw", [ENGLISH, SPANISH, GERMAN, KEPT, "Short.", "a\nb\n\n\nc", "One line\n\n- x\n- y\n\nEnd."]
)
def test_cleaning_clean_text_changes_nothing(raw: str) -> None:
    once = clean_page(raw)
    assert clean_page(once.text, once.title or "").text == once.text
    assert clean_text(once.text, once.title).text == once.text
    assert normalise(once.text) == once.text


def test_cleaning_the_sample_collection_twice_is_cleaning_it_once() -> None:
    from ingest import read_articles

    folder = Path(__file__).parent.parent / "articles"
    articles = [article for _, article in read_articles([str(folder)])]
    assert len(articles) >= 10
    for article in articles:
        assert not isinstance(article, Exception), article
        assert clean_page(article.text, article.title).text == article.text
        assert clean_text(article.text, article.title).text == article.text
