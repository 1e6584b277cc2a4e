"""Who may do what in PostgreSQL: an owner apart from the role the program works as, which cannot touch the trail.

`lacking` compares what the catalogues of the database say with what should be, and answers the statements that would
make it so; none means that the fence stands. A fence against accidents and careless programs: who administers the
server can still take it down (docs/audit-format.md).
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from states.errors import N_, Failed, Invalid, NotFound, Usage
from workflow.fences import NAMES
from workflow.sql import grants as sql
from workflow.store.tx import Row, Tx
from workflow.trail import Who, Written, record

KIND = "grants.set"
_ROLE = re.compile(r"(?!pg_)[A-Za-z_][A-Za-z0-9_.-]{0,62}")

_LIVING = ("SELECT", "INSERT", "UPDATE")
# What the program does to each table; a test holds it against the statements. Nothing is said here of tables a later
# revision adds without a line: those only the owner may touch.
APP: dict[str, tuple[str, ...]] = {
    "alembic_version": ("SELECT",),
    # the trail
    "event": ("SELECT", "INSERT"),
    "leaf": ("SELECT", "INSERT"),
    "payload": ("SELECT", "INSERT", "DELETE"),
    "head": ("SELECT", "INSERT", "UPDATE(note)"),
    "unsealed": ("SELECT", "INSERT", "DELETE"),
    "tile": _LIVING,
    # what the workspace is: whether a sandbox and whose it is stays as it was made
    "workspace": ("SELECT", *(f"UPDATE({name})" for name in
                  ("calendar", "now", "origin", "policy", "seen_root", "seen_size", "zone"))),
    # the law
    "policy": ("SELECT", "INSERT"),
    "definition": ("SELECT", "INSERT"),
    "in_force": ("SELECT", "INSERT", "DELETE"),
    "calendar": _LIVING,
    # cases and duties
    "counter": _LIVING,
    "stream": _LIVING,
    "cases": _LIVING,
    "clock": _LIVING,
    "timer": _LIVING,
    "extension": _LIVING,
    "file": _LIVING,
    "link": ("SELECT", "INSERT"),
    "effect": (*_LIVING, "DELETE"),
    "period": _LIVING,
    "activity": ("SELECT", "INSERT"),
    "outbox": _LIVING,
    "receipt": _LIVING,
    "pulse": _LIVING,
    # the register
    "unit": _LIVING,
    "person": _LIVING,
    "post": _LIVING,
    "posting": _LIVING,
    "portfolio": _LIVING,
    "leave": (*_LIVING, "DELETE"),
}  # fmt: skip
TRAIL = ("event", "leaf", "head", "payload")


class Roles(NamedTuple):
    """Who owns the schema, who works in it, and who only reads."""

    owner: str
    app: str
    auditor: str | None = None


class State(NamedTuple):
    """How the rights stand: the roles on record, the account of this connection, and what would have to be done."""

    roles: Roles
    user: str
    mighty: bool  # whether this connection may do what the owner may
    flaw: Invalid | None
    lacking: list[str]

    @property
    def hold(self) -> bool:
        return self.flaw is None and not self.lacking


def roles_of(owner: str, app: str, auditor: str | None) -> Roles:
    """Usage for names that are none, or twice the same."""
    for option, name in (("--owner", owner), ("--app", app), ("--auditor", auditor)):
        if name is not None and (not _ROLE.fullmatch(name) or name.lower() in {"public", "none"}):
            raise Usage(
                "{role} cannot be the name of a role.",
                hint=N_("Use letters, digits, dots, hyphens and underscores."),
                where=option,
                role=repr(name),
            )
    named = [name for name in (owner, app, auditor) if name is not None]
    if len(set(named)) < len(named):
        raise Usage("Owner, application and auditor are different roles.", hint=N_("Give each a name of its own."))
    return Roles(owner, app, auditor)


def wanted(tx: Tx, owner: str | None, app: str | None, auditor: str | None) -> Roles:
    """The roles to set apart: as named, else as they are on record, else called after the schema or the database."""
    before = recorded(tx)
    if before and owner is app is auditor is None:
        return before
    if before is None:
        schema, _owner, database, *_ = tx.one(sql.PLACE_POSTGRES) or ("",) * 5
        place = re.sub(r"[^A-Za-z0-9_.-]|^(?=[^A-Za-z])", "_", schema if schema != "public" else database)[:50]
        before = Roles(f"{place}_owner", f"{place}_app", None)
    return roles_of(before.owner if owner is None else owner, before.app if app is None else app, auditor)


def recorded(tx: Tx) -> Roles | None:
    """The roles that were set apart, as the trail says; None where none were."""
    row = tx.one(sql.RECORDED)
    data = json.loads(row[0])["data"] if row else None
    return Roles(data["owner"], data["app"], data["auditor"]) if data else None


def state(tx: Tx) -> State | None:
    """How the rights stand; None where no roles were set apart, or the database knows none."""
    roles = recorded(tx) if tx.locks_rows else None
    if roles is None:
        return None
    user = str((tx.one(sql.PLACE_POSTGRES) or ("",) * 5)[4])
    return State(roles, user, _member(tx, user, roles.owner), _flaw(tx, roles), lacking(tx, roles))


def grant(tx: Tx, who: Who, roles: Roles, *, reason: str) -> tuple[list[str], Written | None]:
    """Set the roles apart; answers what was done, and the event where anything was, or other roles were on record."""
    refuse(tx)
    if flaw := _flaw(tx, roles):
        raise flaw
    todo = lacking(tx, roles)
    if not todo and recorded(tx) == roles:
        return [], None
    data = {"owner": roles.owner, "app": roles.app, "auditor": roles.auditor, "statements": len(todo)}
    private = {"reason": reason} if reason else None
    written = record(tx, "log", KIND, who, data=data, private=private)  # first: afterwards it may no longer be allowed
    _run(tx, roles, todo)
    return todo, written


def lacking_on_record(tx: Tx) -> list[str]:
    """What `lacking` says of the roles on record; nothing where there are none."""
    roles = recorded(tx)
    return lacking(tx, roles) if roles else []


def renew(tx: Tx) -> None:
    """Give the roles on record their rights on what a migration has made; as the owner, where one may."""
    roles = recorded(tx)
    if roles is None:
        return
    todo = lacking(tx, roles)
    user = str((tx.one(sql.PLACE_POSTGRES) or ("",) * 5)[4])
    if _member(tx, user, roles.owner):
        tx.put(f"SET LOCAL ROLE {_quoted(roles.owner)}")
    _run(tx, roles, todo)


def refuse(tx: Tx) -> None:
    """Invalid where the database knows no roles."""
    if not tx.locks_rows:
        raise Invalid(
            "SQLite knows no roles: whoever can write the file can change everything in it.",
            hint=N_("Keep the file where only the service and its group reach it, or use PostgreSQL."),
        )


def _run(tx: Tx, roles: Roles, todo: list[str]) -> None:
    for statement in todo:
        tx.put(statement)
    left = lacking(tx, roles)
    if left:
        raise Failed(
            "The database took the statements, and {count} things are still not so, the first: {statement}.",
            hint=N_(
                "Connect as an account that owns the tables and may make roles; --dry-run prints what it would do."
            ),
            count=len(left),
            statement=left[0],
        )


def _flaw(tx: Tx, roles: Roles) -> Invalid | None:
    """Why a role cannot be the application's or the auditor's, whatever it is granted."""
    hint = N_("Choose another role, or take that right from it first.")
    for role in (roles.app, roles.auditor):
        row = tx.one(sql.ROLE_POSTGRES, role=role) if role else None
        if row is None:
            continue
        if row[0]:
            return Invalid("The role {role} is a superuser, whom nothing is refused.", hint=hint, role=role)
        if row[1]:
            return Invalid("The role {role} may make roles, and so become any other.", hint=hint, role=role)
        if _member(tx, str(role), roles.owner):
            return Invalid(
                "The role {role} is a member of {owner}, and so may do what the owner may.",
                hint=hint, role=role, owner=roles.owner,
            )  # fmt: skip
    return None


def _member(tx: Tx, role: str, of: str) -> bool:
    row = tx.one(sql.MEMBER_POSTGRES, role=role, of=of)
    return bool(row and row[0])


def lacking(tx: Tx, roles: Roles) -> list[str]:
    """The statements that are still needed, in an order in which they work; none where all is as it should be."""
    return list(_Plan(tx, roles).statements())


class _Plan:
    """What is, beside what should be. The rights of an owner count for nothing: they go with the ownership."""

    def __init__(self, tx: Tx, roles: Roles) -> None:
        row = tx.one(sql.PLACE_POSTGRES)
        if row is None:
            raise NotFound("There is no schema here.", hint=N_("Name it with ?schema=NAME in the address."))
        self.tx = tx
        self.roles = roles
        self.schema, self.schema_owner, self.database, self.database_owner, _ = map(str, row)
        self.q = _quoted(self.schema)
        self.owner = _quoted(roles.owner)
        self.tables: dict[str, str] = dict(tx.all(sql.TABLES_POSTGRES))

    def statements(self) -> Iterator[str]:
        yield from self._roles()
        yield from self._owners()
        yield from self._schema()
        yield from self._functions()
        yield from self._privileges()
        yield from self._triggers()

    def _named(self) -> list[str]:
        return [name for name in self.roles if name is not None]

    def _roles(self) -> Iterator[str]:
        for name in self._named():
            row = self.tx.one(sql.ROLE_POSTGRES, role=name)
            if row is None:
                yield f"CREATE ROLE {_quoted(name)} NOLOGIN"
            elif not row[2]:
                yield f"GRANT CONNECT ON DATABASE {_quoted(self.database)} TO {_quoted(name)}"

    def _owners(self) -> Iterator[str]:
        if self.database_owner in (self.roles.app, self.roles.auditor):
            yield f"ALTER DATABASE {_quoted(self.database)} OWNER TO {self.owner}"
        if self.schema_owner != self.roles.owner:
            yield f"ALTER SCHEMA {self.q} OWNER TO {self.owner}"
        for table, owner in self.tables.items():
            if owner != self.roles.owner:
                yield f"ALTER TABLE {self._table(table)} OWNER TO {self.owner}"
        for function, owner in self.tx.all(sql.FUNCTIONS_POSTGRES):
            if owner != self.roles.owner:
                yield f"ALTER FUNCTION {self._table(function)}() OWNER TO {self.owner}"

    def _schema(self) -> Iterator[str]:
        held = _by_role(self.tx.all(sql.ON_SCHEMA_POSTGRES)).get(self.schema, {})
        readers = self._named()[1:]
        for role, rights in sorted(held.items()):
            surplus = rights if role == "PUBLIC" else rights - {"USAGE"}
            if surplus and role != self.roles.owner:
                yield f"REVOKE {_listed(surplus)} ON SCHEMA {self.q} FROM {_quoted(role)}"
        for role in readers:
            if "USAGE" not in held.get(role, set()):
                yield f"GRANT USAGE ON SCHEMA {self.q} TO {_quoted(role)}"

    def _functions(self) -> Iterator[str]:
        for function, held in sorted(_by_role(self.tx.all(sql.ON_FUNCTIONS_POSTGRES)).items()):
            for role in sorted(held.keys() - {self.roles.owner}):
                yield f"REVOKE EXECUTE ON FUNCTION {self._table(function)}() FROM {_quoted(role)}"

    def _privileges(self) -> Iterator[str]:
        held = _by_role(self.tx.all(sql.ON_TABLES_POSTGRES))
        for table in self.tables:
            by = held.get(table, {})
            wanted = {self.roles.app: set(APP.get(table, ()))}
            if self.roles.auditor:
                wanted[self.roles.auditor] = {"SELECT"}
            for role, rights in sorted(by.items()):
                if role == self.roles.owner:
                    continue
                allowed = wanted.get(role, set() if role == "PUBLIC" else {"SELECT"})
                if surplus := rights - allowed:
                    yield f"REVOKE {_listed(surplus)} ON TABLE {self._table(table)} FROM {_quoted(role)}"
            for role, rights in wanted.items():
                if missing := rights - by.get(role, set()):
                    yield f"GRANT {_listed(missing)} ON TABLE {self._table(table)} TO {_quoted(role)}"

    def _triggers(self) -> Iterator[str]:
        on = {name: state for _, name, state in self.tx.all(sql.TRIGGERS_POSTGRES)}
        for name in NAMES["postgres"]:
            if name not in on:
                raise Invalid(
                    "The fence {name} is missing, so there is nothing to set roles around.",
                    hint=N_("`duecourse audit verify` tells what else does not match."),
                    name=name,
                )
            if on[name] != "A":
                yield f"ALTER TABLE {self._table(name.partition('_')[0])} ENABLE ALWAYS TRIGGER {name}"

    def _table(self, name: str) -> str:
        return f"{self.q}.{_quoted(name)}"


def _by_role(rows: Iterable[Row]) -> dict[str, dict[str, set[str]]]:
    """thing -> role -> what it may, a right on one column as ``UPDATE(note)``."""
    found: dict[str, dict[str, set[str]]] = {}
    for thing, column, role, right in rows:
        found.setdefault(thing, {}).setdefault(role, set()).add(f"{right}({column})" if column else right)
    return found


def _listed(rights: set[str]) -> str:
    return ", ".join(_column(right) for right in sorted(rights))


def _column(right: str) -> str:
    """``UPDATE(note)`` with the column in quotes."""
    word, bracket, name = right.partition("(")
    return f"{word} ({_quoted(name[:-1])})" if bracket else word


def _quoted(name: str) -> str:
    """An identifier; PUBLIC is a word of the language."""
    return name if name == "PUBLIC" else '"' + name.replace('"', '""') + '"'
