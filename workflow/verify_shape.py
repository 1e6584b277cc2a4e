"""Whether a text is canonical, without taking it apart each time: most are like one that was seen before.

The canonical form of an object lies in its names, in their order and nesting; for any plain value (a string without
escapes, a whole number, true, false, null) another may stand, and it is canonical as before. So of a text that was
found canonical a pattern is made, of all that are like it, and whatever fits such a pattern is canonical too.
"""

import re
from collections.abc import Callable
from json.encoder import encode_basestring as quote
from typing import Any

from workflow.trail import canon, check

_MOST = 2_000  # patterns to remember: a text that never comes again in any form makes one each
_ALIKE = 24  # of one kind of event; each is tried in turn
_LONGEST = 4_000  # signs of a pattern
_PLAIN = r'(?:"[^"\\\x00-\x1f\ud800-\udfff]*+"|-?+[1-9][0-9]{0,14}+|0|null|true|false)'

Fits = Callable[[str, int, int], Any]  # (text, from, to) -> something, or None


class Shapes:
    """Patterns of the texts that were found to be canonical objects from the restricted domain."""

    def __init__(self, decode: Callable[[str, int], tuple[Any, int]]) -> None:
        self._decode = decode
        self._fits: dict[str, Fits] = {}

    def canonical(self, text: str, alike: list[Fits]) -> bool:
        """Whether this is the canonical text of an object; an exception of the decoder or of `check` where it is
        none at all. ``alike``: patterns that texts of this kind are likely to fit; the one found is put there.
        """
        end = len(text)
        for fits in alike:
            if fits(text, 0, end):
                return True
        value, stop = self._decode(text, 0)
        if stop != end or type(value) is not dict or canon(value) != text:
            return False
        if not text.isascii() or "\\u0000" in text:
            check(value)
        self._learn(value, text, alike)
        return True

    def _learn(self, value: dict[str, Any], text: str, alike: list[Fits]) -> None:
        pattern = _pattern(value) if len(alike) < _ALIKE and len(text) < _LONGEST else ""
        if not 0 < len(pattern) < _LONGEST:
            return
        fits = self._fits.get(pattern)
        if fits is None:
            if len(self._fits) >= _MOST:
                return
            fits = self._fits[pattern] = re.compile(pattern).fullmatch
        if fits(text, 0, len(text)):  # else a string of it is not plain
            alike.insert(0, fits)


def _pattern(value: Any) -> str:
    """Of all texts with these names in this nesting."""
    if isinstance(value, dict):
        members = (f"{re.escape(quote(name))}:{_pattern(value[name])}" for name in sorted(value))
        return rf"\{{{','.join(members)}\}}"
    if isinstance(value, list):
        items = [_pattern(item) for item in value]
        if items and all(item == items[0] for item in items):
            return rf"\[(?:{items[0]}(?:,{items[0]})*+)?\]"  # as many as there are
        return rf"\[{','.join(items)}\]"
    return _PLAIN
