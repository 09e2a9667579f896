"""Asks malware scanners about a file, where settings name them: ClamAV and Microsoft Defender (rules.md 6.4)."""

import socket
import struct
import time
from enum import StrEnum

from shared_code.adapters import blobs
from shared_code.settings import Settings

CLAMD_SECONDS = 20.0  # for the whole conversation
PIECE = 64 * 1024  # bytes
DEFENDER_TAG = "Malware Scanning scan result"
DEFENDER_SAYS_CLEAN, DEFENDER_SAYS_MALICIOUS = "No threats found", "Malicious"


class Said(StrEnum):
    """What a scanner knows of a file."""

    CLEAN = "no threat found"
    MALICIOUS = "malicious"
    NOT_YET = "no verdict yet"


class ScannerError(Exception):
    """A scanner gave no verdict and will give none. `reason` holds nothing of the file."""


def ask(settings: Settings, upload_name: str | None, content: bytes) -> Said:
    """What all scanners together say; the file lies in quarantine under `upload_name`, or came along with a request.

    Raises ScannerError, and Refusal `STORAGE_FAILED` where Defender's verdict cannot be read.
    """
    verdicts = []
    if settings.clamav_address:
        verdicts.append(_clamd(settings.clamav_address, content))
    if settings.defender_verdict_required and upload_name:
        verdicts.append(_defender(blobs.upload_tags(settings, upload_name).get(DEFENDER_TAG)))
    if Said.MALICIOUS in verdicts:
        return Said.MALICIOUS
    return Said.NOT_YET if Said.NOT_YET in verdicts else Said.CLEAN


def _defender(tag: str | None) -> Said:
    """Defender writes its verdict beside the blob, some seconds after it was uploaded."""
    known = {None: Said.NOT_YET, DEFENDER_SAYS_CLEAN: Said.CLEAN, DEFENDER_SAYS_MALICIOUS: Said.MALICIOUS}
    if tag not in known:
        raise ScannerError("Defender could not scan it")
    return known[tag]


def _clamd(address: str, content: bytes) -> Said:
    """Send the file through clamd's socket, in pieces with their lengths, and read its one line."""
    host, _, port = address.rpartition(":")
    until = time.monotonic() + CLAMD_SECONDS
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=CLAMD_SECONDS) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE):
                piece = content[start : start + PIECE]
                _patience(line, until)
                line.sendall(struct.pack("!I", len(piece)) + piece)
            line.sendall(struct.pack("!I", 0))
            said = _answer(line, until)
    except (OSError, ValueError) as error:
        raise ScannerError(f"clamd: {type(error).__name__}") from None
    if said == b"stream: OK":
        return Said.CLEAN
    if said.startswith(b"stream: ") and said.endswith(b" FOUND"):
        return Said.MALICIOUS
    raise ScannerError("clamd gave no verdict")


def _answer(line: socket.socket, until: float) -> bytes:
    said = b""
    while not said.endswith(b"\0") and len(said) < 1000:
        _patience(line, until)
        more = line.recv(1000)
        if not more:
            break
        said += more
    return said.rstrip(b"\0")


def _patience(line: socket.socket, until: float) -> None:
    """Wait for the next step no longer than until the end of it all."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    line.settimeout(left)
