"""Signed notes (C2SP signed-note), checkpoints (tlog-checkpoint) and cosignatures (tlog-cosignature), with Ed25519.

A note is a text, an empty line, and signature lines ``— NAME base64(key id || signature)``. Whoever checks one brings
the keys; signatures by other keys are ignored. The only importer of `cryptography`.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, Self

from states.errors import N_, Failed, Integrity, Usage
from workflow.merkle import SIZE

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LOG = 1  # the type byte of a log's Ed25519 key
WITNESS = 4  # of a witness's, for cosignature/v1
LARGEST = 64 * 1024  # characters of a note, signatures and all
_DASH = "—"  # the dash a signature line begins with
_NAME = re.compile(r"[^\s+]+")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
_SECRET = "PRIVATE+KEY+"  # noqa: S105  # how the text of a signer's key begins


class VerifierKey(NamedTuple):
    """A public key under a name: ``NAME+ID+base64(type || key)``."""

    name: str
    type: int
    public: bytes

    @classmethod
    def read(cls, text: str, type_: int) -> Self:
        """Usage where it is not the text of a key of this type."""
        name, _, rest = text.strip().partition("+")
        id_, _, key = rest.partition("+")
        try:
            material = b64decode(key, validate=True)
        except (NotBase64, ValueError):
            material = b""
        made = cls(name, material[0] if material else 0, material[1:])
        if made.type != type_ or len(made.public) != 32 or not _NAME.fullmatch(name) or id_ != made.id.hex():
            raise _no_log_key() if type_ == LOG else _no_witness_key()
        return made

    @property
    def id(self) -> bytes:
        """Four bytes that name the key in a signature line."""
        return sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.type]) + self.public).decode()}"


def _no_log_key() -> Usage:  # what was given is not repeated: it may be a secret key
    return Usage(
        "This is not the public key of a log.",
        hint=N_("It reads NAME+ID+KEY, as `duecourse audit checkpoint --public-key` prints it."),
    )


def _no_witness_key() -> Usage:
    return Usage(
        "This is not the public key of a witness.",
        hint=N_("It reads NAME+ID+KEY, as `duecourse audit witness` prints it."),
    )


class SigningKey:
    """A private Ed25519 key under a name."""

    def __init__(self, name: str, type_: int, private: "Ed25519PrivateKey") -> None:
        if not _NAME.fullmatch(name):
            raise Usage("A key cannot be called {name}: leave out spaces and plus signs.", name=repr(name))
        self.verifier = VerifierKey(name, type_, private.public_key().public_bytes_raw())
        self._private = private

    @classmethod
    def new(cls, name: str, type_: int) -> Self:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(name, type_, Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, name: str, type_: int, pem: bytes, passphrase: bytes | None) -> Self:
        """From PKCS#8; Failed where it does not open."""
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            private = load_pem_private_key(pem, passphrase)
        except TypeError as error:
            raise Failed(
                "The key needs its passphrase, or has none and was given one.",
                hint=N_("The setting seal.passphrase_file names the file that holds it."),
            ) from error
        except (ValueError, UnsupportedAlgorithm) as error:
            raise Failed("The key cannot be read: the file is damaged, or the passphrase is wrong.") from error
        if not isinstance(private, Ed25519PrivateKey):
            raise Failed("The key is not an Ed25519 key.")
        return cls(name, type_, private)

    def pem(self, passphrase: bytes | None) -> bytes:
        """As PKCS#8, encrypted where there is a passphrase."""
        from cryptography.hazmat.primitives import serialization as how

        locked = how.BestAvailableEncryption(passphrase) if passphrase else how.NoEncryption()
        return self._private.private_bytes(how.Encoding.PEM, how.PrivateFormat.PKCS8, locked)

    @classmethod
    def from_secret(cls, text: str, type_: int) -> Self:
        """From the text of a signer's key, ``PRIVATE+KEY+NAME+ID+base64(type || seed)``; Usage for another."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        name, _, rest = text.strip().removeprefix(_SECRET).partition("+")
        id_, _, key = rest.partition("+")
        try:
            material = b64decode(key, validate=True)
        except (NotBase64, ValueError):
            material = b""
        if text.startswith(_SECRET) and len(material) == 33 and material[0] == type_:
            made = cls(name, type_, Ed25519PrivateKey.from_private_bytes(material[1:]))
            if made.verifier.id.hex() == id_:
                return made
        raise Usage("This is not the secret key of a witness.", hint=N_("Make one with --new-key NAME."))

    def secret(self) -> str:
        """The same text."""
        material = bytes([self.verifier.type]) + self._private.private_bytes_raw()
        return f"{_SECRET}{self.verifier.name}+{self.verifier.id.hex()}+{b64encode(material).decode()}"

    def sign(self, text: str) -> str:
        """The signature line of a log over a note's text."""
        return self._line(self._private.sign(text.encode()))

    def cosign(self, text: str, time: int) -> str:
        """The cosignature/v1 line of a witness over a checkpoint's text, at a POSIX time."""
        return self._line(time.to_bytes(8, "big") + self._private.sign(_cosigned(text, time)))

    def _line(self, signature: bytes) -> str:
        return f"{_DASH} {self.verifier.name} {b64encode(self.verifier.id + signature).decode()}\n"


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


class Signature(NamedTuple):
    name: str
    id: bytes
    signature: bytes


class Note(NamedTuple):
    """A text with its signatures, not checked yet. ``text`` ends in a newline."""

    text: str
    signatures: list[Signature]

    @classmethod
    def read(cls, note: str) -> Self:
        """Integrity where it is no signed note."""
        text, middle, lines = note.rpartition("\n\n")
        if (
            not (middle and text and lines.endswith("\n"))
            or len(note) > LARGEST
            or any(sign < " " and sign != "\n" for sign in note)
        ):
            raise _broken()
        return cls(text + "\n", [_signature(line) for line in lines[:-1].split("\n")])

    def signed_by(self, key: VerifierKey) -> bool:
        """Whether the log signed it with this key; Integrity where any line says so and is not."""
        mine = self._by(key)
        for one in mine:
            _check(key, one.signature, self.text.encode())
        return bool(mine)

    def cosigned_by(self, key: VerifierKey) -> int | None:
        """The POSIX time at which this witness first cosigned it, or None; Integrity where any line says so wrongly."""
        times = []
        for one in self._by(key):
            times.append(int.from_bytes(one.signature[:8], "big"))
            _check(key, one.signature[8:], _cosigned(self.text, times[-1]))
        return min(times, default=None)

    def _by(self, key: VerifierKey) -> list[Signature]:
        return [one for one in self.signatures if (one.name, one.id) == (key.name, key.id)]


def _signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, text = rest.partition(" ")
    try:
        raw = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        raw = b""
    if dash != _DASH or not _NAME.fullmatch(name) or len(raw) < 5:
        raise _broken()
    return Signature(name, raw[:4], raw[4:])


def _check(key: VerifierKey, signature: bytes, message: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise Integrity("The signature of {name} under the checkpoint is wrong.", name=key.name) from error


def _broken() -> Integrity:
    return Integrity("This is not a signed checkpoint.", hint=N_("`duecourse audit checkpoint -o FILE` writes one."))


class Checkpoint(NamedTuple):
    """What a checkpoint says: of which log, how many leaves, the root over them in hex."""

    origin: str
    size: int
    root: str

    @classmethod
    def read(cls, text: str) -> Self:
        """From a note's text; lines after the third are left to whoever knows them."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or not _NUMBER.fullmatch(lines[1]):
            raise _broken()
        return cls(lines[0], int(lines[1]), hash_of(lines[2]).hex())

    @property
    def text(self) -> str:
        """The three lines."""
        return f"{self.origin}\n{self.size}\n{b64encode(bytes.fromhex(self.root)).decode()}\n"


def hash_of(line: str) -> bytes:
    """A hash in base64; Integrity for anything else."""
    try:
        hash_ = b64decode(line, validate=True)
    except (NotBase64, ValueError):
        hash_ = b""
    if len(hash_) != SIZE or b64encode(hash_).decode() != line:
        raise Integrity("{line} is not a hash.", line=repr(line[:80]))
    return hash_


def join(text: str, lines: Sequence[str]) -> str:
    """A signed note of its text and signature lines."""
    return f"{text}\n{''.join(lines)}"


def cosigned(note: str, line: str) -> str:
    """The note with one more signature line; an older one by the same key goes."""
    text, _, lines = note.rpartition("\n\n")
    mine = _signature(line.rstrip("\n"))
    kept = [one for one in lines[:-1].split("\n") if _signature(one)[:2] != mine[:2]]
    return join(text + "\n", [*(f"{one}\n" for one in kept), line])
