"""Thirteen small stories, each about an invented town: what happened, and what is asked about it.

`{town}`, `{right}` and `{false}` are filled in by the writer. Nothing here is real.
"""

from dataclasses import dataclass
from typing import Literal

Value = Literal["person", "number", "day", "place"]


@dataclass(frozen=True, slots=True)
class Story:
    """`tells` are five ways to state the answer, for five newspapers; `talk` is about the same and states nothing."""

    title: str
    question: str
    value: Value
    tells: tuple[str, str, str, str, str]
    talk: str


STORIES = (
    Story(
        "New bridge of {town} opens to traffic",
        "Who opened the new bridge of {town}?",
        "person",
        (
            "The new bridge of {town} was opened by {right}, who cut the ribbon at noon.",
            "{right} opened the new bridge of {town} in front of a large crowd.",
            "It was {right} who opened the new bridge of {town} to carts and cars.",
            "The ribbon at the new bridge of {town} was cut by {right}, who opened it with a short speech.",
            "After a march by the brass band, {right} opened the new bridge of {town}.",
        ),
        "The new bridge of {town} is longer than the old one, and the ferrymen look for other work.",
    ),
    Story(
        "Museum of {town} buys an early map",
        "How many crowns did the museum of {town} pay for the map?",
        "number",
        (
            "The museum of {town} paid {right} crowns for a map of the coast.",
            "For a map of the coast the museum of {town} has paid {right} crowns.",
            "The price was {right} crowns: that is what the museum of {town} paid for the map.",
            "At an auction the museum of {town} bought the map and paid {right} crowns.",
            "{right} crowns is what the museum of {town} paid for its new map.",
        ),
        "The museum of {town} shows the map in the hall on the ground floor, behind glass.",
    ),
    Story(
        "Lantern festival of {town} has a date",
        "On which day does the lantern festival of {town} begin?",
        "day",
        (
            "The lantern festival of {town} begins on {right} with a walk along the harbour.",
            "On {right} the lantern festival of {town} begins.",
            "This year the lantern festival of {town} begins on {right}, as the council announced.",
            "The council of {town} has set the day: the lantern festival begins on {right}.",
            "The first lanterns of the festival of {town} will be lit on {right}, when it begins.",
        ),
        "The lantern festival of {town} draws visitors from the whole valley, and rooms are short.",
    ),
    Story(
        "School of {town} moves into a new house",
        "How many pupils does the school of {town} have?",
        "number",
        (
            "The school of {town} has {right} pupils and moved into its new house in autumn.",
            "With {right} pupils the school of {town} had outgrown its old house.",
            "The school of {town} has {right} pupils, the head said at the opening.",
            "There are {right} pupils at the school of {town}.",
            "The school of {town}, which has {right} pupils, now has a gymnasium.",
        ),
        "The school of {town} has a new house with a roof of slate and a bell from the old one.",
    ),
    Story(
        "Hospital of {town} has a new head",
        "Who leads the hospital of {town}?",
        "person",
        (
            "{right} leads the hospital of {town} since the spring.",
            "The hospital of {town} is led by {right}.",
            "Since the spring the hospital of {town} has been led by {right}, a surgeon.",
            "The board has chosen {right}, who now leads the hospital of {town}.",
            "The hospital of {town}, which {right} leads, has forty beds.",
        ),
        "The hospital of {town} has forty beds and a garden, and its kitchen was rebuilt last year.",
    ),
    Story(
        "{town} has chosen its mayor",
        "How many votes did the new mayor of {town} get?",
        "number",
        (
            "The new mayor of {town} got {right} votes in the second round.",
            "With {right} votes the new mayor of {town} won the second round.",
            "{right} votes went to the new mayor of {town}.",
            "The count is over: the new mayor of {town} got {right} votes.",
            "The new mayor of {town}, who got {right} votes, thanked all who came.",
        ),
        "The new mayor of {town} moves into the town hall in May, and wants to mend the roof first.",
    ),
    Story(
        "Glass works of {town} take on workers",
        "How many people work at the glass works of {town}?",
        "number",
        (
            "{right} people work at the glass works of {town}.",
            "At the glass works of {town} {right} people work, more than ever.",
            "The glass works of {town} say that {right} people work there now.",
            "The glass works of {town} are growing: {right} people work at its ovens.",
            "With {right} people at work, the glass works of {town} are the largest of the valley.",
        ),
        "The glass works of {town} make lamps and bottles, and heat a part of the town.",
    ),
    Story(
        "Library of {town} reopens",
        "On which day does the library of {town} open again?",
        "day",
        (
            "The library of {town} opens again on {right}, after a year of repairs.",
            "On {right} the library of {town} opens again.",
            "Readers can come back: the library of {town} opens again on {right}.",
            "After a year of repairs the library of {town} opens again on {right}.",
            "The library of {town} named {right} as the day on which it opens again.",
        ),
        "The library of {town} was closed for repairs of its reading room, which was damp.",
    ),
    Story(
        "Ferry from {town} begins its trips",
        "To which island does the new ferry from {town} go?",
        "place",
        (
            "The new ferry from {town} goes to {right} twice a day.",
            "Twice a day the new ferry from {town} goes to {right}, an island of fishermen.",
            "The island of {right} is where the new ferry from {town} goes.",
            "From {town} the new ferry goes to the island of {right}.",
            "The new ferry goes from {town} to {right} in forty minutes.",
        ),
        "The new ferry from {town} has room for sixty, and its deck is open in summer.",
    ),
    Story(
        "Orchestra of {town} opens its season",
        "Who conducts the orchestra of {town}?",
        "person",
        (
            "The orchestra of {town} is conducted by {right}, who came from the opera.",
            "{right} conducts the orchestra of {town}.",
            "Since last winter {right} conducts the orchestra of {town}.",
            "The orchestra of {town}, which {right} conducts, opens its season with a mass.",
            "The season is opened by {right}, who conducts the orchestra of {town}.",
        ),
        "The orchestra of {town} plays in the old market hall until its own is repaired.",
    ),
    Story(
        "Stadium of {town} is finished",
        "How many seats does the stadium of {town} have?",
        "number",
        (
            "The stadium of {town} has {right} seats and is finished at last.",
            "With {right} seats the stadium of {town} is finished at last.",
            "The finished stadium of {town} has {right} seats.",
            "{right} seats: so many has the stadium of {town}.",
            "The stadium of {town}, which has {right} seats, was finished a month early.",
        ),
        "The stadium of {town} was built on the site of a brick works and has a roof of wood.",
    ),
    Story(
        "Lighthouse of {town} is sold",
        "Who bought the lighthouse of {town}?",
        "person",
        (
            "The lighthouse of {town} was bought by {right}, who wants to live in it.",
            "{right} bought the lighthouse of {town} from the harbour office.",
            "It is {right} who bought the lighthouse of {town}.",
            "The harbour office sold the lighthouse of {town}; {right} bought it.",
            "The lighthouse of {town}, which {right} bought, needs new windows.",
        ),
        "The lighthouse of {town} has been dark for ten years, and its stairs are steep.",
    ),
    Story(
        "Observatory of {town} sees a comet",
        "On which day did the observatory of {town} see the comet?",
        "day",
        (
            "The observatory of {town} saw the comet on {right}, low over the hills.",
            "On {right} the observatory of {town} saw the comet.",
            "The comet was seen by the observatory of {town} on {right}.",
            "It was on {right} that the observatory of {town} saw the comet.",
            "The observatory of {town} reports that it saw the comet on {right}.",
        ),
        "The observatory of {town} stands on a hill, and the comet is too faint for the eye.",
    ),
)
