"""Text on a terminal: how wide it is, how it is cut, and what must not reach the screen."""

_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160)], "\N{REPLACEMENT CHARACTER}")
_CONTROLS |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # these would reorder the line
_BREAKS = {9: " ", 10: " ", 13: " "}


def clean(text: str) -> str:
    """The text without what a terminal would obey; tabs and line ends stay."""
    return text if text.isprintable() else text.translate(_CONTROLS)


def one_line(text: str) -> str:
    """The text as one clean line."""
    return text if text.isprintable() else text.translate(_BREAKS).translate(_CONTROLS)


def width(text: str) -> int:
    """How many columns the text takes; wide East Asian signs take two, marks that combine none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def pad(text: str, to: int) -> str:
    """The text filled with blanks to a width."""
    return text + " " * (to - width(text))


def cut(text: str, to: int) -> str:
    """The text, shortened with an ellipsis where it is wider."""
    if width(text) <= to:
        return text
    kept = ""
    room = to - 1
    for sign in text:
        room -= width(sign)
        if room < 0:
            break
        kept += sign
    return kept + "…"
