"""Buckets of Backblaze B2: where they are is asked first, then they are buckets of an S3 server.

Others use:

- `account`: `s3_server`, where the buckets of an account are
- `b2_store`: `B2Store`
"""
