"""Where checkpoints go: a file or folder, mailboxes, a command, a time stamp authority. Outside where one fails."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from jobs import web
from jobs.letters import Voice
from jobs.mail import Channel, Refused
from states.errors import N_, Outside
from workflow.instants import moment
from workflow.publishing import PUBLISHED, STAMPED
from workflow.seal import TreeHead

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
PATIENCE = 60  # seconds a command may take


class Given(NamedTuple):
    """What the outlet answered, for the record."""

    kind: str = PUBLISHED
    data: Mapping[str, Any] = {}  # read only
    private: Mapping[str, Any] = {}


class Outlet(Protocol):
    """Takes the newest checkpoint of a log."""

    @property
    def name(self) -> str: ...

    def give(self, head: TreeHead, now: str) -> Given: ...


@dataclass(frozen=True, slots=True)
class FileOutlet:
    """A file that is replaced, or a folder that gets one file for each checkpoint."""

    path: Path

    @property
    def name(self) -> str:
        return "file"

    def give(self, head: TreeHead, now: str) -> Given:  # noqa: ARG002
        target = self.path / f"checkpoint-{head.size}" if self.path.is_dir() else self.path
        draft = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            with draft.open("w", encoding="utf-8") as file:
                file.write(str(head.note))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise Outside(
                "The checkpoint cannot be written to {path}: {why}.",
                hint=N_("Check the setting publish.file; it is tried again."),
                path=str(target),
                why=error.strerror or str(error),
            ) from error
        return Given()


@dataclass(frozen=True, slots=True)
class MailOutlet:
    """Mailboxes: the checkpoint stands in the message, and hangs on it byte by byte."""

    channel: Channel
    addresses: Sequence[str]
    voice: Voice

    @property
    def name(self) -> str:
        return "mail"

    def give(self, head: TreeHead, now: str) -> Given:
        with self.channel.open() as send:
            for number, address in enumerate(self.addresses, 1):
                try:
                    send(self._letter(head, now, address, number))
                except Refused as problem:
                    raise Outside(
                        "The mail server does not take the checkpoint for {address}: {why}.",
                        hint=N_("Check the setting publish.mail; it is tried again."),
                        address=address,
                        why=str(problem).rstrip("."),
                    ) from problem
        return Given(data={"count": len(self.addresses)})

    def _letter(self, head: TreeHead, now: str, address: str, number: int) -> EmailMessage:
        say, note = self.voice.say, str(head.note)
        origin = note.partition("\n")[0]
        message = EmailMessage(policy=SMTP)
        message["From"] = self.channel.sender
        message["To"] = Address(addr_spec=address)
        message["Subject"] = say(N_("Checkpoint of {log}: {size} events")).format(log=origin, size=head.size)
        message["Date"] = format_datetime(moment(now))
        stamp = "".join(sign for sign in now if sign.isdigit())
        message["Message-ID"] = f"<checkpoint-{head.size}-{stamp}-{number}@{origin.partition('/')[0]}>"
        message["Auto-Submitted"] = "auto-generated"
        keep = say(
            N_("Keep this message: it shows, for ever, whether the record up to here was changed afterwards. To check:")
        )
        body = f"{keep}\n    duecourse audit verify --since checkpoint\n\n{note}"
        message.set_content(body, cte="base64")
        plain = {"charset": "utf-8"}  # attached as bytes: line ends stay what they are
        message.add_attachment(note.encode(), maintype="text", subtype="plain", params=plain, filename="checkpoint")
        return message


@dataclass(frozen=True, slots=True)
class CommandOutlet:
    """A program that gets the checkpoint on its standard input; its words are never read by a shell."""

    words: Sequence[str]

    @property
    def name(self) -> str:
        return "command"

    def give(self, head: TreeHead, now: str) -> Given:  # noqa: ARG002
        run_command(self.words, str(head.note).encode())
        return Given()


@dataclass(frozen=True, slots=True)
class StampOutlet:
    """A time stamp authority (RFC 3161), by its address or by a command that is asked instead; its answer is kept."""

    where: str
    words: Sequence[str] = ()
    trusted: Sequence[Any] = ()  # certificates, as `workflow.stamps` reads them

    @property
    def name(self) -> str:
        return "stamp"

    def give(self, head: TreeHead, now: str) -> Given:  # noqa: ARG002
        from base64 import b64encode

        from workflow import stamps

        note = str(head.note)
        asked = stamps.request(note)
        if self.words:
            answer = run_command(self.words, asked.body)
        else:
            answer = web.post(self.where, asked.body, sends=QUERY, takes=REPLY)
        told = stamps.answered(answer, note, asked, self.trusted)
        data = {"by": told.by, "stamped_at": told.at, "serial": told.serial}
        return Given(STAMPED, data, {"stamp": b64encode(answer).decode()})


def run_command(words: Sequence[str], stdin: bytes) -> bytes:
    """What the program answers; Outside where it cannot be run, fails, or does not end."""
    try:
        done = subprocess.run(  # noqa: S603  # the words are a setting of whoever keeps the workspace
            list(words), input=stdin, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _failed(words, f"no answer in {PATIENCE} seconds") from error
    except (OSError, ValueError) as error:
        raise _failed(words, getattr(error, "strerror", None) or str(error)) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise _failed(words, said[-1][:200] if said else f"exit {done.returncode}")
    return done.stdout


def _failed(words: Sequence[str], why: str) -> Outside:
    return Outside(
        "The command {command} failed: {why}.",
        hint=N_("Check the settings publish.*; it is tried again."),
        command=words[0] if words else "-",
        why=why.rstrip("."),
    )
