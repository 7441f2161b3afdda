"""What S3 servers answer becomes an error of ours."""

from __future__ import annotations

import pytest

from filmstrip.domain.errors import (
    BucketNotFoundError,
    DestinationForbiddenError,
    DestinationRefusedError,
    DestinationUnreachableError,
)
from filmstrip.storage.s3.address import S3Address
from filmstrip.storage.s3.failures import refusal_error

ADDRESS = S3Address.parse("s3://s3.amazonaws.com/bucket/out", (), DestinationRefusedError)


@pytest.mark.parametrize(
    ("status", "code", "kind", "words"),
    [
        (403, "SignatureDoesNotMatch", DestinationForbiddenError, "`secret`"),
        (403, "InvalidAccessKeyId", DestinationForbiddenError, "`key`"),
        (403, "AccessDenied", DestinationForbiddenError, "may not write"),
        (403, "RequestTimeTooSkewed", DestinationForbiddenError, "clock"),
        (404, "NoSuchBucket", BucketNotFoundError, '"bucket"'),
        (404, "NoSuchUpload", DestinationUnreachableError, "NoSuchUpload"),
        (400, "AccessControlListNotSupported", DestinationRefusedError, "`permissions`"),
        (400, "InvalidStorageClass", DestinationRefusedError, "`storage_class`"),
        (301, "PermanentRedirect", DestinationRefusedError, "`region`"),
        (400, "EntityTooLarge", DestinationRefusedError, "EntityTooLarge"),
        (400, "RequestTimeout", DestinationUnreachableError, "RequestTimeout"),
        (429, "", DestinationUnreachableError, "429"),
        (503, "SlowDown", DestinationUnreachableError, "SlowDown"),
        (500, "InternalError", DestinationUnreachableError, "InternalError"),
        (403, "QuotaExceeded", DestinationRefusedError, "has no room for the object: its disk or a quota is full"),
        (400, "XMinioAdminBucketQuotaExceeded", DestinationRefusedError, "has no room"),
        (507, "XMinioStorageFull", DestinationRefusedError, "has no room"),
        (507, "", DestinationRefusedError, "has no room"),
        (409, "AccountCapacityExceeded", DestinationRefusedError, "has no room"),
    ],
)
def test_an_error_code_chooses_the_error(status: int, code: str, kind: type[Exception], words: str) -> None:
    """The server's code decides which error it is, and which advice is given."""
    error = refusal_error(f"<Error><Code>{code}</Code><Message>secret text</Message></Error>", status, ADDRESS)
    assert type(error) is kind
    assert words in str(error)
    assert "secret text" not in str(error)


def test_the_right_region_is_passed_on() -> None:
    """Where Amazon tells the bucket's region, the error tells it too."""
    text = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>"
    assert '"eu-west-1"' in str(refusal_error(text, 400, ADDRESS))
