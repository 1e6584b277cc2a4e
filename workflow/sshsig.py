"""SSH signatures over a hash (the SSHSIG format of OpenSSH, PROTOCOL.sshsig), checked here and made by `ssh-keygen`.

The namespace binds a signature to this use, so that one given for another purpose says nothing here.
"""

import hashlib
import struct
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, NamedTuple

from states.errors import N_, Usage

if TYPE_CHECKING:
    from cryptography.hazmat.primitives import hashes

NAMESPACE = "duecourse-event@v1"
LARGEST = 16_384  # characters of a signature or a key
_MAGIC = b"SSHSIG"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_HASHES = ("sha256", "sha512")
_KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
_RSA = {"rsa-sha2-256": "SHA256", "rsa-sha2-512": "SHA512"}
_ECDSA = {"nistp256": "SHA256", "nistp384": "SHA384", "nistp521": "SHA512"}


class BadSignature(Exception):
    """Why a signature does not hold: a sentence with {named} places."""

    def __init__(self, why: str, **places: str) -> None:
        super().__init__(why.format(**places) if places else why)


class Key(NamedTuple):
    """A public key as OpenSSH writes it, without its comment."""

    kind: str
    blob: bytes

    @classmethod
    def read(cls, text: str) -> "Key":
        """The key in a line of a .pub file; Usage for anything else."""
        try:
            kind, blob, *_ = text[:LARGEST].split()
            key = cls(kind, b64decode(blob, validate=True))
            if kind in _KINDS and _Reader(key.blob).text() == kind:
                key.load()
                return key
        except (ValueError, BadSignature):
            pass
        raise Usage(
            "This is not a public SSH key that can be used here.",
            hint=N_("Give the .pub file of a key of these kinds: {kinds}."),
            kinds=", ".join(_KINDS),
        )

    @property
    def text(self) -> str:
        return f"{self.kind} {b64encode(self.blob).decode()}"

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` shows it."""
        return "SHA256:" + b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    def load(self) -> Any:
        """The key for checking with."""
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import load_ssh_public_key

        try:
            return load_ssh_public_key(self.text.encode())
        except UnsupportedAlgorithm as error:
            raise BadSignature(str(error)) from error


def check(armored: str, hash_: str, key: Key) -> None:
    """BadSignature unless this key signed this hash (64 hexadecimal digits) in our namespace."""
    blob = _Reader(_bare(armored))
    if blob.take(6) != _MAGIC or blob.number() != 1:
        raise BadSignature("it is not an SSH signature of version 1")
    public, namespace, reserved, hashing, signature = blob.part(), blob.text(), blob.part(), blob.text(), blob.part()
    blob.end()
    if public != key.blob:
        raise BadSignature("it was made with another key")
    if namespace != NAMESPACE:
        raise BadSignature("it was made for {other}, not for {ours}", other=repr(namespace), ours=NAMESPACE)
    if hashing not in _HASHES:
        raise BadSignature("it uses the hash {other}", other=repr(hashing))
    digest = hashlib.new(hashing, bytes.fromhex(hash_)).digest()
    parts = (namespace.encode(), reserved, hashing.encode(), digest)
    message = _MAGIC + b"".join(struct.pack(">I", len(part)) + part for part in parts)
    inner = _Reader(signature)
    kind, value = inner.text(), inner.part()
    inner.end()
    _verify(key, kind, value, message)


def _verify(key: Key, kind: str, value: bytes, message: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    public = key.load()
    try:
        if key.kind == "ssh-rsa" and kind in _RSA:
            public.verify(value, message, padding.PKCS1v15(), _hash(hashes, _RSA[kind]))
        elif kind != key.kind:
            raise BadSignature("a key of kind {kind} does not sign as {other}", kind=key.kind, other=repr(kind))
        elif kind == "ssh-ed25519":
            public.verify(value, message)
        else:
            pair = _Reader(value)
            der = encode_dss_signature(int.from_bytes(pair.part(), "big"), int.from_bytes(pair.part(), "big"))
            public.verify(der, message, ec.ECDSA(_hash(hashes, _ECDSA[kind.rpartition("-")[2]])))
    except InvalidSignature:
        raise BadSignature("it does not fit the hash of the event") from None


def _hash(module: Any, name: str) -> "hashes.HashAlgorithm":
    made: hashes.HashAlgorithm = getattr(module, name)()
    return made


def _bare(armored: str) -> bytes:
    lines = armored.strip().splitlines()
    if len(armored) > LARGEST or len(lines) < 3 or lines[0] != _BEGIN or lines[-1] != _END:
        raise BadSignature("it is not an SSH signature")
    try:
        return b64decode("".join(lines[1:-1]), validate=True)
    except ValueError as error:
        raise BadSignature(str(error)) from error


class _Reader:
    """The parts of an SSH blob, one after the other."""

    def __init__(self, blob: bytes) -> None:
        self.blob = blob
        self.at = 0

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.blob):
            raise BadSignature("it is cut short")
        self.at += count
        return self.blob[self.at - count : self.at]

    def number(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def part(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        try:
            return self.part().decode("ascii")
        except UnicodeDecodeError as error:
            raise BadSignature("it is not an SSH signature") from error

    def end(self) -> None:
        if self.at != len(self.blob):
            raise BadSignature("there is something behind it")
