"""One invocation: what the global options said, the settings, the open workspace, who is acting."""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeVar

from cli.settings import DATABASE, Settings
from states.errors import N_, Conflict, Invalid, NotPermitted, Usage

if TYPE_CHECKING:
    from cli.receipts import Receipts
    from workflow.store import Store, Tx
    from workflow.trail import Who

T = TypeVar("T")

FORMATS = ("table", "plain", "json", "ndjson", "csv")


class Session:
    """The global options land here as attributes, from wherever on the line they stood."""

    __slots__ = (
        "_receipts",
        "_settings",
        "_store",
        "as_login",
        "db",
        "debug",
        "dry_run",
        "environ",
        "expect",
        "format",
        "home",
        "key",
        "lang",
        "no_input",
        "quiet",
        "reason",
        "sign",
        "warned",
        "yes",
    )

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.home: str | None = None
        self.db: str | None = None
        self.as_login: str | None = None
        self.lang: str | None = None
        self.format: str | None = None
        self.no_input = self.yes = self.quiet = self.debug = self.dry_run = False
        self.reason = ""
        self.key: str | None = None
        self.expect: int | None = None
        self.sign: str | None = None
        self.warned = False  # whether the answer already says what is not as it was
        self._settings: Settings | None = None
        self._store: Store | None = None
        self._receipts: Receipts | None = None

    @property
    def settings(self) -> Settings:
        if self._settings is None:
            self._settings = self.look_up({"home": self.home, "db": self.db, "lang": self.lang, "format": self.format})
        return self._settings

    def look_up(self, flags: Mapping[str, str | None]) -> Settings:
        """The settings as they are when the global options say this."""
        return Settings(flags, self.environ, os.getcwd())  # noqa: PTH109  # pathlib costs 3 ms

    def style(self) -> str:
        """How results are printed: as asked, else a table for a terminal and plain text for a pipe."""
        wanted: str | None = self.format or self.settings.get("format")
        if wanted is None:
            return "table" if sys.stdout.isatty() else "plain"
        if wanted not in FORMATS:
            raise Invalid(
                "The setting {key} cannot be {value}.",
                hint=N_("It is one of: {known}."),
                key="format",
                value=wanted,
                known=", ".join(FORMATS),
            )
        return wanted

    def has_workspace(self) -> bool:
        """Whether there is one to be used, for commands that can do without."""
        settings = self.settings
        if settings.found("db") is not None:
            return True
        return settings.home is not None and os.path.exists(os.path.join(settings.home, DATABASE))  # noqa: PTH110, PTH118

    @property
    def store(self) -> "Store":
        """The workspace, opened when first needed."""
        if self._store is None:
            from cli.receipts import Receipts
            from workflow.store import Store

            self._store = Store(self.settings.database())
            self._receipts = Receipts(self._store, self.environ)
        return self._store

    @property
    def receipts(self) -> "Receipts | None":
        """What this user holds of the workspace; None before it is opened."""
        return self._receipts

    def read(self) -> AbstractContextManager["Tx"]:
        return self.store.read()

    def asking(self, tx: "Tx") -> "Who | None":
        """Who is looking; None where nobody is known."""
        from workflow.identity import identify

        return identify(tx, os_login=os_login(), as_login=self.as_login, acting=False)

    def acting(self, tx: "Tx") -> "Who":
        """Who acts; NotPermitted where nobody is known."""
        from workflow.identity import identify

        who = identify(tx, os_login=os_login(), as_login=self.as_login, acting=True)
        assert who is not None  # noqa: S101  # acting=True raises instead
        return who

    def administering(self, tx: "Tx") -> "Who":
        """The administrator; NotPermitted for everybody else."""
        from workflow.identity import identify_admin

        return identify_admin(tx, os_login=os_login(), as_login=self.as_login)

    def looking(self, tx: "Tx") -> "Who":
        """Who looks into the trail: the administrator, who needs no --as in a sandbox, or whoever acts."""
        try:
            return self.administering(tx)
        except NotPermitted:
            return self.acting(tx)

    def change(self, work: "Callable[[Tx], T]", *, signed: bool = False, alone: bool = False) -> T:
        """Run `work` in one transaction; a dry run does all of it and then takes it back.

        Only what says that it sees to the signature (``signed``) may be asked for one. What is not about
        one case (``alone``) has no version.
        """
        if alone and self.expect:
            raise Conflict(
                "This is not about one case, so there is no version {expected}.",
                hint=N_("Leave --expect out, or say 0."),
                expected=self.expect,
            )
        if self.sign and not signed:
            raise Usage("Only an act on a case can be signed.", hint=N_("Leave out --sign."), where="--sign")
        if not self.dry_run:
            return self._kept(work)
        done: list[T] = []
        try:
            with self.store.write() as tx:
                done.append(work(tx))
                tx.one("SELECT 1")  # whatever still travels arrives, and may yet be refused
                raise _TakenBack
        except _TakenBack:
            return done[0]

    def _kept(self, work: "Callable[[Tx], T]") -> T:
        """Run `work`, and keep the receipt of the last event it wrote."""
        tried: list[Tx] = []

        def told(tx: "Tx") -> T:
            tried.append(tx)
            return work(tx)

        done = self.store.transact(told)
        last = tried[-1].last_event
        if last and self._receipts:
            self._receipts.add(*last, tried[-1].now)
        return done

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def facts(self) -> dict[str, Any]:
        """What every changing call of the engine takes."""
        return {"reason": self.reason, "key": self.key, "expect": self.expect}


class _TakenBack(Exception):
    """Ends the transaction of a dry run."""


def os_login() -> str:
    """The account this program runs under; the environment has no say in it."""
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
