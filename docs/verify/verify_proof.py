#!/usr/bin/env python3
"""Check a proof that an event is sealed in a duecourse log, with nothing but the log's public key.

    python3 verify_proof.py FILE --key NAME+ID+KEY [--witness NAME+ID+KEY]...

A file of its own: Python's standard library and the package `cryptography` (for Ed25519). It shares no line with
duecourse; docs/audit-format.md is what both were written from. Exit 0: the proof holds, and the event and the values
disclosed with it are printed. Exit 1: refused, with the reason. Exit 2: wrong words.
"""

import argparse
import hashlib
import hmac
import json
import sys
from base64 import b64decode, b64encode
from datetime import datetime, timezone

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LOG, WITNESS = 1, 4


class Refused(Exception):
    """The proof proves nothing; says why."""


def refuse_unless(true, why):
    if not true:
        raise Refused(why)


def base64(text, length=None):
    """Strict base64: one spelling only."""
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        raw = None
    refuse_unless(raw is not None and b64encode(raw).decode() == text, "something is not base64")
    refuse_unless(length is None or len(raw) == length, "something has the wrong length")
    return raw


def number(text):
    refuse_unless(text.isascii() and text.isdigit() and len(text) <= 16, "something is not a number")
    refuse_unless(text == str(int(text)), "a number has leading zeroes")
    return int(text)


class Key:
    """NAME+ID+base64(type || 32 bytes), as C2SP signed-note writes it."""

    def __init__(self, text, kind):
        name, _, rest = text.strip().partition("+")
        key_id, _, key = rest.partition("+")
        raw = base64(key, 33)
        refuse_unless(raw[0] == kind, "a key is of another kind")
        self.name, self.public = name, raw[1:]
        self.id = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
        refuse_unless(self.id.hex() == key_id, "a key does not have the id it says")

    def verify(self, signature, message):
        refuse_unless(len(signature) == 64, "a signature has the wrong length")
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            raise Refused(f"the signature of {self.name} is wrong") from None


def signatures_of(lines, key):
    """The signatures under a note that are by this key, by their name and id; others are ignored."""
    for line in lines:
        dash, _, rest = line.partition(" ")
        name, _, text = rest.partition(" ")
        refuse_unless(dash == "\u2014" and name, "the signature lines are broken")
        raw = base64(text)
        if (name, raw[:4]) == (key.name, key.id):
            yield raw[4:]


def leads_to_root(leaf, index, size, path, root):
    """RFC 9162 section 2.1.3.2."""
    at, last, reached = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if at % 2 == 1 or at == last:
            reached = hashlib.sha256(b"\x01" + step + reached).digest()
            while at % 2 == 0 and at != 0:
                at, last = at // 2, last // 2
        else:
            reached = hashlib.sha256(b"\x01" + reached + step).digest()
        at, last = at // 2, last // 2
    return last == 0 and reached == root


def canonical(value):
    """RFC 8785 of the values an event may hold: no floats, ASCII names."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def epoch(origin):
    """(the name a log began with, which epoch of it): NAME is epoch 1, NAME/epoch-2 the next."""
    name, mark, count = origin.rpartition("/epoch-")
    return (name, int(count)) if mark and count.isdigit() else (origin, 1)


def check(text, key, witnesses):
    """The event, the values disclosed, and what was proven; Refused otherwise."""
    first, mark, second = text.partition("\n\nduecourse-event/v1\n")
    refuse_unless(mark and second.endswith("\n") and len(second) > 1, "there is no event in it")
    head, empty, note = first.partition("\n\n")
    lines = head.split("\n")
    refuse_unless(empty and lines[0] == "c2sp.org/tlog-proof@v1", "this is not a proof of the one version there is")
    if len(lines) > 1 and lines[1].startswith("extra "):
        del lines[1]
    refuse_unless(len(lines) > 1 and lines[1].startswith("index "), "there is no index in it")
    index = number(lines[1].removeprefix("index "))
    path = [base64(line, 32) for line in lines[2:]]

    body, empty, signed = note.rpartition("\n\n")
    refuse_unless(empty, "the checkpoint is not signed")
    body += "\n"
    said = body.split("\n")
    refuse_unless(len(said) >= 4 and all(said[:-1]), "the checkpoint is broken")
    origin, size, root = said[0], number(said[1]), base64(said[2], 32)
    refuse_unless(origin == key.name, f"the checkpoint is of the log {origin}, the key of {key.name}")
    mine = list(signatures_of(signed.split("\n"), key))
    refuse_unless(mine, "the checkpoint is not signed by this key")
    for signature in mine:
        key.verify(signature, body.encode())
    seen = []
    for witness in witnesses:
        for raw in signatures_of(signed.split("\n"), witness):
            refuse_unless(len(raw) == 72, "a cosignature has the wrong length")
            time = int.from_bytes(raw[:8], "big")
            witness.verify(raw[8:], f"cosignature/v1\ntime {time}\n{body}".encode())
            seen.append((witness.name, time))

    event_text, *told = second[:-1].split("\n")
    leaf = hashlib.sha256(b"\x00" + event_text.encode()).digest()
    refuse_unless(index < size and leads_to_root(leaf, index, size, path, root), "the event is not that leaf")
    try:
        event = json.loads(event_text)
        refuse_unless(canonical(event) == event_text, "the event is not in canonical form")
        commits, log = dict(event["commit"]), str(event["log"])
    except (ValueError, TypeError, KeyError):
        raise Refused("what is sealed there is no event of duecourse") from None
    (name, now), (begun, then) = epoch(origin), epoch(log)
    refuse_unless(name == begun and then <= now, f"the event is of the log {log}")

    values = {}
    for line in told:
        try:
            one = json.loads(line)
            field, salt, value = str(one["field"]), bytes.fromhex(one["salt"]), one["value"]
            message = b"duecourse/field/v1\x00" + canonical([field, value]).encode()
        except (ValueError, TypeError, KeyError):
            raise Refused("a disclosed value is broken") from None
        fine = commits.get(field) == hmac.new(salt, message, "sha256").hexdigest()
        refuse_unless(fine and field not in values, f"the value of {field} is not the one that was recorded")
        values[field] = value
    return event, values, (origin, index, size, leaf, seen)


def said(time):
    """A time in seconds since 1970 as people write it, where it is one."""
    try:
        return datetime.fromtimestamp(time, timezone.utc).isoformat()
    except (ValueError, OverflowError, OSError):
        return str(time)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file")
    parser.add_argument("--key", required=True, help="the log's public key, NAME+ID+KEY")
    parser.add_argument("--witness", action="append", default=[], help="a witness you trust, NAME+ID+KEY; repeatable")
    words = parser.parse_args()
    try:
        key, witnesses = Key(words.key, LOG), [Key(text, WITNESS) for text in words.witness]
    except Refused as why:
        parser.error(str(why))
    try:
        with open(words.file, encoding="utf-8", newline="") as file:
            text = file.read()
        event, values, (origin, index, size, leaf, seen) = check(text, key, witnesses)
    except (Refused, UnicodeDecodeError, RecursionError) as why:
        print(f"refused: {why}", file=sys.stderr)
        return 1
    except OSError as why:
        print(why, file=sys.stderr)
        return 2
    print(f"The proof holds: leaf {index} of the {size} that {origin} has signed for; hash {leaf.hex()}.")
    if witnesses:
        print(f"Witnessed by {len({name for name, _ in seen})} of {len(witnesses)}.")
    for name, time in seen:
        print(f"  {name} at {said(time)}")
    print(json.dumps(event, ensure_ascii=False, indent=2))
    if values:
        print("Disclosed with it:")
        print(json.dumps(values, ensure_ascii=False, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
