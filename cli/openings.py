"""How people are told which cases an act, a limit or an opening brought with it, and which it could not open."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cli.texts import N_, _, role
from states.vocabulary import OPENED_BY

_WHY = {
    "vacant": N_("nobody holds the post: {of}"),
    "no-superior": N_("there is no body above"),
    "no-value": N_("there is nothing in {of}"),
    "no-type": N_("the policy in force has no such case type"),
    "on-record": N_("the same is on record already"),
    "no-ground": N_("it shows no failure that somebody in that post answers for"),
    "refused": N_("the case type in force now does not take it so: {of}"),
}


def lines(opened: Iterable[str], failed: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One line for all cases opened, one for each that was not."""
    if refs := ", ".join(opened):
        yield _("Opened: {refs}").format(refs=refs)
    for one in failed:
        of = role(one["of"]) if one["why"] == "vacant" else one["of"]
        why = _(_WHY.get(one["why"], one["why"])).format(of=of)
        yield _("Not opened: {case} for {unit} ({why})").format(case=one["case"], unit=one["unit"] or "–", why=why)


def origin(ref: str) -> str:
    """Which case opened this one."""
    return _("opened by {ref}").format(ref=ref)


def opener(links: Iterable[Mapping[str, str]]) -> str | None:
    """The case that opened this one, if any did."""
    return next((link["ref"] for link in links if link["kind"] == OPENED_BY), None)
