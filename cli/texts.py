"""The language people read. One gettext catalogue translates our words and click's own.

Paths are text here: pathlib would cost a tenth of what a person waits for.
"""
# ruff: noqa: PTH118, PTH120

import gettext
import os
from collections.abc import Mapping, Sequence

from states.errors import N_

__all__ = ["LANGUAGES", "N_", "_", "language", "pick", "plural", "role", "roles", "say", "title", "use"]

DOMAIN = "duecourse"
LOCALE = os.path.join(os.path.dirname(__file__), "locale")
LANGUAGES = ("en", "zh_CN")

# click asks gettext's global functions, each time it says something, so this reaches its words too.
gettext.bindtextdomain(DOMAIN, LOCALE)
gettext.textdomain(DOMAIN)

_now: dict[str, gettext.NullTranslations] = {}
_titled: set[str] = set()  # the languages whose readers get titles: English ones get the names they type, but on pages


def pick(wanted: Sequence[str | None], environ: Mapping[str, str]) -> str:
    """The first language named that we have: the wanted ones, then LC_ALL, LC_MESSAGES, LANG; else English."""
    for name in (*wanted, environ.get("LC_ALL"), environ.get("LC_MESSAGES"), environ.get("LANG")):
        if name:
            code = name.partition(".")[0].partition("@")[0].replace("-", "_").lower()
            return "zh_CN" if code == "zh" or code.startswith("zh_") else "en"
    return "en"


def use(code: str, *, titles: bool = False) -> None:
    """Speak this language from now on; ``titles`` also for English readers, who otherwise get names."""
    os.environ["LANGUAGE"] = code  # where gettext itself looks first
    if code == "en":
        found = gettext.NullTranslations()
    else:
        found = gettext.translation(DOMAIN, LOCALE, [code], fallback=True)
    _now.clear()
    _now[code] = found
    _titled.clear()
    if titles or code != "en":
        _titled.add(code)


def language() -> str:
    """The language in use: one of LANGUAGES."""
    return next(iter(_now), "en")


def _(text: str) -> str:
    """The text in the language in use."""
    for found in _now.values():
        return found.gettext(text)
    return text


def say(text: str) -> str:
    """`_` under a name that can be handed on."""
    return _(text)


def plural(one: str, many: str, n: int) -> str:
    """The form for n, with ``{n}`` filled in."""
    for found in _now.values():
        return found.ngettext(one, many, n).format(n=n)
    return (one if n == 1 else many).format(n=n)


def title(titles: Mapping[str, str] | None, name: str) -> str:
    """How a thing of the policy is called: English readers get the name they have to type."""
    if language() not in _titled:
        return name
    return (titles or {}).get("en" if language() == "en" else "zh") or name


# Roles and posts with a meaning of their own, and those of the shipped pack; English readers see the names that
# policies use.
_ROLES = (
    N_("owner"), N_("opener"), N_("party"), N_("system"), N_("first"), N_("direct"), N_("member_in_charge"),
    N_("unit_head"), N_("office"), N_("inspector"), N_("staff"), N_("reviewer"), N_("decider"),
    N_("head"), N_("desk"), N_("leading_group"), N_("group_office"), N_("chair"), N_("vice_chair"), N_("member"),
    N_("director"), N_("deputy_director"), N_("part_time_staff"),
)  # fmt: skip


def role(name: str) -> str:
    """How a role is called: a role of the superior body by its own name there."""
    if language() == "en":
        return name
    if name.startswith("superior."):
        return _("the superior body's {role}").format(role=role(name.removeprefix("superior.")))
    if name.startswith("above."):
        return _("the {role} above").format(role=role(name.removeprefix("above.")))
    return _(name)


def roles(names: str) -> str:
    """Several roles, as problems name them: `owner, unit_head`."""
    return ", ".join(role(name) for name in names.split(", "))
