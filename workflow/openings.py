"""The register of all openings, checked: numbers without a gap, each naming the hash of the opening before it."""

import json
from typing import Any

from workflow.findings import Findings, said
from workflow.sql import audit as sql
from workflow.store.tx import Row, Tx
from workflow.trail import NO_HASH

_SIZE = 32  # bytes of a hash
_ROOM = 1_000_000  # numbers beyond what was seen, and what there are cases, before one is called impossible


class Openings:
    """Openings come stream by stream, so in any order of number: hashes are kept by number, 65 bytes each.

    ``cases``: how many there are, about; their numbers go as far.
    """

    def __init__(self, cases: int = 0) -> None:
        self.found = Findings()
        self._most = cases + _ROOM
        self.count = 0
        self.have = bytearray()
        self.hashes = bytearray()
        self.prevs = bytearray()

    def took(self, register: Any, opening: Row) -> None:
        """An opening: the register entry of its canon; its stream, n, id and hash."""
        self.count += 1
        stream, n, id_, hash_ = opening
        entry = _entry(register, hash_)
        if entry is None or entry[0] > max(len(self.have) + _ROOM, self._most):
            self.found.add("it takes no register number that could be", stream, n, id_)
            return
        no, prev, own = entry
        if no > len(self.have):
            more = max(no, 2 * len(self.have)) - len(self.have)
            self.have.extend(bytes(more))
            self.hashes.extend(bytes(more * _SIZE))
            self.prevs.extend(bytes(more * _SIZE))
        if self.have[no - 1]:
            self.found.add(f"it takes the register number {no}, which another case has", stream, n, id_)
            return
        self.have[no - 1] = 1
        self.hashes[(no - 1) * _SIZE : no * _SIZE] = own
        self.prevs[(no - 1) * _SIZE : no * _SIZE] = prev

    def close(self, tx: Tx, found: Findings) -> None:
        """Everything was seen: look for gaps and broken links, and compare the counter; tell what was found."""
        last = self.have.rfind(1) + 1
        counter = tx.one(sql.COUNTER)
        value, hash_ = counter or (0, None)
        if counter is None:
            self.found.add("the counter of the register is missing")
        elif not isinstance(value, int):
            self.found.add(f"counter.value is {said(value)}, the register of openings goes to {last}")
        elif value > last:
            self._missing(last + 1, value)
        elif value < last:
            self.found.add(f"counter.value is {value}, the register of openings goes to {last}")
        elif (hash_ or NO_HASH) != (self._at(self.hashes, last).hex() if last else NO_HASH):
            self.found.add(f"counter.hash is not the hash of the opening with the register number {last}")
        self._gaps(last)
        self._links(tx, last)
        found.take(self.found)

    def _at(self, hashes: bytearray, no: int) -> bytes:
        return bytes(hashes[(no - 1) * _SIZE : no * _SIZE])

    def _gaps(self, last: int) -> None:
        start = self.have.find(0, 0, last)
        while start >= 0:
            end = self.have.find(1, start)
            self._missing(start + 1, end)
            start = self.have.find(0, end, last)

    def _missing(self, first: int, last: int) -> None:
        which = f"the opening with the register number {first} is" if first == last else (
            f"the openings with the register numbers {first} to {last} are"
        )  # fmt: skip
        self.found.add(f"{which} missing: a case was removed")

    def _links(self, tx: Tx, last: int) -> None:
        whole = 0 not in self.have[:last]
        if whole and self.prevs[: last * _SIZE] == (bytes(_SIZE) + self.hashes)[: last * _SIZE]:
            return  # as it nearly always is
        broken = {
            no
            for no in range(1, last + 1)
            if self.have[no - 1]
            and (no == 1 or self.have[no - 2])
            and self._at(self.prevs, no) != (self._at(self.hashes, no - 1) if no > 1 else bytes(_SIZE))
        }
        if not broken:
            return
        for id_, stream, n, text in tx.each(sql.OPENINGS):
            try:
                no = json.loads(text)["register"]["no"]
            except (ValueError, TypeError, KeyError):
                continue
            if no in broken:
                self.found.add(f"its register number {no} does not follow from the opening before it", stream, n, id_)


def _entry(register: Any, hash_: str) -> tuple[int, bytes, bytes] | None:
    """(number, hash of the opening before, own hash), where the entry has its form."""
    match register:
        case {"no": int(no), "prev": str(prev)} if no > 0 and len(register) == 2:
            try:
                pair = bytes.fromhex(prev), bytes.fromhex(hash_)
            except (TypeError, ValueError):
                return None
            return (no, *pair) if len(pair[0]) == len(pair[1]) == _SIZE else None
    return None
