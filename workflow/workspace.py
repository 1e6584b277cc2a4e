"""Make a workspace: the schema, its one row, and the genesis event that says what it is for ever."""

import os
from datetime import datetime

from states.errors import N_, Conflict, Invalid
from workflow.instants import stamp
from workflow.sql import event as event_sql
from workflow.sql import workspace as sql
from workflow.store import Store, Workspace, driver_for
from workflow.store.tx import system_now
from workflow.trail import EMPTY_ROOT, Who, record


def new_person_id() -> str:
    """An opaque id: what the trail calls a person. The table behind it is erasable."""
    return f"p_{os.urandom(10).hex()}"


def new_origin() -> str:
    """What a new log is called, and its key: unlike any other, and no address of anybody."""
    return f"{os.urandom(6).hex()}.duecourse.invalid/main"


def create(
    url: str,
    *,
    admin_login: str,
    origin: str | None = None,
    sandbox: bool = False,
    now: datetime | None = None,
    zone: str = "UTC",
    calendar: str | None = None,
    key: str | None = None,
) -> Store:
    """A new workspace in an empty database; Conflict where there is one already.

    A run that was cut short between schema and genesis is taken up where it stopped. ``key`` is the public key that
    checkpoints will be signed with, under the name ``origin``.
    """
    from workflow.migrate import upgrade  # SQLAlchemy: only here and in `db upgrade`

    if sandbox != (now is not None):
        raise Invalid(
            "A sandbox needs a time to start from, and only a sandbox may have one.",
            hint=N_("Use --sandbox together with --now."),
        )
    upgrade(url)
    admin = new_person_id()
    start = stamp(now) if now else system_now()
    origin = origin or new_origin()
    workspace = Workspace(origin, sandbox, admin, zone, calendar, None, 0, EMPTY_ROOT)
    driver = driver_for(url)
    try:
        with driver.writing(workspace, start) as tx:
            if tx.one(sql.EXISTS):
                raise Conflict(
                    "There is already a workspace at {url}.",
                    hint=N_("Use it, or name another place."),
                    url=url.rpartition("@")[2],
                )
            tx.put(
                sql.CREATE,
                origin=origin,
                sandbox=int(sandbox),
                now=start if sandbox else None,
                admin=admin,
                zone=zone,
                calendar=calendar,
                seen_root=EMPTY_ROOT,
            )
            tx.put(sql.PERSON, id=admin, login=admin_login, name=admin_login)
            tx.put(event_sql.COUNTER_NEW, name="register", value=0, hash=None)
            who = Who(admin, "os-login")
            data = {"sandbox": sandbox, "zone": zone, "calendar": calendar, "key": key}
            record(tx, "log", "log.created", who, data=data)
            record(
                tx,
                "org",
                "org.changed",
                who,
                data={"table": "person", "op": "set", "row": {"id": admin}},
                private={"login": admin_login, "name": admin_login, "email": None},
            )
    finally:
        driver.close()
    return Store(url)
