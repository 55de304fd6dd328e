"""SCRAM-SHA-256 secrets: what PostgreSQL and PgBouncer store of a password instead of the password."""

from __future__ import annotations

import base64
import hashlib
import hmac

ITERATIONS = 4096
"""PostgreSQL's own default (`scram_iterations`), and the least that RFC 7677 allows."""


def scram_secret(password: str, salt: str) -> str:
    """The secret of an ASCII password in PostgreSQL's notation, `SCRAM-SHA-256$4096:salt$stored key:server key`.

    `salt` is base64. Of the same password and salt it is always the same one, so that the server and the pooler hold
    equal secrets: that lets PgBouncer log in to PostgreSQL with what a client proved, knowing no password itself
    (RFC 5802, section 3; PgBouncer's documentation, "Authentication file format").
    """
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), base64.b64decode(salt), ITERATIONS)
    stored = hashlib.sha256(_hmac(salted, b"Client Key")).digest()
    return f"SCRAM-SHA-256${ITERATIONS}:{salt}${_base64(stored)}:{_base64(_hmac(salted, b'Server Key'))}"


def _hmac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
