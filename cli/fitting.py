"""Tables that fit the terminal they are read on: cells are cut where they are widest, and what can be spared goes."""

import shutil
import sys
from collections.abc import Sequence

from cli.width import cut, width

LEAST = 13  # columns that are left of a cell, however narrow the terminal: the number of a case stays whole
GAP = 2


def room() -> int | None:
    """The columns of the terminal results are printed on; None where nobody looks at one."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def fitted(lines: Sequence[Sequence[str]], spare: Sequence[int], broad: int) -> list[list[str]]:
    """The lines in so many columns, as far as that can be: columns of ``spare`` go one by one, the first first, where
    cutting alone would not do; then the widest cells are cut."""
    count = max(map(len, lines))
    widths = [max((width(line[at]) for line in lines if at < len(line)), default=0) for at in range(count)]
    kept = list(range(count))
    for at in spare:
        if sum(min(widths[one], LEAST) for one in kept) + GAP * (len(kept) - 1) > broad and at in kept:
            kept.remove(at)
    over = sum(widths[at] for at in kept) + GAP * (len(kept) - 1) - broad
    while over > 0:
        at = max(kept, key=lambda one: widths[one])
        if widths[at] <= LEAST:
            break
        widths[at] -= 1
        over -= 1
    return [[cut(line[at], widths[at]) for at in kept if at < len(line)] for line in lines]
