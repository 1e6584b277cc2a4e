"""Messages again: what was sent or given up stands in the stream ``notices``, and nothing is put off for ever.

How often a message or a timer was tried, and when it is tried next, leaves no event. But the program puts nothing off
for longer than a day, so whatever is put off for longer was put off by somebody else.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from workflow.findings import Findings, said
from workflow.instants import moment, stamp
from workflow.recorded import Recorded
from workflow.sql import replay as sql
from workflow.store.tx import Tx

STREAM = "notices"
STATES = ("waiting", "sent", "dead")
LONGEST = timedelta(days=1, hours=1)  # no job waits longer than a day; clocks differ
_ABOUT = ("ref", "kind", "person")


class Told:
    """What the trail says of one message."""

    __slots__ = ("about", "by", "given_up", "sent")

    def __init__(self, by: Recorded) -> None:
        self.about = tuple(by.data[name] for name in _ABOUT)
        self.by = by
        self.given_up = False
        self.sent: list[tuple[str, bool]] = []  # when, and whether the writer's clock may have been behind the stream's


class Notices:
    """Takes the stream of messages, and compares in the end with those there are."""

    def __init__(self, found: Findings) -> None:
        self.found = found
        self.told: dict[str, Told] = {}

    def stream(self, together: Sequence[Recorded]) -> None:
        at = ""
        for one in together:
            if one.kind in {"notice.sent", "notice.failed"}:
                try:
                    self._take(one, one.at == at)
                except (KeyError, TypeError):
                    self.found.add("it does not say which message it is about", one.stream, one.n, one.id)
            at = one.at

    def _take(self, one: Recorded, behind: bool) -> None:
        told = self.told.setdefault(one.data["notice"], Told(one))
        told.by = one
        if one.kind == "notice.sent":
            told.sent.append((one.at, behind))
        elif one.data["given_up"]:
            told.given_up = True

    def compare(self, tx: Tx) -> None:
        """Name every message that stands otherwise, and those that are put off."""
        for id_, *about, dedup, state, sent_at in tx.each(sql.NOTICES):
            told = self.told.pop(id_, None)
            if told and told.about != tuple(about):
                self._wrong(f"outbox {dedup} is about something else than it says", about, told)
            if state == "sent" and not _at(told, sent_at):
                self._wrong(f"outbox {dedup} was sent at {said(sent_at)}, and nothing on record says so", about, told)
            elif state != "sent" and sent_at is not None:
                self._wrong(f"outbox {dedup}.sent_at is {said(sent_at)}, and it was not sent", about, told)
            elif state == "dead" and not (told and told.given_up):
                self._wrong(f"outbox {dedup} was given up, and nothing on record says so", about, told)
            elif state not in STATES:  # nobody would ever send it
                self._wrong(f"outbox {dedup}.state is {said(state)}, which is none of {', '.join(STATES)}", about, told)
        for told in self.told.values():
            by = told.by
            self.found.add("the message it tells of is gone", by.stream, by.n, by.id)
        self._put_off(tx)

    def _wrong(self, what: str, about: Sequence[Any], told: Told | None) -> None:
        if told:
            self.found.add(what, told.by.stream, told.by.n, told.by.id)
        else:
            self.found.add(what, about[0])

    def _put_off(self, tx: Tx) -> None:
        latest = stamp(max(tx.time, _newest(tx) or tx.time) + LONGEST)
        for ref, clock, until in tx.all(sql.TIMERS_PUT_OFF, latest=latest):
            self.found.add(f"timer {clock} is put off until {said(until)}, longer than the program ever does", ref)
        for ref, dedup, until in tx.all(sql.NOTICES_PUT_OFF, latest=latest):
            self.found.add(f"outbox {dedup} is put off until {said(until)}, longer than the program ever does", ref)


def _at(told: Told | None, sent_at: Any) -> bool:
    """Whether one of the events says it was sent then: an event is never before the one it follows, so that it is
    later than the message where another writer's clock was ahead.
    """
    return told is not None and any(
        at == sent_at or (behind and isinstance(sent_at, str) and sent_at < at) for at, behind in told.sent
    )


def _newest(tx: Tx) -> Any:
    """The time of the newest event, None where there is no such time."""
    try:
        return moment((tx.one(sql.NEWEST_AT) or ("",))[0])
    except (ValueError, TypeError):
        return None
