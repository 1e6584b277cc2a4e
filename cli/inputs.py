"""Files that a person names to be read: what is wrong with one is said, and exits, alike in every command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.texts import N_
from states.errors import Failed, Invalid, NotFound


def content(path: str) -> bytes:
    """All of a file. NotFound (exit 3) where there is none of this name, Failed (1) where the system refuses it."""
    with _named(path):
        return Path(path).read_bytes()


def text(path: str) -> str:
    """The text of a file in UTF-8, with or without a mark in front; Invalid (exit 8) for what is no such text."""
    with _named(path):
        return Path(path).read_text(encoding="utf-8-sig")


@contextmanager
def _named(path: str) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound("There is no file {path}.", hint=N_("Check the name and try again."), path=path) from error
    except OSError as error:
        raise Failed("{path} cannot be read: {why}.", path=path, why=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise Invalid("{path} is not UTF-8 text.", hint=N_("Save the file as UTF-8."), path=path) from error
