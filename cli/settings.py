"""Where a value comes from: flag, DUECOURSE_*, duecourse.toml, the user's file, the system's file, the default.

Paths are text here: pathlib would cost a tenth of what a person waits for.
"""
# ruff: noqa: PTH100, PTH113, PTH118, PTH120, PTH123

import os.path
from collections.abc import Iterator, Mapping
from typing import Any

from cli.texts import N_
from states.errors import Failed, Invalid, NotFound, Usage

FILE = "duecourse.toml"
DATABASE = "duecourse.db"

# Every key there is: (default, what it is).
KEYS: dict[str, tuple[str | bool | None, str]] = {
    "home": (None, N_("the folder of the workspace")),
    "db": (None, N_("the address of the database; duecourse.db in the home by default")),
    "lang": (None, N_("the language people read: en or zh_CN")),
    "format": (None, N_("how results are printed: table, plain, json, ndjson or csv")),
    "zone": ("UTC", N_("the time zone a new workspace gets when its pack names none")),
    "mail.smtp": (None, N_("the mail server, HOST:PORT")),
    "mail.from": (None, N_("the sender of notices")),
    "mail.starttls": (True, N_("whether mail is sent only over an encrypted connection")),
    "mail.user": (None, N_("the account at the mail server")),
    "mail.password_file": (None, N_("the file that holds the password of that account")),
    "mail.to_file": (None, N_("a file notices are appended to instead of being sent")),
    "seal.keys": (None, N_("the folder of the key that signs checkpoints; keys in the home by default")),
    "seal.passphrase_file": (None, N_("the file that holds the passphrase of that key, if it has one")),
    "publish.file": (None, N_("where the newest checkpoint is written: a file, or a folder for all of them")),
    "publish.mail": (None, N_("who gets checkpoints by mail: addresses, with commas between them")),
    "publish.command": (None, N_("the program that gets checkpoints on its standard input; no shell reads it")),
    "publish.tsa": (None, N_("who stamps checkpoints with the time (RFC 3161): an address, or a program to ask")),
    "publish.tsa_roots": (None, N_("the file with the certificates of time stamp authorities that are trusted")),
}


class Source:
    """One place settings come from: ``name`` what kind of place, ``where`` which one, ``values`` by dotted key."""

    __slots__ = ("name", "values", "where")

    def __init__(self, name: str, where: str, values: Mapping[str, Any]) -> None:
        self.name = name
        self.where = where
        self.values = values


class Settings:
    """All sources of one invocation, the strongest first."""

    def __init__(self, flags: Mapping[str, str | None], environ: Mapping[str, str], folder: str) -> None:
        """``flags``: what the global options said; ``folder``: where the command was started."""
        self.flags = Source("flag", "", {key: value for key, value in flags.items() if value is not None})
        self.environ = Source("environment", "", _from_environ(environ))
        self.folder = folder
        self.home = self._home(folder)
        self._paths = [("user", _user_file(environ)), ("system", "/etc/xdg/duecourse/config.toml")]
        if self.home:
            self._paths.insert(0, ("workspace", os.path.join(self.home, FILE)))
        self._files: list[Source] | None = None

    def _home(self, folder: str) -> str | None:
        """The workspace's folder: said, or the nearest one upward that has a duecourse.toml."""
        said = self.flags.values.get("home") or self.environ.values.get("home")
        if said:
            return os.path.abspath(os.path.join(folder, str(said)))
        database = self.flags.values.get("db") or self.environ.values.get("db")
        if database:
            path = sqlite_path(str(database))
            return os.path.dirname(os.path.abspath(os.path.join(folder, path))) if path else _upward(folder)
        return _upward(folder)

    @property
    def files(self) -> list[Source]:
        """The files that exist, read once; Invalid for a broken one."""
        if self._files is None:
            self._files = [Source(name, path, read_file(path)) for name, path in self._paths if os.path.isfile(path)]
        return self._files

    def sources(self) -> Iterator[Source]:
        """Every source, the strongest first; the defaults last."""
        yield self.flags
        yield self.environ
        yield from self.files
        yield Source("default", "", {key: default for key, (default, _) in KEYS.items() if default is not None})

    def found(self, key: str) -> Source | None:
        """The source that wins for this key."""
        return next((source for source in self.sources() if key in source.values), None)

    def get(self, key: str) -> Any:
        """The value of a key, or None."""
        source = self.found(key)
        return None if source is None else source.values[key]

    def database(self) -> str:
        """The address of the workspace's database; NotFound where there is no workspace to be seen."""
        source = self.found("db")
        if source is not None:
            url = str(source.values["db"])
            path = sqlite_path(url)
            if path is None:
                return url
            near = os.path.dirname(source.where) if source.where.endswith(".toml") else self.folder
            return f"sqlite:///{os.path.abspath(os.path.join(near, path))}"
        if self.home is None:
            raise NotFound(
                "There is no workspace in this folder or above it.",
                hint=N_("Make one with `duecourse init`, or name one with --home or DUECOURSE_HOME."),
            )
        return f"sqlite:///{os.path.join(self.home, DATABASE)}"

    def files_home(self) -> str:
        """The folder whose ``files`` hold the evidence."""
        if self.home is None:
            raise NotFound(
                "It is not known where the files of this workspace lie.", hint=N_("Name its folder with --home.")
            )
        return self.home


def check_key(key: str) -> str:
    """The key, if it is one; Usage otherwise."""
    if key in KEYS:
        return key
    from difflib import get_close_matches

    near = get_close_matches(key, KEYS, n=1)
    if near:
        raise Usage("There is no setting {key}.", hint=N_("Did you mean {near}?"), key=key, near=near[0])
    raise Usage("There is no setting {key}.", hint=N_("There are: {keys}."), key=key, keys=", ".join(KEYS))


def environment_name(key: str) -> str:
    """How a setting is called in the environment."""
    return "DUECOURSE_" + key.upper().replace(".", "_")


def sqlite_path(url: str) -> str | None:
    """The path in a ``sqlite:///PATH`` address; None for another kind."""
    return url.removeprefix("sqlite:///") if url.startswith("sqlite:///") else None


def read_file(path: str) -> dict[str, Any]:
    """The settings in a file, by dotted key; Invalid with its place where it is broken or has a key nobody knows."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except UnicodeDecodeError as error:
        raise Invalid("This file is not UTF-8 text.", hint=N_("Save it as UTF-8."), where=path) from error
    except OSError as error:
        raise Failed("The settings cannot be read: {why}.", where=path, why=error.strerror or str(error)) from error
    if all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines()):
        return {}
    import tomllib

    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _broken(path, text, str(error)) from error
    return dict(_flat(tree, "", path))


def _broken(path: str, text: str, said: str) -> Invalid:
    """tomllib ends its message with ``(at line 3, column 1)`` or ``(at end of document)``."""
    why, _, place = said.rpartition(" (at ")
    numbers = [word.strip(",)") for word in place.split() if word.strip(",)").isdigit()]
    numbers = numbers or [str(text.count("\n") + 1), "1"]
    return Invalid(
        "The settings file is broken: {why}.",
        hint=N_("It is TOML: `key = value` lines, text in quotation marks."),
        where=":".join([path, *numbers]),
        why=(why or said).strip().rstrip("."),
    )


def _flat(tree: Mapping[str, Any], prefix: str, path: str) -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and any(known.startswith(f"{key}.") for known in KEYS):
            yield from _flat(value, f"{key}.", path)
            continue
        if key not in KEYS or key == "home":
            from difflib import get_close_matches

            near = get_close_matches(key, KEYS, n=1)
            raise Invalid(
                "There is no setting {key}.",
                hint=N_("Did you mean {near}?") if near else N_("There are: {keys}."),
                where=path,
                key=key,
                near=near[0] if near else "",
                keys=", ".join(KEYS),
            )
        if isinstance(value, bool) is not isinstance(KEYS[key][0], bool) or not isinstance(value, str | bool):
            raise Invalid("The setting {key} cannot be {value}.", where=path, key=key, value=repr(value))
        yield key, value


def _from_environ(environ: Mapping[str, str]) -> dict[str, Any]:
    """What the environment says; a switch is true, yes, on or 1."""
    found: dict[str, Any] = {}
    for key, (default, _) in KEYS.items():
        said = environ.get(environment_name(key))
        if said:
            found[key] = said.lower() in {"1", "true", "yes", "on"} if isinstance(default, bool) else said
    return found


def _user_file(environ: Mapping[str, str]) -> str:
    folder = environ.get("XDG_CONFIG_HOME") or os.path.join(environ.get("HOME", "/"), ".config")
    return os.path.join(folder, "duecourse", "config.toml")


def _upward(folder: str) -> str | None:
    while True:
        if os.path.isfile(os.path.join(folder, FILE)):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
