"""What a register may say, section by section: one reader for each kind of value, whatever file it stands in.

A reader answers what the database shall hold, or raises `Wrong`.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from states.errors import N_
from workflow.roles import is_person

if TYPE_CHECKING:
    from states.loader import Node, Place

Value = str | int | list[str] | None

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CODE = re.compile(r"\w[^\s/\\,;:\"'`$#|<>]{0,63}")
_POST = re.compile(r"[^\W\d_][\w-]{0,63}")
_EMAIL = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+")
_WORKED_OUT = ("owner", "opener", "party", "system")
_NO_CODE = N_("`{text}` cannot be a code: no spaces, slashes, commas, colons or quotes, 64 characters at most.")
_NO_LOGIN = N_("`{text}` cannot be a login: no spaces, slashes, commas, colons or quotes, 64 characters at most.")
_NO_POST = N_("`{text}` cannot be a post: lower-case letters, digits, `_` and `-`, a letter first, no spaces.")


class Wrong(Exception):
    """A value that cannot be used; carries the sentence and what fills it."""

    def __init__(self, message: str, at: "Place | None" = None, **places: Any) -> None:
        self.message = message
        self.at = at
        self.places = places


def _scalar(node: "Node") -> str:
    if node.kind in {"list", "map"}:
        raise Wrong(N_("`{key}` is one value, not a {kind}."), kind=node.kind)
    if node.kind == "null" or not node.raw.strip():
        raise Wrong(N_("`{key}` is empty."))
    return node.raw.strip()


def _line(node: "Node") -> str:
    text = _scalar(node)
    if not text.isprintable() or len(text) > 200:
        raise Wrong(N_("`{key}` is one line of at most 200 printable characters."))
    return text


def _code(node: "Node") -> str:
    text = _line(node)
    if not _CODE.fullmatch(text) or is_person(text):
        raise Wrong(_NO_CODE, node.place, text=text)
    return text


def _login(node: "Node") -> str:
    text = _line(node)
    if not _CODE.fullmatch(text.replace("\\", ".")):  # accounts of a Windows domain are DOMAIN\login
        raise Wrong(_NO_LOGIN, text=text)
    return text


def _post(node: "Node") -> str:
    text = _line(node)
    if not _POST.fullmatch(text) or text != text.lower():
        raise Wrong(_NO_POST, text=text)
    if text in _WORKED_OUT or text.startswith(("superior", "above")):
        raise Wrong(N_("`{text}` is worked out from each case; nobody is posted to it."), text=text)
    return text


def _day(node: "Node") -> str:
    text = _scalar(node)
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise Wrong(N_("`{text}` is not a day; write it like 2026-03-31."), text=text) from None
    return text


def _flag(node: "Node") -> int:
    if node.kind != "bool":
        raise Wrong(N_("`{key}` is true or false."))
    return int(node.raw.lower() == "true")


def _level(node: "Node") -> int:
    if node.kind != "int" or int(node.raw) < 1 or int(node.raw) > 99:
        raise Wrong(N_("`{key}` is a whole number from 1, the highest, to 99."))
    return int(node.raw)


def _email(node: "Node") -> str:
    text = _line(node)
    if not _EMAIL.fullmatch(text):
        raise Wrong(N_("`{text}` is not an e-mail address."), text=text)
    return text


def _zone(node: "Node") -> str:
    from zoneinfo import ZoneInfo

    text = _line(node)
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        raise Wrong(N_("`{text}` is not a time zone; they are named like Asia/Shanghai."), text=text) from None
    return text


def _codes(node: "Node") -> list[str]:
    if node.kind != "list":
        return [_code(node)]
    return list(dict.fromkeys(_code(item) for item in node.items))


def _or_nothing(read: Callable[["Node"], Value]) -> Callable[["Node"], Value]:
    return lambda node: None if node.kind == "null" else read(node)


Keys = dict[str, Callable[["Node"], Value]]

SECTIONS: dict[str, tuple[Keys, tuple[str, ...]]] = {
    "units": (
        {
            "code": _code,
            "name": _line,
            "parent": _or_nothing(_code),
            "kind": _code,
            "zone": _or_nothing(_zone),
            "calendar": _or_nothing(_code),
        },
        ("code",),
    ),
    "posts": ({"unit": _code, "post": _post, "level": _or_nothing(_level), "single": _flag}, ("unit", "post")),
    "people": ({"login": _login, "name": _line, "email": _or_nothing(_email)}, ("login",)),
    "postings": (
        {"person": _login, "unit": _code, "post": _post, "from": _day, "to": _or_nothing(_day), "acting": _flag},
        ("person", "unit", "post", "from"),
    ),
    "leave": (
        {"person": _login, "deputy": _or_nothing(_login), "from": _day, "to": _day},
        ("person", "from", "to"),
    ),
    "portfolios": (
        {"person": _login, "units": _codes, "from": _day, "to": _or_nothing(_day)},
        ("person", "units"),
    ),
}
