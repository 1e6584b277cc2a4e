"""On what ground somebody may be held to account, and who may decide about whom: checked before anything is applied."""

from collections.abc import Mapping
from typing import Any

from states.checking import Known, field_named, named
from states.errors import N_
from states.guards import fired_by_clocks
from states.opens import by_itself, word_of
from states.sheet import Path, Sheet
from states.vocabulary import ANYBODY, GROUNDS, POSTS

_PARTS = (("whom", ("party",)), ("post", ("text", "choice")), ("cites", ("ref",)), ("kind", ("choice",)))


def check_charge(definition: Mapping[str, Any], sheet: Sheet, known: Known) -> None:
    """Flaw a type with effects that asks for no verified failure, or lets somebody decide without a power to."""
    _check_failure(definition, sheet)
    grounds = definition.get("grounds")
    if definition["effects"] and not grounds:
        sheet.flaw(
            ("effects",),
            "effects-grounds",
            N_("Effects need a verified failure: `grounds:` says which fields name whom, post, failure and kind."),
        )
    if grounds:
        _check_grounds(definition, sheet, grounds, known)
    if definition.get("powers"):
        _check_powers(definition, sheet, definition["powers"], known)


def _check_failure(definition: Mapping[str, Any], sheet: Sheet) -> None:
    for state in definition.get("failure", ()):
        named(sheet, ("failure", f"={state}"), "state", state, definition["states"])
    decision = definition.get("decision", {})
    for key in decision:
        field_named(definition, sheet, ("decision", key), decision[key], "persons")


def _check_grounds(definition: Mapping[str, Any], sheet: Sheet, grounds: Mapping[str, Any], known: Known) -> None:
    if not definition["effects"]:
        sheet.flaw(("grounds",), "grounds-nothing", N_("Grounds belong to a type with effects; this one has none."))
        return
    for key, types in _PARTS:
        path: Path = ("grounds", key)
        if not field_named(definition, sheet, path, grounds[key], *types):
            continue
        field = definition["fields"][grounds[key]]
        if not field["required"]:
            sheet.flaw(
                path, "unset-field", N_("`{field}` may be empty when the case is opened; make it required."),
                field=grounds[key],
            )  # fmt: skip
        for name, action in definition["actions"].items() if key != "whom" else ():
            if grounds[key] in (*action["needs"], *action["takes"]):
                sheet.flaw(
                    ("actions", name),
                    "effects-changed",
                    N_("`{name}` would change `{field}`, which the ground of the case is made of."),
                    name=name,
                    field=grounds[key],
                )
    _check_kinds(definition, sheet, grounds)
    for index, effect in enumerate(definition["effects"]):
        party = definition["fields"].get(effect["whom"], {}).get("type") == "party"
        if party and effect["whom"] != grounds["whom"]:
            sheet.flaw(
                ("effects", index, "whom"),
                "effects-whom",
                N_("The effect falls on `{whom}`, but the ground is about `{other}`."),
                whom=effect["whom"],
                other=grounds["whom"],
            )
    posts = {ANYBODY, "body", "unit", *POSTS, *known.posts}
    for post in grounds["respondents"]:
        if post not in posts:
            sheet.unknown(("grounds", "respondents", f"={post}"), "word", post, sorted(posts))


def _check_kinds(definition: Mapping[str, Any], sheet: Sheet, grounds: Mapping[str, Any]) -> None:
    choices = definition["fields"].get(grounds["kind"], {}).get("choices") or ()
    for choice in choices:
        if choice not in GROUNDS:
            sheet.flaw(
                ("fields", grounds["kind"], "choices", choice),
                "grounds-kind",
                N_("`{kind}` is no ground: a ground is a duty that was not done. There are: {known}."),
                kind=choice,
                known=", ".join(GROUNDS),
            )


def _check_powers(definition: Mapping[str, Any], sheet: Sheet, powers: Mapping[str, Any], known: Known) -> None:
    if not definition.get("grounds"):
        sheet.flaw(("powers",), "powers-nobody", N_("Powers are over a respondent: say in `grounds:` who that is."))
    for action in powers["on"]:
        named(sheet, ("powers", "on", f"={action}"), "action", action, definition["actions"])
    for effect in definition["effects"]:
        if effect["on"] not in powers["on"]:
            sheet.flaw(
                ("powers", "on"),
                "powers-decision",
                N_("`{name}` has effects: who may do it belongs to the powers."),
                name=effect["on"],
            )
    about = {"body", "unit", *POSTS, *known.posts}
    for whom, roles in powers["about"].items():
        if whom not in about:
            sheet.unknown(("powers", "about", whom, "#"), "word", whom, sorted(about))
        for role in roles:
            path: Path = ("powers", "about", whom, f"={role}")
            known.role(sheet, path, role)
            if role in {"party", "opener", "owner", "system"}:
                sheet.flaw(path, "powers-decision", N_("`{name}` decides about nobody."), name=role)


def check_scheduler(definition: Mapping[str, Any], sheet: Sheet) -> None:
    """The scheduler only proposes: nothing but an end follows from a proposal by itself (RESPONSIBILITY.md E6)."""
    for name in sorted(fired_by_clocks(definition)):
        action = definition["actions"][name]
        to = action["to"]
        if definition["initial"] in action["from"] and to is not None and not definition["states"][to]["final"]:
            sheet.flaw(
                ("actions", name),
                "effects-scheduler",
                N_("A clock would do `{name}`, and so go on from a proposal: it may end one, and no more."),
                name=name,
            )


def check_proposal(
    definition: Mapping[str, Any], entry: Mapping[str, Any], sheet: Sheet, path: Path, opened: Mapping[str, Any]
) -> None:
    """What opens a case with effects: a person's act, or a limit that was missed, whose holder and post it names."""
    if not opened["effects"]:
        return
    kind = entry["case"]
    if entry["on"]["t"] == "opened" or (entry["on"]["t"] == "acted" and by_itself(entry, fired_by_clocks(definition))):
        flaw_opened(sheet, (*path, "on"), kind)
        return
    if entry["on"]["t"] == "acted":
        return
    grounds = opened.get("grounds") or {}
    given = {key: word_of(entry["fields"].get(grounds.get(key, ""))) for key in ("whom", "post", "cites")}
    whom, post, cites = given["whom"], given["post"], given["cites"]
    names = whom is not None and (
        whom.word in {"$unit", "$body"}
        or (post is not None and (whom.word, post.word, whom.of) == ("$holder", "$post", post.of))
    )
    if not names or cites is None or cites.word != "$ref":
        sheet.flaw(
            (*path, "case"),
            "effects-proposal",
            N_("A proposal cites the case (`$ref`) and names holder and post of one role, or the unit or body."),
        )
    if not _lapses(opened):
        sheet.flaw(
            (*path, "case"),
            "effects-lapse",
            N_("What the scheduler proposes lapses by itself: `{type}` needs a clock in `{state}` that ends it."),
            type=kind,
            state=opened["initial"],
        )


def flaw_opened(sheet: Sheet, path: Path, kind: str) -> None:
    """Flaw what would open a case with effects and is neither a person's act nor a limit that was missed."""
    sheet.flaw(
        path,
        "effects-opened",
        N_("A `{type}` has effects on somebody: only a person's act or a limit that was missed opens one."),
        type=kind,
    )


def _lapses(opened: Mapping[str, Any]) -> bool:
    """Whether a clock that every case has ends it, unless somebody takes it up."""
    initial = opened["initial"]
    for clock in opened["clocks"].values():
        action = opened["actions"].get(clock["then"] or "")
        if initial not in clock["runs_in"] or action is None or clock["if"] or clock["starts_on"] or clock["from"]:
            continue
        if initial in action["from"] and action["to"] and opened["states"][action["to"]]["final"]:
            return True
    return False
