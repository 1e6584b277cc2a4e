"""Where the key of the log lies, by the settings, and keys and checkpoints that a person names."""

from pathlib import Path
from typing import TYPE_CHECKING

from cli.inputs import text as text_of
from cli.session import Session
from states.errors import Failed, Usage

if TYPE_CHECKING:
    from workflow.notes import Note, VerifierKey
    from workflow.signer import Keys

FOLDER = "keys"


def keys(session: Session, home: Path | None = None) -> "Keys | None":
    """The folder of the keys; None where neither it nor the home is known."""
    from workflow.signer import Keys

    get, place = session.settings.get, home or (Path(session.settings.home) if session.settings.home else None)
    folder, secret = get("seal.keys"), get("seal.passphrase_file")
    if folder is None and place is None:
        return None
    near = place or Path.cwd()
    return Keys(near / (folder or FOLDER), near / secret if secret else None)


def public_key(text: str, option: str, type_: int) -> "VerifierKey":
    """A public key as its text, or in a file that holds it."""
    from workflow.notes import VerifierKey

    words = text
    if "+" not in text or Path(text).is_file():
        words = "".join(line for line in text_of(text).splitlines() if not line.startswith("#"))
    try:
        return VerifierKey.read(words, type_)
    except Usage as problem:
        problem.where = option
        raise


def checkpoint_file(path: str) -> "Note":
    """The signed checkpoint in a file, with or without a proof before it."""
    from workflow.notes import Note
    from workflow.witness import Request

    return Note.read(Request.read(text_of(path)).note)


def write(path: str, text: str) -> None:
    """Put a text into a file, whole or not at all."""
    target = Path(path)
    draft = target.with_name(f".{target.name}.part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Failed("The file cannot be written: {why}.", where=path, why=error.strerror or str(error)) from error
