"""What a page holds and does not show: elements hidden by their attributes or inline style.

Readers never see it, so nothing may be answered from it; it is where a page speaks to search engines and to models.
Style sheets are not read, so what they hide stays.
"""

import re
from typing import Any

_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)"
    r"|(?<![\w-])(?:left|top|right|text-indent)\s*:\s*-\d{3,}",
    re.I,
)
_MEASURE = re.compile(
    r"(?<![\w-])(?P<what>opacity|font-size)\s*:\s*(?P<number>\d+(?:\.\d+)?|\.\d+)(?P<unit>[a-z]+|%)?", re.I
)
_PIXELS = {"": 1.0, "px": 1.0, "pt": 1.0, "%": 0.16}
"""Of each unit, roughly; any other, as em and rem, is about the usual size of letters."""
USUAL_PIXELS = 16.0
LARGEST_UNREADABLE, FAINTEST_READABLE = 1.0, 0.05
"""Letters of at most so many pixels, and of less than this opacity, are not seen."""
_WHITE = r"(?:#fff(?:fff)?\b|white\b|rgba?\(\s*255\s*,\s*255\s*,\s*255\b)"
_WHITE_TEXT = re.compile(rf"(?<![\w-])color\s*:\s*{_WHITE}", re.I)
_BACKGROUND = re.compile(rf"(?<![\w-])background(?:-color|-image)?\s*:\s*(?!{_WHITE})\S", re.I)
MOST_HIDDEN = 0.5
"""An element with more of the page's text is shown by a script once it has loaded; it stays."""


def drop_hidden(tree: Any) -> None:
    """Takes hidden elements out of a parsed page, in place; what follows them stays."""
    whole = len(tree.text_content())
    for element in list(tree.iter()):
        hidden = isinstance(element.tag, str) and element.getparent() is not None and _is_hidden(element)
        if hidden and len(element.text_content()) <= MOST_HIDDEN * whole:
            element.drop_tree()


def _is_hidden(element: Any) -> bool:
    style = element.get("style") or ""
    if element.get("hidden") is not None or _STYLE.search(style):
        return True
    if any(_is_unseen(measure) for measure in _MEASURE.finditer(style) if not _may_be_overruled(measure, element)):
        return True
    return bool(_WHITE_TEXT.search(style)) and not any(_is_dark(one) for one in (element, *element.iterancestors()))


def _may_be_overruled(measure: re.Match[str], element: Any) -> bool:
    """Whether what it holds may have a size of its own: no size around boxes is how some pages close gaps."""
    within = element.iterdescendants()
    return measure["what"].lower() == "font-size" and any(one.get("style") or one.get("class") for one in within)


def _is_unseen(measure: re.Match[str]) -> bool:
    number, unit = float(measure["number"]), (measure["unit"] or "").lower()
    if measure["what"].lower() == "opacity":
        return number / (100 if unit == "%" else 1) < FAINTEST_READABLE
    return number * _PIXELS.get(unit, USUAL_PIXELS) <= LARGEST_UNREADABLE


def _is_dark(element: Any) -> bool:
    """Whether an element says that it has a background, on which white letters can be read."""
    return bool(_BACKGROUND.search(element.get("style") or "")) or element.get("bgcolor") is not None
