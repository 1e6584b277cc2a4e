"""`init`: make a workspace, whole or not at all."""

import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import render
from cli.base import arg, command, opt
from cli.db import public_url
from cli.keys import FOLDER
from cli.session import Session, os_login
from cli.settings import DATABASE, FILE, sqlite_path
from cli.texts import N_, _
from states.errors import Conflict, Failed, Usage

if TYPE_CHECKING:
    from workflow.notes import VerifierKey

SETTINGS_TEXT = """# Settings of this workspace. `duecourse config explain KEY` tells where a value comes from.
# lang = "zh_CN"            # the language people read: en or zh_CN
# format = "table"          # table, plain, json, ndjson or csv
#
# [mail]
# smtp = "mail.example.org:587"
# from = "duecourse@example.org"
# user = "duecourse"
# password_file = "/run/secrets/mail-password"
#
# [seal]
# keys = "/var/lib/duecourse/keys"   # where the key that signs checkpoints lies: keys beside this file by default
# passphrase_file = "/run/secrets/log-passphrase"
"""


@command(
    N_("Make a workspace in DIR (default: here). You become its administrator."),
    arg("folder", metavar="[DIR]", required=False),
    opt("--pack", metavar="NAME", help=N_("Put this policy in force: a pack (see `policy packs`), a file, a folder.")),
    opt("--sandbox", is_flag=True, help=N_("Make a sandbox, for ever: its time is simulated.")),
    opt("--now", metavar="T", help=N_("The time a sandbox starts at, for example 2026-01-05T09:00:00+08:00.")),
    opt("--zone", metavar="ZONE", help=N_("The time zone, where the pack names none, for example Asia/Shanghai.")),
)
def init(
    session: Session, *, folder: str | None, pack: str | None, sandbox: bool, now: str | None, zone: str | None
) -> None:
    """Everything that can be refused is refused before anything is made."""
    if sandbox != (now is not None):
        raise Usage(
            "A sandbox needs a time to start from, and only a sandbox may have one.",
            hint=N_("Use --sandbox together with --now."),
        )
    home = Path(folder or session.home or ".").absolute()
    if (home / FILE).exists():
        raise _already(home)
    compiled = policy_of(pack) if pack else None
    place = zone or (compiled or {}).get("zone") or session.settings.get("zone")
    start = _start(now, place) if now else None
    url = session.db or session.environ.get("DUECOURSE_DB")
    path = None if url and sqlite_path(url) is None else Path((url and sqlite_path(url)) or home / DATABASE).absolute()
    if path is not None and path.exists():
        from workflow.store import Store

        Store(f"sqlite:///{path}").close()  # says so where it is somebody else's
        raise _already(path)
    made = _missing(home)
    try:
        (home / "files").mkdir(parents=True, exist_ok=True)
        key = _key(session, home)
        if path is not None:
            _make_file(path, start, place, compiled, key)
        elif url is not None:
            make(url, start, place, compiled, key)
        _write_settings(home, url)
    except OSError as error:
        _undo(made, path)
        raise Failed(
            "The workspace cannot be made: {why}.",
            hint=N_("Check that the folder is yours to write and that the disk has room."),
            where=str(error.filename or home),
            why=error.strerror or str(error),
        ) from error
    except BaseException as error:
        _undo(made, None if isinstance(error, Conflict) else path)
        raise
    data = {
        "schema": 1,
        "home": str(home),
        "db": public_url(url) if url else f"sqlite:///{path}",
        "sandbox": sandbox,
        "now": now,
        "admin": os_login(),
        "policy": None if compiled is None else compiled["policy"],
        "types": [] if compiled is None else sorted(compiled["types"]),
        "key": str(key),
    }
    render.changed(session, data, lambda: _said(data))


def policy_of(pack: str) -> dict[str, Any]:
    from cli.policy import compiled_or_refused
    from states.catalog import sources_of

    return compiled_or_refused(sources_of(pack))


def _start(now: str, zone: str) -> datetime:
    from cli.typed import instant
    from states.instants import zone_of

    return instant(now, "--now", zone_of(zone))


def _key(session: Session, home: Path) -> "VerifierKey":
    """The public key of a new log; one that lies ready where the settings say is used under its name."""
    from cli.keys import keys
    from workflow import signer
    from workflow.workspace import new_origin

    place, origin = keys(session, home), new_origin()
    assert place is not None  # noqa: S101  # the home is known
    return signer.load(place, origin).verifier if place.exist() else signer.make(place, origin)


def make(
    url: str, start: datetime | None, zone: str, compiled: dict[str, Any] | None, key: "VerifierKey | None" = None
) -> None:
    """The database with its genesis, the shipped calendars and the policy."""
    from states.calendars import shipped
    from states.instants import zone_of
    from workflow import calendars, policies, workspace
    from workflow.identity import identify_admin

    zone_of(zone)
    store = workspace.create(
        url,
        admin_login=os_login(),
        origin=key.name if key else None,
        sandbox=start is not None,
        now=start,
        zone=zone,
        key=str(key) if key else None,
    )
    try:
        with store.write() as tx:
            who = identify_admin(tx, os_login=os_login(), as_login=None)
            calendars.import_(tx, shipped(), who)
            if compiled is not None:
                policies.apply(tx, compiled, who)
    finally:
        store.close()


def _make_file(
    path: Path, start: datetime | None, zone: str, compiled: dict[str, Any] | None, key: "VerifierKey"
) -> None:
    """Made beside its place and moved there when it is whole, so that a failure leaves nothing half-made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".duecourse-init-", dir=path.parent) as beside:
        draft = Path(beside) / path.name
        make(f"sqlite:///{draft}", start, zone, compiled, key)
        try:
            path.hardlink_to(draft)  # unlike a rename this never replaces what somebody else just made
        except FileExistsError:
            raise _already(path) from None
        except OSError:  # a file system without hard links
            draft.rename(path)


def _write_settings(home: Path, url: str | None) -> None:
    lines = f'db = "{public_url(url)}"\n\n{SETTINGS_TEXT}' if url else SETTINGS_TEXT
    try:
        with (home / FILE).open("x", encoding="utf-8") as file:
            file.write(lines)
    except FileExistsError:
        raise _already(home) from None


def _already(place: Path) -> Conflict:
    return Conflict("There is already a workspace at {url}.", hint=N_("Use it, or name another place."), url=str(place))


def _missing(home: Path) -> list[Path]:
    """The folders that do not exist yet, the outermost last."""
    found = [folder for folder in (home / "files", home / FOLDER) if not folder.exists()]
    for folder in (home, *home.parents):
        if folder.exists():
            break
        found.append(folder)
    return found


def _undo(made: list[Path], path: Path | None) -> None:
    """Take away the database and the folders this run made."""
    if path is not None:
        path.unlink(missing_ok=True)
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


def _said(data: dict[str, Any]) -> list[str]:
    kind = _("Sandbox made in {home}.") if data["sandbox"] else _("Workspace made in {home}.")
    lines = [kind.format(home=data["home"])]
    if data["policy"]:
        lines.append(_("In force: {policy} ({types}).").format(policy=data["policy"], types=", ".join(data["types"])))
    else:
        lines.append(_("No policy is in force yet: `duecourse policy packs`, then `duecourse policy apply NAME`."))
    lines.append(_("You, {login}, are its administrator.").format(login=data["admin"]))
    lines.append(_("The public key of its log, for whoever will check it: {key}").format(key=data["key"]))
    return lines
