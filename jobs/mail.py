"""Where notices go: a mail server, or a file. With `web` the only code that reaches the network."""

import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol

from states.errors import N_, Invalid, Outside

PATIENCE = 30  # seconds the server may take over one answer
TLS_FROM_THE_START = 465
PORT = 25

Send = Callable[[EmailMessage], None]


class Refused(Exception):
    """The server answered, and will not take this one message; ``for_good`` where asking again is no use."""

    def __init__(self, why: str, *, for_good: bool) -> None:
        super().__init__(why)
        self.for_good = for_good


class Channel(Protocol):
    """Takes messages one by one while open. Raises Refused for one of them, Outside where none can be sent."""

    @property
    def name(self) -> str: ...

    @property
    def sender(self) -> str: ...

    @property
    def local(self) -> bool:
        """Whether nothing leaves this machine: all a sandbox may use."""

    def open(self) -> AbstractContextManager[Send]: ...


def channel_of(
    *,
    smtp: str | None,
    sender: str | None,
    starttls: bool = True,
    user: str | None = None,
    password_file: str | None = None,
    to_file: str | None = None,
    sandbox: bool = False,
) -> Channel | None:
    """The channel the settings ``mail.*`` describe, or None where they name none; Invalid for what cannot work."""
    if to_file:
        return FileChannel(Path(to_file), sender or "duecourse@localhost")
    if not smtp:
        return None
    if not sender:
        raise Invalid("Mail needs a sender.", hint=N_("Set mail.from to the address notices come from."))
    host, port = _host_and_port(smtp)
    channel = SmtpChannel(host, port, sender, starttls, user, Path(password_file) if password_file else None)
    if sandbox and not channel.local:
        raise Invalid(
            "A sandbox sends no mail to {host}: its notices stay on this machine.",
            hint=N_("Set mail.to_file, or a mail server on 127.0.0.1."),
            host=host,
        )
    if user and not channel.secret:
        raise Invalid(
            "The password of {user} would travel in the open.",
            hint=N_("Set mail.starttls to true, or use port 465."),
            user=user,
        )
    return channel


def _host_and_port(text: str) -> tuple[str, int]:
    """``HOST``, ``HOST:PORT`` or ``[ADDRESS]:PORT``."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, str(PORT)
    if not port.isdigit() or not 0 < int(port) < 65536 or not host:
        raise Invalid("{smtp} is not a mail server.", hint=N_("Write HOST:PORT."), smtp=text)
    return host.strip("[]"), int(port)


@dataclass(frozen=True, slots=True)
class SmtpChannel:
    """A mail server. Without ``starttls`` (and off port 465) the connection is in the open."""

    host: str
    port: int
    sender: str
    starttls: bool = True
    user: str | None = None
    password_file: Path | None = None

    @property
    def name(self) -> str:
        return "mail"

    @property
    def local(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def secret(self) -> bool:
        """Whether nobody on the way can read along."""
        return self.starttls or self.port == TLS_FROM_THE_START or self.local

    @contextmanager
    def open(self) -> Iterator[Send]:
        try:
            server = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            raise self._unreachable(error) from error
        try:
            yield lambda message: self._send(server, message)
        finally:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.port == TLS_FROM_THE_START:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=PATIENCE, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=PATIENCE)
        try:
            if self.starttls and self.port != TLS_FROM_THE_START:
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self._password())
        except BaseException:
            server.close()
            raise
        return server

    def _password(self) -> str:
        if self.password_file is None:
            raise Invalid(
                "The mail account {user} has no password file.",
                hint=N_("Set mail.password_file to a file that only this account can read."),
                user=self.user,
            )
        return self.password_file.read_text(encoding="utf-8").rstrip("\r\n")

    def _send(self, server: smtplib.SMTP, message: EmailMessage) -> None:
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, why = next(iter(error.recipients.values()))
            raise Refused(_words(code, why), for_good=code >= 500) from error
        except smtplib.SMTPDataError as error:
            raise Refused(_words(error.smtp_code, error.smtp_error), for_good=error.smtp_code >= 500) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(str(error), for_good=True) from error
        except (smtplib.SMTPException, OSError) as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> Outside:
        if isinstance(error, smtplib.SMTPResponseException):
            why = _words(error.smtp_code, error.smtp_error)
        else:
            why = str(error) or type(error).__name__
        return Outside(
            "The mail server {host}:{port} takes nothing: {why}.",
            hint=N_("Check the settings mail.*; notices wait and are tried again."),
            host=self.host,
            port=self.port,
            why=why.rstrip("."),
        )


def _words(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())}"


@dataclass(frozen=True, slots=True)
class FileChannel:
    """A file messages are appended to (mbox), or a folder that gets one ``.eml`` each, named by the notice."""

    path: Path
    sender: str = "duecourse@localhost"

    @property
    def name(self) -> str:
        return "file"

    @property
    def local(self) -> bool:
        return True

    @contextmanager
    def open(self) -> Iterator[Send]:
        if not self.path.is_dir():
            try:
                self.path.open("ab").close()
            except OSError as error:
                raise self._unwritable(error) from error
        yield self._write

    def _write(self, message: EmailMessage) -> None:
        try:
            if self.path.is_dir():
                self._write_one(message)
            else:
                self._append(message)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> Outside:
        return Outside(
            "Notices cannot be written to {path}: {why}.",
            hint=N_("Check the setting mail.to_file; notices wait and are tried again."),
            path=str(self.path),
            why=error.strerror or str(error),
        )

    def _write_one(self, message: EmailMessage) -> None:
        """Whole or not at all; the same message again takes the same place."""
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        draft = self.path / f".{name}.part"
        with draft.open("wb") as file:
            file.write(message.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path / f"{name}.eml")

    def _append(self, message: EmailMessage) -> None:
        lines = message.as_bytes().replace(b"\r\n", b"\n").splitlines(keepends=True)
        quoted = (b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines)
        with self.path.open("ab") as file:
            file.write(b"From duecourse " + str(message["Date"]).encode() + b"\n" + b"".join(quoted) + b"\n")
            file.flush()
            os.fsync(file.fileno())
