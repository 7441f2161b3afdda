"""Credentials have no place in a log."""

import pytest

from filmstrip.service.redaction import redact, redact_text

SECRET = "wJalrXUtnFEMI/K7MDENG+bPx=RfiCY"


@pytest.mark.parametrize(
    "text",
    [
        f"cannot reach s3://AKIA:{SECRET}@s3.local:9000/bucket/key",
        f"sftp://me@example.com:{SECRET}@h/a.mp4",
        f"ftp://:{SECRET}@h/a.mp4",
        f"-----BEGIN OPENSSH PRIVATE KEY-----\n{SECRET}\n-----END OPENSSH PRIVATE KEY-----",
        f"https://user:{SECRET}@h/a.mp4 and https://user:{SECRET}@h/b.mp4",
        f"GET https://h/a?X-Amz-Credential=AKIA&X-Amz-Signature={SECRET}&x=1",
        f"https://b.s3.amazonaws.com/k?AWSAccessKeyId=A&Signature={SECRET}",
        f"https://a.blob.core.windows.net/c/b?sv=1&sig={SECRET}",
        f"Authorization: AWS4-HMAC-SHA256 Credential=AKIA/2031, Signature={SECRET}",
        f"{{'authorization': 'Bearer {SECRET}'}}",
        f'{{"destination": {{"key": "AKIA", "secret": "{SECRET}"}}}}',
        f'{{\\"secret\\": \\"{SECRET}\\"}}',
        f"api_key={SECRET}&x=1",
        f"token={SECRET}",
        f"password={SECRET}",
    ],
)
def test_a_secret_in_a_text_is_hidden(text: str) -> None:
    """Whatever the form in which it stands, a credential is not in what is written."""
    redacted = redact_text(text)
    assert SECRET not in redacted
    assert SECRET[:8] not in redacted
    assert "(hidden)" in redacted


@pytest.mark.parametrize(
    "text",
    [
        "Token not found",
        "format[0].destination.key: is required",
        "http://127.0.0.1:8080/v1/status",
        "task_token=7c7c7c7c is done",
        "12:30:01 user@example.com",
        "http://h/a.mp4?monkey=1&start=2",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """A log must still be worth reading."""
    assert redact_text(text) == text


def test_secrets_are_hidden_at_any_depth() -> None:
    """Names that mean secrets hide their values inside structures; numbers, None and task tokens stay."""
    event = {"task_token": "t", "ms": 1.5, "none": None, "items": [{"secret": "x", "url": f"s3://A:{SECRET}@h/b/k"}]}
    hidden = {"secret": "(hidden)", "url": "s3://(hidden)@h/b/k"}
    assert redact(event) == {"task_token": "t", "ms": 1.5, "none": None, "items": [hidden]}


def test_objects_are_written_before_they_are_searched() -> None:
    """What is not text is turned to text first, so nothing hides in its repr."""
    assert redact({"error": ValueError(f"secret={SECRET}")}) == {"error": "secret=(hidden)"}
