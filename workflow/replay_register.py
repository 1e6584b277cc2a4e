"""The register again: what the stream ``org`` says it is, compared with its tables both ways."""

from typing import Any

from workflow.findings import Findings, said
from workflow.outbox import MAIL, REGISTERED, welcome_key
from workflow.recorded import GONE, Recorded, of_stream
from workflow.sql import replay as sql
from workflow.store.tx import Row, Tx

STREAM = "org"
_TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "unit": (sql.UNITS, ("code",)),
    "person": (sql.PERSONS, ("id",)),
    "post": (sql.POSTS, ("unit", "post")),
    "posting": (sql.POSTINGS, ("person", "unit", "post", "from_on")),
    "portfolio": (sql.PORTFOLIOS, ("person", "unit", "from_on")),
    "leave": (sql.LEAVE, ("id",)),
}
_PRIVATE = {"person": ("login", "name", "email")}

Rows = dict[Row, tuple[dict[str, Any], Recorded]]


def register(tx: Tx, found: Findings) -> None:
    """Every row of the register is as its last event left it, and every row has one."""
    expected = fold(tx, found)
    _told(tx, found)
    for table, (statement, keys) in _TABLES.items():
        rows = expected[table]
        for living in tx.named(statement):
            key = tuple(living[name] for name in keys)
            if key not in rows:
                found.add(f"{_name(table, key)} is in the register, and no event says so", STREAM)
                continue
            row, by = rows.pop(key)
            for column, value in row.items():
                if value != GONE and living.get(column) != value:
                    what = f"{_name(table, key)}.{column} is {said(living.get(column))}, the trail says {said(value)}"
                    found.add(what, STREAM, by.n, by.id)
        for key, (row, by) in rows.items():
            if GONE not in row.values():  # a person who was erased may be gone as a row too
                found.add(f"{_name(table, key)} is not in the register, the trail says it is", STREAM, by.n, by.id)


def _told(tx: Tx, found: Findings) -> None:
    """Everybody who was told of being registered, and nobody else, is owed that message."""
    owed = {row.pop("dedup"): row for row in tx.named(sql.WELCOMES)}
    for one in of_stream(tx, STREAM):
        for person in one.data.get("welcomed", ()) if one.kind == "org.changed" else ():
            row = {"event": one.id, "kind": REGISTERED, "person": person, "channel": MAIL, "body": "{}"}
            if owed.pop(welcome_key(person), None) != row | {"created_at": one.at}:
                found.add(f"outbox {welcome_key(person)} is missing or otherwise", STREAM, one.n, one.id)
    for dedup in owed:
        found.add(f"outbox {dedup} is here, and nothing on record says so", STREAM)


def fold(tx: Tx, found: Findings, until: str | None = None) -> dict[str, Rows]:
    """The rows of each table as the events (up to an instant) leave them, with the event that set each last."""
    tables: dict[str, Rows] = {name: {} for name in _TABLES}
    for one in of_stream(tx, STREAM):
        if until is not None and one.at > until:
            break
        data = one.data
        try:
            match one.kind:
                case "org.changed":
                    _change(tables[data["table"]], data["table"], data["op"], data["row"], one)
                case "leave.set" | "leave.ended":
                    row = {"id": data["id"], "person": data["person"], "deputy": data["deputy"]}
                    row |= {"from_on": data["from"], "to_on": data["to"]}
                    _change(tables["leave"], "leave", "remove" if data.get("removed") else "set", row, one)
                case "data.read" | "key.registered":
                    pass
                case "data.erased":
                    pass
                case other:
                    found.add(f"{other} is not something that happens to the register", STREAM, one.n, one.id)
        except (KeyError, TypeError):
            found.add("it does not say what of the register it changes", STREAM, one.n, one.id)
    return tables


def _change(rows: Rows, table: str, op: str, row: dict[str, Any], one: Recorded) -> None:
    key = tuple(row[name] for name in _TABLES[table][1])
    if op == "remove":
        del rows[key]
        return
    if op != "set":
        raise KeyError(op)
    private = one.private()
    rows[key] = (row | {name: private[name] for name in _PRIVATE.get(table, ())}, one)


def _name(table: str, key: Row) -> str:
    return f"{table} ({', '.join(map(str, key))})"
