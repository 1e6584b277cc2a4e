"""Bars of text for tables on a terminal: signs of one column in every font and width, told apart without colours."""

from collections.abc import Sequence

BROAD = 20  # columns of a whole bar
SIGNS = "#+!."


def stacked(parts: Sequence[int], most: int, broad: int = BROAD) -> str:
    """The parts of a whole side by side, drawn so that ``most`` fills the bar.

    A part that is not nothing shows, while there is room.
    """
    if most <= 0:
        return ""
    drawn, seen, so_far = "", 0, 0
    for sign, part in zip(SIGNS, parts, strict=False):
        so_far += part
        end = (2 * so_far * broad + most) // (2 * most)
        if part and end == seen and seen < broad:
            end = seen + 1
        drawn += sign * (end - seen)
        seen = max(seen, end)
    return drawn
