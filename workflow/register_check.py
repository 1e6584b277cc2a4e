"""What must hold of a register, and what is odd about it: asked of the rows as an import would leave them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import groupby
from typing import Any

from states.errors import N_, Invalid
from workflow import policies
from workflow.hats import Hat, bodies, together
from workflow.leave import Absence, circle
from workflow.register_file import Register
from workflow.roles import ALIASES, ONE_ANSWERS, Aliases
from workflow.sql import register as sql
from workflow.store.tx import Tx

DEEPEST = 60
_OPEN = "9999-12-31"

Key = tuple[str, ...]
RowOf = dict[str, Any]


@dataclass(slots=True)
class Table:
    """One table of the register: ``before`` as it is, ``rows`` as it would be, ``touched`` rows of the file."""

    rows: dict[Key, RowOf]
    before: Mapping[Key, RowOf]
    touched: dict[Key, str] = field(default_factory=dict)
    twice: list[tuple[str, str]] = field(default_factory=list)  # (where, where the first one stands)

    def lay(self, key: Key, new: RowOf, values: RowOf, where: str) -> None:
        """Lay a row of the file over what is there; what the file does not say stays."""
        if key in self.touched:
            self.twice.append((where, self.touched[key]))
            return
        self.rows[key] = (self.rows.get(key) or new) | values
        self.touched[key] = where


def check(tx: Tx, register: Register, tables: Mapping[str, Table]) -> tuple[list[Invalid], list[Invalid]]:
    """(problems, warnings), each in the order of the file."""
    inspection = _Inspection(tables)
    inspection.twice()
    inspection.names(register)
    inspection.tree(register)
    inspection.postings()
    inspection.portfolios()
    inspection.leave(register)
    inspection.oddities(register, {row[0] for row in tx.all(sql.CALENDAR_NAMES)}, tx.now[:10])
    policy = policies.current_or_none(tx)
    if policy and policy.get("apart"):
        inspection.hats(policy["apart"], policy["roles"], tx.now[:10])
    return sorted(inspection.problems, key=position), sorted(inspection.warnings, key=position)


def position(problem: Invalid) -> tuple[str, int, int]:
    file, line, column = problem.where.rsplit(":", 2)
    return file, int(line), int(column)


class _Inspection:
    def __init__(self, tables: Mapping[str, Table]) -> None:
        self.tables = tables
        self.logins = {row["id"]: row["login"] for row in tables["person"].rows.values()}
        self.problems: list[Invalid] = []
        self.warnings: list[Invalid] = []

    def bad(self, where: str, message: str, hint: str = "", **places: Any) -> None:
        self.problems.append(Invalid(message, where=where, hint=hint, **places))

    def odd(self, where: str, message: str, **places: Any) -> None:
        self.warnings.append(Invalid(message, where=where, **places))

    def login(self, person: str) -> str:
        return str(self.logins.get(person, person))

    def twice(self) -> None:
        for table in self.tables.values():
            for where, first in table.twice:
                self.bad(
                    where,
                    N_("This row says again what line {line} is about; one row may say it."),
                    line=first.rsplit(":", 2)[1],
                )

    def names(self, register: Register) -> None:
        """Every unit and person a row points at is in the file or the register."""
        units = [key[0] for key in self.tables["unit"].rows]
        logins = [key[0] for key in self.tables["person"].rows]
        pointers: list[tuple[Iterable[Any], str, list[str], str, str]] = [
            (register.units, "parent", units, _NO_UNIT, _NO_UNIT_NEAR),
            (register.posts, "unit", units, _NO_UNIT, _NO_UNIT_NEAR),
            (register.postings, "unit", units, _NO_UNIT, _NO_UNIT_NEAR),
            (register.portfolios, "units", units, _NO_UNIT, _NO_UNIT_NEAR),
            (register.postings, "person", logins, _NO_PERSON, _NO_PERSON_NEAR),
            (register.portfolios, "person", logins, _NO_PERSON, _NO_PERSON_NEAR),
            (register.leave, "person", logins, _NO_PERSON, _NO_PERSON_NEAR),
            (register.leave, "deputy", logins, _NO_PERSON, _NO_PERSON_NEAR),
        ]
        for entries, key, known, plain, suggesting in pointers:
            fine = {*known, None}
            for entry in entries:
                value = entry.values.get(key)
                for name in value if isinstance(value, list) else [value]:
                    if name in fine:
                        continue
                    where = entry.at(f"{key}.{name}" if isinstance(value, list) else key)
                    if near := get_close_matches(str(name), known, n=1, cutoff=0.6):
                        self.bad(where, suggesting, name=name, near=near[0])
                    else:
                        self.bad(where, plain, name=name)

    def tree(self, register: Register) -> None:
        """No unit lies under itself, and none deeper than the walk upward goes."""
        units = self.tables["unit"].rows
        reported: set[str] = set()
        for entry in register.units:
            path = [entry.values["code"]]
            while (row := units.get((path[-1],))) and row["parent"] and len(path) <= DEEPEST:
                if row["parent"] in path:
                    ring = path[path.index(row["parent"]) :]
                    if reported.isdisjoint(ring):
                        self.bad(
                            entry.at("parent"),
                            N_("The units {ring} lie under each other in a circle."),
                            ring=" → ".join([*ring, ring[0]]),
                        )
                    reported.update(ring)
                    break
                path.append(row["parent"])
            else:
                if len(path) > DEEPEST:
                    self.bad(
                        entry.at("parent"),
                        N_("The unit {code} lies more than {most} levels deep."),
                        code=path[0],
                        most=DEEPEST,
                    )

    def postings(self) -> None:
        """Nobody holds one post of one unit twice at once; a single post has one holder who is not acting."""
        table, posts = self.tables["posting"], self.tables["post"]
        for _, rows in _grouped(table, lambda key: key[:3]):
            for row, held, where in _collisions(rows):
                self.bad(where, _HELD, N_("End the earlier one with `to`, the last day held."), **self.about(row, held))
        for key, rows in _grouped(table, lambda key: key[1:3], also=posts.touched):
            regular = [pair for pair in rows if not pair[0]["acting"]]
            single = posts.rows.get(key, {}).get("single")
            for row, held, where in _collisions(regular, posts.touched.get(key, ""), own=False):
                if single:
                    hint = N_("End the earlier posting with `to`, or mark one of the two `acting: true`.")
                    self.bad(where, _TAKEN, hint, **self.about(row, held))
                elif key[1] in ONE_ANSWERS and key[1] != "member_in_charge":
                    self.odd(where, _SHARED, **self.about(row, held))

    def about(self, row: RowOf, held: RowOf) -> dict[str, str]:
        """What the sentences about two rows at odds say."""
        return {
            "login": self.login(row["person"]),
            "other": self.login(held["person"]),
            "start": max(row["from_on"], held["from_on"]),
            "post": row.get("post", ""),
            "unit": row.get("unit", ""),
        }

    def portfolios(self) -> None:
        """A portfolio that is ended was begun before; the file need not say when."""
        table = self.tables["portfolio"]
        for key, where in table.touched.items():
            row = table.rows[key]
            if row["to_on"] and row["to_on"] < row["from_on"]:
                message = N_("It ends on {to}, before it begins on {start}.")
                self.bad(where, message, to=row["to_on"], start=row["from_on"])

    def leave(self, register: Register) -> None:
        """Nobody is on leave twice at once, deputises for himself, or stands in a ring of absent deputies."""
        table = self.tables["leave"]
        for _, rows in _grouped(table, lambda key: key[:1]):
            for row, held, where in _collisions(rows):
                self.bad(
                    where,
                    N_("{login} is already on leave from {start} to {to}; the two overlap."),
                    login=self.login(row["person"]),
                    start=held["from_on"],
                    to=held["to_on"],
                )
        for entry in register.leave:
            if entry.values["person"] == entry.values.get("deputy"):
                self.bad(
                    entry.at("deputy"), N_("{login} cannot stand in for themselves."), login=entry.values["person"]
                )
        absences = [Absence(**row) for row in table.rows.values()]
        reported: set[str] = set()
        for key, where in table.touched.items():
            absence = Absence(**table.rows[key])
            if absence.deputy == absence.person or not (found := circle(absence, absences)):
                continue
            ring, day = found
            if reported.isdisjoint(ring):
                names = ", ".join(self.login(person) for person in ring)
                self.bad(where, N_("{names} would stand in for each other in a circle on {day}."), names=names, day=day)
            reported.update(ring)

    def oddities(self, register: Register, calendars: set[str], today: str) -> None:
        """What is allowed but worth saying."""
        for entry in register.units:
            if (calendar := entry.values.get("calendar")) and calendar not in calendars:
                self.odd(entry.at("calendar"), N_("There is no calendar {name} here yet."), name=calendar)
        for entry in register.postings:
            if entry.values["post"] in ALIASES:
                self.odd(
                    entry.at("post"),
                    N_("{post} is a role that policies work out from other posts; this posting may never answer."),
                    post=entry.values["post"],
                )
        table = self.tables["portfolio"]
        posted = {row["person"] for row in self.tables["posting"].rows.values() if (row["to_on"] or _OPEN) >= today}
        for _, rows in _grouped(table, lambda key: key[1:2]):
            for row, held, where in _collisions(rows, own=False):
                self.odd(
                    where, N_("{unit} is in the portfolio of {other} too; both answer for it."), **self.about(row, held)
                )
        for key, where in table.touched.items():
            if key[0] not in posted and (table.rows[key]["to_on"] or _OPEN) >= today:
                self.odd(
                    where,
                    N_("{login} answers for {unit} by portfolio, but holds no post."),
                    login=self.login(key[0]),
                    unit=key[1],
                )

    def hats(self, apart: list[list[str]], aliases: Aliases, today: str) -> None:
        """Nobody is given two hats in one body that the policy keeps apart, from today on; old ones are left alone."""
        postings, portfolios = self.tables["posting"], self.tables["portfolio"]
        worn = [
            Hat(row["person"], row["unit"], row.get("post", "member_in_charge"), row["from_on"], row["to_on"], where)
            for table in (postings, portfolios)
            for key, row in table.rows.items()
            if (row["to_on"] or _OPEN) >= today
            for where in (table.touched.get(key, ""),)
        ]
        body_of = bodies({key[0]: row for key, row in self.tables["unit"].rows.items()})
        for both in together(worn, body_of, apart, {**ALIASES, **aliases}):
            if where := both.other.where or both.one.where:
                self.odd(
                    where,
                    _HATS,
                    login=self.login(both.one.person),
                    one=both.one.post,
                    other=both.other.post,
                    body=both.body,
                    start=both.since,
                )


_HATS = N_("{login} is {one} and {other} in {body} from {start} on; the policy keeps these hats apart.")
_HELD = N_("{login} already holds {post} of {unit} on {start}; the two postings overlap.")
_NO_UNIT = N_("There is no unit `{name}` in this file or in the register.")
_NO_UNIT_NEAR = N_("There is no unit `{name}` in this file or in the register; did you mean `{near}`?")
_NO_PERSON = N_("There is no person `{name}` in this file or in the register.")
_NO_PERSON_NEAR = N_("There is no person `{name}` in this file or in the register; did you mean `{near}`?")
_TAKEN = N_("{post} of {unit} has one holder at a time, and on {start} that would be both {other} and {login}.")
_BOTH = N_("{unit} is in the portfolio of {other} too; both answer for it.")
_SHARED = N_("{post} of {unit} is held by {other} and {login} at once from {start} on.")


def _grouped(
    table: Table, by: Callable[[Key], Key], also: Iterable[Key] = ()
) -> list[tuple[Key, list[tuple[RowOf, str]]]]:
    """The rows of every group the file touches, by first day, each with its place in the file ('' if not in it)."""
    wanted = {by(key) for key in table.touched} | set(also)
    keys = sorted((key for key in table.rows if by(key) in wanted), key=by)
    groups = []
    for group, members in groupby(keys, key=by):
        rows = [(table.rows[key], table.touched.get(key, "")) for key in members]
        groups.append((group, sorted(rows, key=lambda pair: (pair[0]["from_on"], pair[0]["person"]))))
    return groups


def _collisions(
    rows: Iterable[tuple[RowOf, str]], declared: str = "", *, own: bool = True
) -> Iterator[tuple[RowOf, RowOf, str]]:
    """(row, the row it overlaps, where to say so); ``own``: of one person, else of two. Old quarrels are left alone."""
    active: list[tuple[RowOf, str]] = []
    for row, place in rows:
        active = [pair for pair in active if (pair[0]["to_on"] or _OPEN) >= row["from_on"]]
        for held, earlier in active:
            where = place or earlier or declared
            if where and (own or held["person"] != row["person"]):
                yield row, held, where
                break
        active.append((row, place))
