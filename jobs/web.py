"""One question over HTTP or HTTPS, and its answer. With `mail` the only code that reaches the network."""

import http.client
import ssl
from ipaddress import ip_address
from urllib.parse import urlsplit

from states.errors import N_, Invalid, Outside

PATIENCE = 30  # seconds the server may take over one answer
LARGEST = 1024 * 1024


def is_address(text: str) -> bool:
    """Whether this is an address of the web, not a command."""
    return text.startswith(("http://", "https://"))


def local(url: str) -> bool:
    """Whether asking this leaves the machine as it is: all a sandbox may do."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def post(url: str, body: bytes, *, sends: str, takes: str) -> bytes:
    """The body of the answer; Outside where there is none, Invalid for what is no address. Nothing is followed."""
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        raise Invalid("{url} is not an address duecourse can ask.", hint=N_("Write https://HOST/PATH."), url=url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "https":
        context = ssl.create_default_context()
        server: http.client.HTTPConnection = http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=context)
    else:
        server = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        server.request("POST", path, body, {"Content-Type": sends, "Accept": takes})
        answer = server.getresponse()
        data = answer.read(LARGEST + 1)
        if answer.status != 200 or len(data) > LARGEST:
            raise _silent(host, f"{answer.status} {answer.reason}")
    except (OSError, http.client.HTTPException) as error:
        raise _silent(host, str(error) or type(error).__name__) from error
    finally:
        server.close()
    return data


def _silent(host: str, why: str) -> Outside:
    return Outside(
        "{host} gave no answer: {why}.",
        hint=N_("Check the address, and try again later."),
        host=host,
        why=" ".join(why.split()).rstrip("."),
    )
