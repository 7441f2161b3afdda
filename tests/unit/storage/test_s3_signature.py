"""Signatures are those of Amazon's own examples."""

from __future__ import annotations

from datetime import UTC, datetime

from filmstrip.storage.s3.signature import S3Account, signed_headers, signed_url

# Amazon S3 API reference, "Signature Calculations for the Authorization Header": its keys, date and examples.
ACCOUNT = S3Account("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
NOW = datetime(2013, 5, 24, tzinfo=UTC)
HOST = "https://examplebucket.s3.amazonaws.com"


def test_a_get_with_a_range_is_signed_as_in_the_reference() -> None:
    """The example "GET Object" gives the signature that the reference gives."""
    headers = signed_headers("GET", f"{HOST}/test.txt", {"Range": "bytes=0-9"}, b"", ACCOUNT, NOW)
    assert headers["authorization"].endswith(
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


def test_a_put_with_attributes_is_signed_as_in_the_reference() -> None:
    """The example "PUT Object" gives the signature that the reference gives."""
    attributes = {"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"}
    url = f"{HOST}/test%24file.text"
    headers = signed_headers("PUT", url, attributes, b"Welcome to Amazon S3.", ACCOUNT, NOW)
    assert headers["authorization"].endswith(
        "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
    )


def test_a_query_is_signed_as_in_the_reference() -> None:
    """The examples "GET Bucket Lifecycle" and "List Objects" give the signatures that the reference gives."""
    lifecycle = signed_headers("GET", signed_url(f"{HOST}/", {"lifecycle": ""}), {}, b"", ACCOUNT, NOW)
    assert lifecycle["authorization"].endswith("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")
    listing = signed_headers("GET", signed_url(f"{HOST}/", {"prefix": "J", "max-keys": "2"}), {}, b"", ACCOUNT, NOW)
    assert listing["authorization"].endswith("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")


def test_the_secret_is_not_shown() -> None:
    """Neither the account nor the headers show the secret."""
    headers = signed_headers("GET", HOST, {}, b"", ACCOUNT, NOW)
    assert ACCOUNT.secret not in repr(ACCOUNT) + repr(headers)
