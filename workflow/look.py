"""What every answer is made with: logins for ids, who answers around a unit, times of its zone, tokens of pages."""

import json
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from states.errors import N_, Usage
from workflow import policies, roles
from workflow.doers import Doers, Matter
from workflow.instants import moment
from workflow.roles import Parts, Standing
from workflow.sql import ask as sql
from workflow.store import Tx

Answer = dict[str, Any]


class Look:
    """What one answer needs again and again: the logins of persons, who answers around a unit, zones."""

    def __init__(self, tx: Tx, on: date | None = None) -> None:
        self.tx = tx
        self._logins: dict[str, str] = {}
        self._standing: dict[str, Standing] = {}
        self.today: date = on or tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date()

    def login(self, person: str | None) -> str | None:
        """The login of an opaque id; the id itself where the person was erased."""
        if person is None:
            return None
        if person not in self._logins:
            row = self.tx.one(sql.LOGIN, id=person)
            self._logins[person] = row[0] if row else person
        return self._logins[person]

    def standing(self, unit: str) -> Standing:
        if unit not in self._standing:
            self._standing[unit] = roles.standing(self.tx, unit, self.today)
        return self._standing[unit]

    def zone(self, unit: str) -> str:
        return self.standing(unit).zone or self.tx.workspace.zone

    def doers(self, case_: Matter, unit: str, definition: policies.Definition, parts: Parts) -> Doers:
        """Who does what in a case now."""
        return Doers(self.tx, case_, definition, self.standing(unit), parts)


def local(stamp: str | None, zone: str) -> str | None:
    """A stamp as RFC 3339 in a zone, with its offset."""
    return moment(stamp).astimezone(ZoneInfo(zone)).isoformat() if stamp else None


def to_token(parts: list[str]) -> str:
    """The opaque word that continues a listing."""
    import base64

    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def from_token(token: str, length: int) -> list[str]:
    """What `to_token` hid; Usage for anything else."""
    import base64

    try:
        parts = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except ValueError:
        parts = None
    if not (isinstance(parts, list) and len(parts) == length and all(isinstance(part, str) for part in parts)):
        raise Usage("{token} does not continue this listing.", hint=N_("Use `next` of the page before."), token=token)
    return parts
