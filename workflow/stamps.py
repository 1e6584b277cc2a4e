"""RFC 3161: a time stamp authority's word that a checkpoint was there at a time. The only importer of rfc3161-client.

What is stamped is the signed note, byte by byte as it is given away, so that anybody with the note and the answer can
check them, with `openssl ts -verify` too. Whether the authority is one to be trusted is for whoever names its root.
"""

from collections.abc import Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any, NamedTuple

from states.errors import N_, Failed, Integrity, Outside
from workflow.instants import stamp

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

LARGEST = 128 * 1024  # bytes of an answer


class Stamp(NamedTuple):
    """Who says so, of which instant; ``checked`` where the signature leads to a root that was named."""

    by: str
    at: str
    serial: str
    checked: bool


class Request(NamedTuple):
    """What an authority is asked: the bytes, and the number that its answer must repeat."""

    body: bytes
    nonce: int


def _library() -> Any:
    try:
        import rfc3161_client
    except ImportError as error:
        raise Failed(
            "Time stamps need the library rfc3161-client, which is not installed.",
            hint=N_("Install duecourse with its extra `stamp`."),
        ) from error
    return rfc3161_client


def installed() -> bool:
    """Whether stamps can be looked into here."""
    try:
        _library()
    except Failed:
        return False
    return True


def request(note: str) -> Request:
    """What to ask of an authority about a signed checkpoint."""
    library = _library()
    builder = library.TimestampRequestBuilder().data(note.encode()).hash_algorithm(library.HashAlgorithm.SHA256)
    made = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    return Request(made.as_bytes(), int(made.nonce))


def roots(pem: bytes, where: str) -> "list[Certificate]":
    """The certificates in a file; Failed where there is none."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(pem)
    except ValueError as error:
        raise Failed(
            "There is no certificate in this file.", hint=N_("It holds the roots in PEM form."), where=where
        ) from error


def answered(answer: bytes, note: str, asked: Request, trusted: "Sequence[Certificate]") -> Stamp:
    """The stamp in a fresh answer; Outside where it is none, or not of this checkpoint."""
    try:
        return read(answer, note, trusted, nonce=asked.nonce)
    except Integrity as problem:
        raise Outside("The time stamp authority gave no stamp that holds: {why}.", why=_plain(problem)) from problem


def read(answer: bytes, note: str, trusted: "Sequence[Certificate]", *, nonce: int | None = None) -> Stamp:
    """The stamp in a kept answer, held against the note it is of; Integrity where it does not hold."""
    library = _library()
    if len(answer) > LARGEST:
        raise Integrity("The time stamp is no RFC 3161 answer.")
    try:
        response = library.decode_timestamp_response(answer)
        granted = int(response.status) == 0
    except ValueError as error:
        raise Integrity("The time stamp is no RFC 3161 answer.") from error
    if not granted:
        said = ", ".join(response.status_string) or str(int(response.status))
        raise Integrity("The authority refused the time stamp: {why}.", why=said)
    try:
        info, signed = response.tst_info, response.signed_data
        (signer,) = signed.signer_infos
        matches = _imprint(info) == _hash(info, note)
        by, at, serial = _name(signed, signer), stamp(info.gen_time.astimezone(UTC)), f"{info.serial_number:x}"
        repeated = nonce is None or info.nonce == nonce
    except ValueError as error:
        raise Integrity("The time stamp is no RFC 3161 answer.") from error
    if not matches:
        raise Integrity("The time stamp is of something else than this checkpoint.")
    if not repeated:
        raise Integrity("The time stamp answers another question.")
    if trusted:
        _verify(library, response, note, trusted)
    return Stamp(by, at, serial, bool(trusted))


def _verify(library: Any, response: Any, note: str, trusted: "Sequence[Certificate]") -> None:
    """By constructor on purpose: the builder's `from_request` would drop what was said before it."""
    verifier = library.VerifierBuilder(roots=list(trusted)).build()
    try:
        verifier.verify_message(response, note.encode())
    except (library.VerificationError, ValueError) as error:
        why = str(error).partition(": ErrorStack")[0].strip().rstrip(".")
        raise Integrity(
            "The signature of the time stamp does not hold under a root you trust: {why}.", why=why
        ) from error


def _imprint(info: Any) -> bytes:
    return bytes(info.message_imprint.message)


def _hash(info: Any, note: str) -> bytes | None:
    """What the note's hash would be by the algorithm of the stamp; None for one that is not good enough."""
    from cryptography.hazmat.primitives import hashes

    known = {
        "2.16.840.1.101.3.4.2.1": hashes.SHA256(),
        "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
        "2.16.840.1.101.3.4.2.3": hashes.SHA512(),
    }
    algorithm = known.get(info.message_imprint.hash_algorithm.dotted_string)
    if algorithm is None:
        return None
    maker = hashes.Hash(algorithm)
    maker.update(note.encode())
    return maker.finalize()


def _name(signed: Any, signer: Any) -> str:
    """What the certificate of the signer calls itself; its number where it is not in the answer."""
    from cryptography.x509 import load_der_x509_certificate
    from cryptography.x509.oid import NameOID

    for der in signed.certificates:
        certificate = load_der_x509_certificate(bytes(der))
        if (certificate.issuer, certificate.serial_number) == (signer.issuer, signer.serial_number):
            named = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
            text = str(named[0].value) if named else certificate.subject.rfc4514_string()
            return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:200]
    return f"{signer.serial_number:x}"


def _plain(problem: Integrity) -> str:
    return str(problem).rstrip(".")
