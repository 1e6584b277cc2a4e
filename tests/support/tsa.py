"""A time stamp authority (RFC 3161) of one's own: certificates, and answers put together byte by byte.

A test can so have every answer there is, the right one and each wrong one, on a machine without `openssl` too.
"""

from __future__ import annotations

import hashlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SHA256, RSA_SHA256 = "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.11"
SIGNED, TSTINFO, POLICY = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4", "1.3.6.1.4.1.99999.1"
CONTENT_TYPE, DIGEST, CERTIFICATE = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.16.2.47"
NAME = "Time Stamp Authority of the tests"


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def seq(*parts: bytes) -> bytes:
    return der(0x30, *parts)


def set_of(*parts: bytes, tag: int = 0x31) -> bytes:
    return der(tag, *sorted(parts))


def integer(value: int) -> bytes:
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text: str) -> bytes:
    first, second, *rest = map(int, text.split("."))
    body = bytes([first * 40 + second])
    for arc in rest:
        sevens = [arc & 127]
        while arc := arc >> 7:
            sevens.append(128 | arc & 127)
        body += bytes(reversed(sevens))
    return der(6, body)


def algorithm(name: str) -> bytes:
    return seq(oid(name), der(5))


def parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, content) of what lies side by side."""
    while data:
        tag, size, at = data[0], data[1], 2
        if size & 0x80:
            at += size & 0x7F
            size = int.from_bytes(data[2:at], "big")
        yield tag, data[at : at + size]
        data = data[at + size :]


class Authority:
    """A root, a certificate under it that may give stamps, and the stamps it gives."""

    def __init__(self) -> None:
        self.root_key, self.key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        self.root = self._certificate("Root of the tests", self.root_key, "Root of the tests", self.root_key, ca=True)
        self.certificate = self._certificate(NAME, self.key, "Root of the tests", self.root_key, ca=False)
        self.at: datetime | None = None  # what time it is there; now by default
        self.bend: dict[str, Any] = {}

    def _certificate(self, name: str, key: Any, issuer: str, issuer_key: Any, *, ca: bool) -> x509.Certificate:
        def named(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=3650))
            .not_valid_after(now + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=not ca, content_commitment=False, key_encipherment=False, data_encipherment=False,
                    key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
                ),
                critical=True,
            )
        )  # fmt: skip
        if not ca:
            made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        return made.sign(issuer_key, hashes.SHA256())

    @cached_property
    def pem(self) -> bytes:
        return self.root.public_bytes(serialization.Encoding.PEM)

    def answer(self, request: bytes) -> bytes:
        """A TimeStampResp to a TimeStampReq; ``bend`` makes one thing in it wrong."""
        if self.bend.get("status"):
            return seq(seq(integer(2), seq(der(0x0C, b"we are closed"))))
        ((_, body),) = parts(request)
        fields = list(parts(body))
        ((_, _), (_, digest)) = parts(fields[1][1])
        nonce = next((content for tag, content in fields[2:] if tag == 2), None)
        digest = self.bend.get("digest", digest)
        nonce = self.bend.get("nonce", nonce)
        info = self._info(digest, nonce)
        return seq(seq(integer(0)), self._token(info))

    def _info(self, digest: bytes, nonce: bytes | None) -> bytes:
        at = (self.at or datetime.now(UTC)).strftime("%Y%m%d%H%M%SZ")
        rest = [der(2, nonce)] if nonce is not None else []
        imprint = seq(algorithm(SHA256), der(4, digest))
        return seq(integer(1), oid(POLICY), imprint, integer(4711), der(0x18, at.encode()), *rest)

    def _token(self, info: bytes) -> bytes:
        certificate = self.certificate.public_bytes(serialization.Encoding.DER)
        signed = (
            seq(oid(CONTENT_TYPE), set_of(oid(TSTINFO))),
            seq(oid(DIGEST), set_of(der(4, hashlib.sha256(info).digest()))),
            seq(oid(CERTIFICATE), set_of(seq(seq(seq(der(4, hashlib.sha256(certificate).digest())))))),
        )
        key = self.root_key if self.bend.get("signature") else self.key
        signature = key.sign(set_of(*signed), padding.PKCS1v15(), hashes.SHA256())
        signer = seq(
            integer(1),
            seq(self.certificate.issuer.public_bytes(), integer(self.certificate.serial_number)),
            algorithm(SHA256),
            set_of(*signed, tag=0xA0),
            algorithm(RSA_SHA256),
            der(4, signature),
        )
        content = seq(oid(TSTINFO), der(0xA0, der(4, info)))
        data = seq(integer(3), set_of(algorithm(SHA256)), content, der(0xA0, certificate), set_of(signer))
        return seq(oid(SIGNED), der(0xA0, data))


class OpenSSL:
    """The same authority, with its answers by `openssl ts`."""

    def __init__(self, authority: Authority, folder: Path, program: str) -> None:
        self.program, self.folder, self.pem = program, folder, authority.pem
        pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        (folder / "tsa.pem").write_bytes(authority.certificate.public_bytes(pem))
        (folder / "key.pem").write_bytes(authority.key.private_bytes(pem, private, serialization.NoEncryption()))
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(
            f"[tsa]\ndefault_tsa = t\n[t]\nserial = {folder / 'serial'}\ndefault_policy = {POLICY}\n"
            "signer_digest = sha256\ndigests = sha256, sha384, sha512\naccuracy = secs:1\n"
            f"signer_cert = {folder / 'tsa.pem'}\nsigner_key = {folder / 'key.pem'}\n"
        )

    def answer(self, request: bytes) -> bytes:
        (self.folder / "asked").write_bytes(request)
        words = ["ts", "-reply", "-config", "tsa.cnf", "-section", "t", "-queryfile", "asked", "-out", "answer"]
        subprocess.run([self.program, *words], cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "answer").read_bytes()


@contextmanager
def served(answer: Callable[[bytes], bytes], status: int = 200) -> Iterator[str]:
    """The authority on the web; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            body = answer(asked)
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsa"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
