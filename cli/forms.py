"""The options of `new` and `do`, made from the policy: one for each field, explained in the reader's language.

None is marked as required here: a refusal by state or role comes before a missing field, and the engine knows both.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cli.base import Opt, dashed
from cli.texts import N_, _, language, title
from states.errors import NotFound
from states.vocabulary import LISTS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from workflow.store import Tx

_PREFIX = "field_"
_SHAPES = {
    "text": "TEXT",
    "int": "N",
    "date": "DAY",
    "time": "TIME",
    "flag": "yes|no",
    "person": "LOGIN",
    "persons": "LOGIN,…",
    "unit": "UNIT",
    "units": "UNIT,…",
    "posts": "POST,…",
    "party": "LOGIN|UNIT",
    "ref": "REF|DUTY",
    "duration": "DUR",
}


class Pinned(NamedTuple):
    """Which version of which case type a case follows, and where it stands."""

    type: str
    state: str
    definition: str


def pinned(tx: "Tx", ref: str) -> Pinned | None:
    """What a case is pinned to; None where there is no such case."""
    from workflow.case import Case
    from workflow.sql.ask import CASE

    row = tx.one(CASE, ref=ref)
    if row is None:
        return None
    case = Case(row)
    return Pinned(case.type, case.state, case.definition)


def pinned_or_refused(tx: "Tx", ref: str) -> Pinned:
    """What a case is pinned to; NotFound where there is no such case."""
    found = pinned(tx, ref)
    if found is None:
        raise NotFound(
            "There is no case {ref} here.", hint=N_("`duecourse case list` shows the cases there are."), ref=ref
        )
    return found


def spoken(titles: Mapping[str, str] | None, name: str) -> str:
    """The title of a thing of the policy in the reader's language."""
    return (titles or {}).get("en" if language() == "en" else "zh") or name


def field_options(definition: Mapping[str, Any], names: Iterable[str], needed: Iterable[str]) -> list[click.Parameter]:
    """One option for each of these fields."""
    must = set(needed)
    return [_field(name, definition["fields"][name], name in must) for name in dict.fromkeys(names)]


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields among the values of a command, by name, as the engine takes them."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if not name.startswith(_PREFIX) or value is None or value == ():
            continue
        codes = [code.strip() for part in value for code in part.split(",")] if isinstance(value, tuple) else None
        found[name.removeprefix(_PREFIX)] = value if codes is None else [code for code in codes if code]
    return found


def _field(name: str, spec: Mapping[str, Any], needed: bool) -> Opt:
    kind = spec["type"]
    more: dict[str, Any] = {}
    if kind in LISTS:
        more["multiple"] = True
    if kind == "flag":
        more |= {"is_flag": False, "flag_value": "yes"}
    if kind == "choice":
        more["shell_complete"] = _completer(spec["choices"], spec["titles"])
    shape = "|".join(spec["choices"]) if kind == "choice" else _SHAPES[kind]
    return Opt([f"--{dashed(name)}", _PREFIX + name], metavar=shape, help=_about(name, spec, needed), **more)


def _about(name: str, spec: Mapping[str, Any], needed: bool) -> str:
    """The help of a field: its title, what its choices mean, whether it has to be given."""
    text = spoken(spec["title"], name)
    if spec["choices"] and language() != "en":
        text += "：" + "、".join(f"{choice} {title(spec['titles'].get(choice), choice)}" for choice in spec["choices"])
    if needed:
        text += f"  [{_('required')}]"
    elif spec["default"] is not None:
        text += "  [" + _("default: {default}").format(default=spec["default"]) + "]"
    return text


def _completer(choices: Sequence[str], titles: Mapping[str, Any]) -> Any:
    def complete(_ctx: click.Context, _param: click.Parameter, begun: str) -> "list[CompletionItem[str]]":
        from click.shell_completion import CompletionItem

        return [
            CompletionItem(choice, help=spoken(titles.get(choice), choice))
            for choice in choices
            if choice.startswith(begun)
        ]

    return complete
