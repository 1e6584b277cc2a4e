"""Whether a text is canonical, without taking it apart each time: most differ from one seen before in strings only.

The canonical form of an object depends on its keys, its numbers and how it is nested. Of a text in plain letters (no
escapes, so that every quotation mark begins or ends a string) these are what stands outside the strings, and the
strings before a colon. Where both are those of a text that was found canonical, so is this one.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from workflow.trail import canon, check

_MOST = 20_000  # shapes to remember; numbers that never come again make one each
_Pick = Callable[[list[str]], Any]


class Shapes:
    """The shapes of the texts that were found to be canonical objects from the restricted domain."""

    def __init__(self, decode: Callable[[str, int], tuple[Any, int]]) -> None:
        self._decode = decode
        self._known: dict[tuple[str, ...], tuple[_Pick, set[Any]]] = {}
        self._count = 0

    def canonical(self, text: str) -> bool:
        """Whether this is the canonical text of an object; an exception of the decoder or of `check` where it is
        none at all.
        """
        if text == "{}":
            return True
        if "\\" in text or not text.isascii() or not text.isprintable():
            return self._decided(text)
        pieces = text.split('"')
        outside = tuple(pieces[::2])
        known = self._known.get(outside)
        if known is not None and known[0](pieces) in known[1]:
            return True
        if not self._decided(text):
            return False
        self._learn(outside, pieces)
        return True

    def _decided(self, text: str) -> bool:
        value, end = self._decode(text, 0)
        if end != len(text) or type(value) is not dict or canon(value) != text:
            return False
        if not text.isascii() or "\\u0000" in text:
            check(value)
        return True

    def _learn(self, outside: tuple[str, ...], pieces: list[str]) -> None:
        if self._count >= _MOST:
            self._known.clear()
            self._count = 0
        self._count += 1
        if outside not in self._known:
            keys = [at for at in range(1, len(pieces), 2) if pieces[at + 1].startswith(":")]
            self._known[outside] = (itemgetter(*keys), set())
        pick, shapes = self._known[outside]
        shapes.add(pick(pieces))
