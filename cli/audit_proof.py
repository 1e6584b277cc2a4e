"""`audit prove`, `check-proof`, `witness`: what convinces somebody who has no access to this workspace."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import render
from cli.base import REASON, arg, command, complete_file, opt
from cli.inputs import text as text_of
from cli.keys import public_key, write
from cli.session import Session
from cli.texts import N_, _
from states.errors import Usage

if TYPE_CHECKING:
    from workflow.store import Tx
    from workflow.trail import Written


@command(
    N_(
        "Write the proof that an event is sealed: whoever has the log's public key can check it without a workspace. "
        "That it discloses values is recorded; for those with a part in the case, the office and inspectors."
    ),
    arg("event", metavar="EVENT_ID"),
    opt("-o", "--output", metavar="FILE", required=True, shell_complete=complete_file, help=N_("Where to.")),
    opt(
        "--withhold",
        metavar="FIELD",
        multiple=True,
        help=N_("Do not disclose the value of this field (or `all`); it stays a commitment. Repeatable."),
    ),
    REASON,
)
def prove(session: Session, event: str, output: str, withhold: tuple[str, ...]) -> None:
    """Discloses the values that are still kept of this event, unless they are withheld."""
    from workflow import disclosure

    def work(tx: "Tx") -> "tuple[str, Written | None]":
        return disclosure.prove(tx, event, lambda: session.looking(tx), withhold=withhold, reason=session.reason)

    text, read = session.change(work)
    write(output, text)
    index = int(text.split("\n", 2)[1].removeprefix("index "))
    data = {
        "schema": 1,
        "event": event,
        "index": index,
        "file": output,
        "read": render.receipt(read) if read else None,
    }

    def human() -> list[str]:
        lines = [_("Written to {path}: leaf {index}.").format(path=output, index=index)]
        return [*lines, render.receipt_line(read)] if read else lines

    render.changed(session, data, human)


@command(
    N_("Check a proof with nothing but the log's public key. No workspace needed."),
    arg("file", shell_complete=complete_file),
    opt("--key", metavar="KEY", required=True, help=N_("The public key of the log, or a file that holds it.")),
    opt("--witness", "witnesses", metavar="KEY", multiple=True, help=N_("A witness you trust; repeatable.")),
)
def check_proof(session: Session, *, file: str, key: str, witnesses: tuple[str, ...]) -> None:
    """Exit 7 where it proves nothing."""
    from workflow import proof
    from workflow.notes import LOG, WITNESS

    trusted = [public_key(one, "--witness", WITNESS) for one in witnesses]
    found = proof.check(text_of(file), public_key(key, "--key", LOG), trusted)

    def human() -> list[render.Block]:
        event = found["event"]
        rows = [
            [_("Log"), found["origin"]],
            [_("Leaf"), _("{index} of {size}").format(**found)],
            [_("Event"), event["id"]],
            [_("Stream"), f"{event['stream']}/{event['n']}"],
            [_("At"), event["at"]],
            [_("Kind"), event["kind"]],
            *([name, event[key]] for name, key in ((_("Action"), "action"), (_("Rule"), "rule")) if event[key]),
        ]
        told = [
            [field, json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value]
            for field, value in found["disclosed"].items()
        ]
        if found["of"]:
            rows.append([_("Witnessed"), _witnessed(found)])
        return [
            render.Block("verdict", "", [[_("The proof holds: the event is sealed in this log.")]]),
            render.Block("", "", rows),
            render.Block("disclosed", _("Disclosed"), told),
            render.Block("withheld", _("Not disclosed"), [[field] for field in found["withheld"]]),
        ]

    render.one(session, found, human)


def _witnessed(found: dict[str, Any]) -> str:
    names = ", ".join(one["name"] for one in found["witnessed"])
    said = _("by {count} of {of}").format(count=len(found["witnessed"]), of=found["of"])
    return f"{said}: {names}" if names else said


@command(
    N_("Cosign a checkpoint that extends every one you have cosigned. No workspace needed; yours is a folder."),
    arg("file", shell_complete=complete_file),
    opt("--key", "secret", metavar="SECRET", required=True, shell_complete=complete_file, help=N_("Your key's file.")),
    opt("--new-key", "name", metavar="NAME", help=N_("Make that key first; NAME like witness.example.org/w1.")),
    opt("--log", metavar="KEY", help=N_("The public key of the log, or a file that holds it; remembered.")),
    opt("--state", metavar="DIR", help=N_("Where you remember what you saw; by default SECRET.seen.")),
    opt("-o", "--output", metavar="FILE", shell_complete=complete_file, help=N_("Write it to a file.")),
)
def witness(
    session: Session,
    *,
    file: str,
    secret: str,
    name: str | None,
    log: str | None,
    state: str | None,
    output: str | None,
) -> None:
    """The cosigned checkpoint goes back to whoever asked. Exit 7 where the log has forked, 5 without a proof."""
    from workflow import witness as witnesses
    from workflow.notes import LOG

    request = witnesses.Request.read(text_of(file))
    log_key = public_key(log, "--log", LOG) if log is not None else None
    if name is not None and "/" not in name and "." not in name:
        raise Usage(
            "{name} could be anybody's name.",
            hint=N_("Name a witness like an address without its scheme, for example witness.example.org/w1."),
            where="--new-key",
            name=name,
        )
    key = witnesses.new_key(Path(secret), name) if name is not None else witnesses.load_key(Path(secret))
    folder = Path(state or f"{secret}.seen")
    done = witnesses.cosign(key, folder, request, time=int(time.time()), log_key=log_key)
    data = {
        "schema": 1,
        **done.checkpoint._asdict(),
        "witness": str(key.verifier),
        "before": done.before.size,
        "log_checked": done.checked,
        "note": done.note,
    }
    if output is None:
        render.text(session, data, done.note)
    else:
        write(output, done.note)
        render.changed(session, data, lambda: [_("Written to {path}.").format(path=output)])
    render.note(session, _("Witness: {key}").format(key=key.verifier))
    if not done.checked:
        render.note(session, _("The log's own signature was not checked: name its public key with --log."))
