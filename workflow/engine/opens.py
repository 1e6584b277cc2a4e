"""One case opens others, in the commit of what sets it off: each is worked out first, then numbered, then begun.

What is worked out before the event of the trigger is written cannot fail afterwards, and what cannot be opened is put
on record there and stops nobody. Locks: the case of the trigger is locked already, then the register of openings, which
every opening takes; a case that begins is nobody else's yet.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from states.errors import Invalid, NotFound, NotNow, Usage
from states.opens import Entry, Trigger, Word, limit_of, triggered, values_of, word_of
from workflow import failures, fields, numbers, periods, policies, roles
from workflow.engine import opening
from workflow.engine.distinct import Twin, alike
from workflow.engine.opening import LONGEST_TITLE, Draft
from workflow.failures import Failure
from workflow.instants import moment
from workflow.roles import Holder, Standing
from workflow.scene import Scene
from workflow.sql import cases as sql
from workflow.trail import Who, Written
from workflow.windows import every_of


class Cannot(Exception):
    """A case cannot be opened: ``why`` is one word, ``of`` the role, the field or the type it is about."""

    def __init__(self, why: str, of: str = "") -> None:
        super().__init__(why, of)
        self.why = why
        self.of = of


class Opens(NamedTuple):
    """What a trigger opens: what its event says about it, and the cases to begin once that is written."""

    scene: Scene
    data: dict[str, Any]
    drafts: list[Draft]

    @property
    def told(self) -> dict[str, Any]:
        """What the outcome of an act says about it."""
        refs = tuple(row["ref"] for row in self.data.get("opens", ()))
        return {"opened": refs, "not_opened": tuple(self.data.get("not_opened", ()))}

    def begin(self, who: Who, written: Written) -> None:
        """Every case begins, linked both ways."""
        tx, case = self.scene.tx, self.scene.case
        rows = self.data.get("opens", [])
        for row, found in zip(rows, self.drafts, strict=True):
            by = {"ref": case.ref, "n": written.n, "link": row["link"]} | {k: row[k] for k in ("due",) if k in row}
            opening.begin(tx, found, who, ref=row["ref"], by=by)
            tx.put(sql.LINK_NEW, case_id=case.id, kind=row["link"], ref=row["ref"])


def planned(scene: Scene, on: Trigger, *, as_of: str | None = None) -> Opens | None:
    """What this trigger opens in this case; None where nothing hangs on it."""
    entries = triggered(scene.definition, on, scene.case.fields, _every(scene))
    if not entries:
        return None
    opens: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    drafts: list[Draft] = []
    pending = failures.pending(scene, on)
    for entry in entries:
        about: dict[str, Any] = {"case": entry["case"], "link": entry["link"]}
        limit = limit_of(entry, scene.case.fields)
        for unit in _units(scene, entry):
            if unit is None:
                failed.append({**about, "unit": None, "why": "no-superior", "of": ""})
                continue
            try:
                found = _draft(scene, entry, unit, as_of, pending)
                _differs(found, drafts)
            except Cannot as cannot:
                failed.append({**about, "unit": unit, "why": cannot.why, "of": cannot.of})
                continue
            if not drafts:
                numbers.hold(scene.tx)
            drafts.append(found)
            row = {**about, "unit": unit, "ref": opening.reserve(scene.tx, found)}
            opens.append(row | ({"due": limit} if limit else {}))
    data = ({"opens": opens} if opens else {}) | ({"not_opened": failed} if failed else {})
    return Opens(scene, data, drafts)


def _differs(found: Draft, drafts: list[Draft]) -> None:
    """Cannot where the same trigger opens the same thing already: none of them is on record yet."""
    for one in drafts:
        if (one.type, one.unit) == (found.type, found.unit) and alike(found.definition, one.values, found.values):
            raise Cannot("on-record", found.type)


def _every(scene: Scene) -> str | None:
    """The window of the duty that opened this case, where it matters, one did, and its day was not over by then.

    After downtime a case opens late: nobody is held to account for a day that was over before anybody was asked.
    """
    case = scene.case
    if not case.duty or not any("duty" in entry for entry in scene.definition["opens"]):
        return None
    found = periods.of_case(scene.tx, case.ref)
    opened_on = moment(case.opened_at).astimezone(ZoneInfo(scene.zone)).date().isoformat()
    if found is None or opened_on > found.due_on:
        return None
    return every_of(found.window)


def _units(scene: Scene, entry: Entry) -> list[str | None]:
    """The units that get a case; None stands for the body above where there is none."""
    match entry["unit"]:
        case "$unit":
            return [scene.case.unit]
        case "$body":
            return [scene.standing.body]
        case "$superior":
            return [scene.standing.superior]
        case "$above":
            return [scene.standing.above]
    value = scene.case.fields.get(entry["unit"])
    return [value] if isinstance(value, str) else list(value or ())


def _draft(scene: Scene, entry: Entry, unit: str, as_of: str | None, pending: Failure | None) -> Draft:
    """The case of one unit; Cannot where it could not be opened as the law asks for it."""
    tx = scene.tx
    definition = policies.in_force(tx, entry["case"])
    if definition is None:
        raise Cannot("no-type", entry["case"])
    try:
        there = roles.standing(tx, unit, scene.standing.on)
        values = dict(_values(scene, entry, definition, there, as_of))
        owners = roles.owners_of(there, entry["owner"], scene.definition["roles"]) if entry["owner"] else []
        owner = owners[0].person if owners else None
        return opening.draft(tx, definition, unit, _title(scene, entry, definition), owner, values, pending)
    except Twin as problem:
        raise Cannot("on-record", entry["case"]) from problem
    except NotNow as problem:  # a charge without a verified failure, or about somebody who did not hold the post then
        raise Cannot("no-ground", entry["case"]) from problem
    except (Usage, NotFound, Invalid) as problem:  # the type in force now wants what the pinned law does not give
        raise Cannot("refused", problem.where.lstrip("-").replace("-", "_")) from problem


def _title(scene: Scene, entry: Entry, definition: Mapping[str, Any]) -> str:
    """What kind of thing it is, in both languages, and what the case that opens it is called."""
    spoken = " / ".join(text for text in dict.fromkeys((entry["title"] or definition["title"]).values()) if text)
    return f"{spoken}: {scene.case.title}"[:LONGEST_TITLE].rstrip(" :")


def _values(
    scene: Scene, entry: Entry, definition: policies.Definition, there: Standing, as_of: str | None
) -> Iterator[tuple[str, Any]]:
    """The fields of the new case in their kept form; one that stays empty is left out unless the case needs it."""
    for name, value in values_of(entry, definition["fields"]).items():
        spec = definition["fields"].get(name)
        if spec is None:
            raise Cannot("refused", name)
        word = word_of(value)
        if word is None:
            yield name, fields.kept(scene.tx, name, spec, value)
            continue
        try:
            yield name, _fitting(spec, name, _meant(scene, word, there, as_of))
        except Cannot:
            if spec["required"] and spec["default"] is None:
                raise


def _fitting(spec: Mapping[str, Any], name: str, value: Any) -> Any:
    """A kept value in the kept form of the field it goes into."""
    match spec["type"]:
        case "units" | "persons" | "posts" if isinstance(value, str):
            return [value]
        case "text":
            return str(value)
        case "choice" if value not in spec["choices"]:
            raise Cannot("refused", name)
    return value


def _meant(scene: Scene, word: Word, there: Standing, as_of: str | None) -> Any:
    """What a word stands for here and now, or in ``as_of`` where it is about who answers."""
    case, here = scene.case, scene.standing
    match word.word:
        case "$ref":
            return case.ref
        case "$title":
            return case.title or _none("$title")
        case "$field":
            value = case.fields.get(word.of or "")
            return _none(word.of) if value is None or isinstance(value, dict) else value  # erased: a mark, no value
        case "$holder" | "$post":
            found = _holder(scene, word.of or "", as_of)
            return found.person if word.word == "$holder" else found.post
    around = there if word.word.startswith("$new-") else here
    match word.word.removeprefix("$new-").removeprefix("$"):
        case "unit":
            return around.unit
        case "body":
            return around.body
        case "superior":
            return around.superior or around.body
        case "above":
            return around.above or around.body
    raise AssertionError(word)  # the compiler lets no other word through


def _none(of: str | None) -> Any:
    raise Cannot("no-value", of or "")


def _holder(scene: Scene, role: str, as_of: str | None) -> Holder:
    """Who holds the role in the case of the trigger, present or not, on the day it is about."""
    standing = scene.standing
    if as_of:
        day = moment(as_of).astimezone(ZoneInfo(scene.tx.workspace.zone)).date()
        standing = standing if day == standing.on else roles.standing(scene.tx, scene.case.unit, day)
    aliases = scene.definition["roles"]
    for one in aliases.get(role, [role]):  # a unit's head before the body's, as owners are found
        if found := standing.incumbents(one, scene.case.parts(scene.definition), aliases):
            return found[0]
    raise Cannot("vacant", role)
