"""Keeps credentials out of the log, in whatever text or structure they hide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "(hidden)"

_SECRET_NAMES = frozenset(
    {
        "access_token",
        "api_key",
        "api_keys",
        "authorization",
        "key",
        "password",
        "query",
        "secret",
        "old_secret_keys",
        "secret_key",
        "temporary_key",
        "temporary_secret",
        "token",
    }
)
# The names of the URL parameters that sign a request: AWS Signature V4 and V2, Google, Azure.
_PARAMETER = r"x-amz-[a-z-]+|x-goog-[a-z-]+|awsaccesskeyid|signature|sig|api_?key|secret|password|token|key"
_PATTERNS = (
    # Up to the last @ before a blank: the secrets of S3 hold slashes.
    # Names of users may hold one themselves.
    (re.compile(r"(?<=://)[^\s\"'<>/:]*:[^\s\"'<>]*@"), f"{HIDDEN}@"),
    (re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)[^-]*"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)(\bauthorization\\?[\"']?\s*[:=]\s*\\?[\"']?)[^\n\"'\\]+"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)(?<![\w-])({_PARAMETER})=[^&\s\"'<>,;)]+"), rf"\1={HIDDEN}"),
    (re.compile(rf"(?i)(?<![\w-])((?:{_PARAMETER})\\?[\"']\s*:\s*\\?[\"'])(?:[^\"'\\]|\\[^\"'])*"), rf"\1{HIDDEN}"),
)


def redact_text(text: str) -> str:
    """Hide the credentials in a text; rather too much than too little."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact(value: Any) -> Any:
    """Hide the credentials in a value of a log line, at any depth."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {name: HIDDEN if str(name).lower() in _SECRET_NAMES else redact(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [redact(item) for item in value]
    return value if isinstance(value, int | float | None) else redact_text(str(value))
