"""Buckets of S3 servers, as stores and as sources.

Others use:

- `s3_store`: `S3Store`
- `address`: `S3Address`, what an `s3://` URL means
- `signature`: signed requests and URLs
- `source`: `presigned_source`, `presigned_place`
- `client`: how obstore is set up
- `clients`: `way_out`, for all servers that keep objects
- `headers`: what goes with an object
- `failures`: errors in our words
"""
