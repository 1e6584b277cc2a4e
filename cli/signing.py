"""`--sign`: a person signs an act with their own SSH key; `ssh-keygen` makes the signature, so no key comes here."""

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from cli.session import Session
from states.errors import N_, Failed, NotFound, NotPermitted
from workflow.sshsig import NAMESPACE, Key

if TYPE_CHECKING:
    from workflow.events import Who
    from workflow.receipts import Outcome
    from workflow.store import Tx


class Signer:
    """The key in a file: a private key with its .pub beside it, or a .pub whose private part an agent holds."""

    def __init__(self, path: str, *, ask: bool) -> None:
        """NotFound, Usage where it is no key; ``ask``: whether ssh-keygen may ask for a passphrase."""
        self.path = path
        self.ask = ask
        self.key = read_public(path if path.endswith(".pub") else f"{path}.pub")
        self.program = shutil.which("ssh-keygen")
        if self.program is None:
            raise Failed("Signing needs ssh-keygen, which is not installed.", hint=N_("Install OpenSSH."))

    def check(self, tx: "Tx", who: "Who") -> None:
        """NotPermitted unless this is the key whoever acts has registered; asked before anything is done."""
        from workflow.engine.signing import of_signer

        if of_signer(tx, who) != self.key:
            raise NotPermitted(
                "The key in {path} is not the one you registered.",
                hint=N_("Sign with that one, or register this one: `duecourse whoami --ssh-key FILE.pub`."),
                path=self.path,
            )

    def sign(self, session: Session, outcome: "Outcome", who: "Who") -> None:
        """Sign what was just done. The signature is given outside of any transaction: a person may have to type."""
        from workflow.engine.signing import sign

        armored = self._signature(outcome.event.hash)
        event = outcome.event.id
        session.change(lambda tx: sign(tx, outcome.ref, event, armored, who=who), signed=True)

    def _signature(self, hash_: str) -> str:
        done = subprocess.run(  # noqa: S603  # a program of the system, with words of ours and the user's own path
            [str(self.program), "-Y", "sign", "-q", "-n", NAMESPACE, "-f", self.path],
            input=bytes.fromhex(hash_),
            capture_output=True,
            check=False,
            start_new_session=not self.ask,  # no terminal, so nobody is asked
        )
        if done.returncode:
            raise Failed(
                "The act is on record, but it could not be signed: {why}.",
                hint=N_("Done with a --key, it can be repeated with that key and is then signed."),
                why=done.stderr.decode(errors="replace").strip().rstrip(".").replace("\r\n", "; ") or done.returncode,
            )
        return done.stdout.decode()


def read_public(path: str) -> Key:
    """The public key in a file; NotFound where there is none, Usage where it is no key."""
    try:
        return Key.read(Path(path).read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError as error:
        raise NotFound(
            "There is no public key at {path}.", hint=N_("`ssh-keygen -y -f KEYFILE` prints it."), path=path
        ) from error
    except OSError as error:
        raise Failed("{path} cannot be read: {why}.", path=path, why=error.strerror or str(error)) from error
