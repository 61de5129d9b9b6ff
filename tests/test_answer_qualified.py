"""What qualifies a number or a name: turned round it is not supported, told in other words it is."""

import pytest

from answer.verify import WordsVerifier

FIRE = "Nearly 300 people fled the fire, and at least 40 are missing. Repairs cost no more than €2m, officials said."
COURT = "Police arrested Omar Haddad, 29, in Lyon and his cousin, Karim Said, 33, in Nice. Both are sailors."
MAYORS = "Former mayor Hans Keller and acting mayor Lisa Brandt opened the fair. President Ines Roth spoke."


@pytest.mark.parametrize(
    ("passage", "sentence", "supported"),
    [
        (FIRE, "More than 300 people fled the fire.", False),
        (FIRE, "Nearly 300 people fled.", True),
        (FIRE, "At most 40", False),
        (FIRE, "More than 40 are missing.", True),
        (FIRE, "Over 2 million euros", False),
        (FIRE, "At most 2 million euros", True),
        (COURT, "Karim Said is 29.", False),
        (COURT, "Karim Said, 33", True),
        (COURT, "29-year-old Karim Said", False),
        (COURT, "The 29-year-old Omar Haddad", True),
        (MAYORS, "Mayor Hans Keller opened the fair.", False),
        (MAYORS, "Former mayor Hans Keller opened the fair.", True),
        (MAYORS, "Hans Keller", True),
        (MAYORS, "President Ines Roth", True),
    ],
)
def test_what_qualifies_is_not_turned_round(passage: str, sentence: str, supported: bool) -> None:
    assert WordsVerifier().supports(passage, sentence) is supported
