"""Containers of Azure Blob Storage, as stores and as sources.

Others use:

- `address`: `AzureAddress`, what an `azblob://` URL means
- `blob_store`: `BlobStore`
- `source`: `signed_source`
"""
