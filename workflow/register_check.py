"""What must hold of a register: asked of the rows as an import would leave them. What is merely odd: `register_odd`."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from states.errors import N_, Invalid
from workflow.leave import Absence, circle
from workflow.register_file import Register
from workflow.register_table import Table, about, collisions, grouped

DEEPEST = 60
_SUGGESTIONS = 20  # that many names are compared with all there are; more are not typing slips


def check(register: Register, tables: Mapping[str, Table]) -> list[Invalid]:
    """The problems, in the order of the file."""
    inspection = _Inspection(tables)
    inspection.twice()
    inspection.names(register)
    inspection.tree(register)
    inspection.postings()
    inspection.portfolios()
    inspection.leave(register)
    return sorted(inspection.problems, key=position)


def position(problem: Invalid) -> tuple[str, int, int]:
    file, line, column = problem.where.rsplit(":", 2)
    return file, int(line), int(column)


class _Inspection:
    def __init__(self, tables: Mapping[str, Table]) -> None:
        self.tables = tables
        self.logins = {row["id"]: row["login"] for row in tables["person"].rows.values()}
        self.problems: list[Invalid] = []

    def bad(self, where: str, message: str, hint: str = "", **places: Any) -> None:
        self.problems.append(Invalid(message, where=where, hint=hint, **places))

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
        compared: set[str] = set()
        for entries, key, known, plain, suggesting in pointers:
            fine = {*known, None}
            for entry in entries:
                value = entry.values.get(key)
                for name in value if isinstance(value, list) else [value]:
                    if name in fine:
                        continue
                    where = entry.at(f"{key}.{name}" if isinstance(value, list) else key)
                    compared.add(name)
                    near = get_close_matches(name, known, n=1, cutoff=0.6) if len(compared) <= _SUGGESTIONS else []
                    if near:
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
        for _, rows in grouped(table, lambda key: key[:3]):
            for row, held, where in collisions(rows):
                self.bad(
                    where,
                    _HELD,
                    N_("End the earlier one with `to`, the last day held."),
                    **about(row, held, self.login),
                )
        for key, rows in grouped(table, lambda key: key[1:3], also=posts.touched):
            if posts.rows.get(key, {}).get("single"):
                regular = [pair for pair in rows if not pair[0]["acting"]]
                for row, held, where in collisions(regular, posts.touched.get(key, ""), own=False):
                    hint = N_("End the earlier posting with `to`, or mark one of the two `acting: true`.")
                    self.bad(where, _TAKEN, hint, **about(row, held, self.login))

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
        for _, rows in grouped(table, lambda key: key[:1]):
            for row, held, where in collisions(rows):
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


_HELD = N_("{login} already holds {post} of {unit} on {start}; the two postings overlap.")
_NO_UNIT = N_("There is no unit `{name}` in this file or in the register.")
_NO_UNIT_NEAR = N_("There is no unit `{name}` in this file or in the register; did you mean `{near}`?")
_NO_PERSON = N_("There is no person `{name}` in this file or in the register.")
_NO_PERSON_NEAR = N_("There is no person `{name}` in this file or in the register; did you mean `{near}`?")
_TAKEN = N_("{post} of {unit} has one holder at a time, and on {start} that would be both {other} and {login}.")
