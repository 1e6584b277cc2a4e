"""Gapless numbers: the ref of a case within its prefix and year, and the chained register of all openings.

A missing register number, or one whose ``prev`` is not the hash of the opening before, shows a deleted case.
"""

from typing import Any

from workflow.sql import event as sql
from workflow.store import Tx
from workflow.trail import NO_HASH, Written

_REGISTER = "register"


def next_opening(tx: Tx) -> dict[str, Any]:
    """The next register number, with the hash of the opening before it. The lock is held until commit."""
    row = tx.one(sql.COUNTER_LOCK if tx.locks_rows else sql.COUNTER, name=_REGISTER)
    assert row is not None, "the register counter is made with the workspace"  # noqa: S101
    return {"no": row[0] + 1, "prev": row[1] or NO_HASH}


def hold(tx: Tx) -> None:
    """Take the lock of the register of openings before anything else a case may wait for, beside its own.

    Every transaction locks in one order: cases, this register, streams that are not a case. So none waits in a circle.
    """
    if tx.locks_rows:
        next_opening(tx)


def took(tx: Tx, number: dict[str, Any], written: Written) -> None:
    """The opening that took the number was written."""
    no = number["no"]
    tx.put(sql.COUNTER_SET, name=_REGISTER, value=no, hash=written.hash, was=no - 1, expect=1)


def next_ref(tx: Tx, prefix: str, year: int) -> str:
    """``RPT-2026-0001``; call after `next_opening`, whose lock it relies on."""
    name = f"{prefix}-{year}"
    row = tx.one(sql.COUNTER, name=name)
    if row is None:
        tx.put(sql.COUNTER_NEW, name=name, value=1, hash=None)
        return f"{name}-0001"
    tx.put(sql.COUNTER_SET, name=name, value=row[0] + 1, hash=None, was=row[0], expect=1)
    return f"{name}-{row[0] + 1:04d}"
