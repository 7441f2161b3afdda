"""Uploads as the official Python SDK does, in a process of its own: `old_sdk.py FILE UPLOAD_URL`; prints the source."""

import sys

# Put in front of the path by who runs this: the SDK with the old client that it needs.
from qencode3 import tus_uploader

sys.stdout.write(tus_uploader.upload(file_path=sys.argv[1], url=sys.argv[2], chunk_size=300_000).url)
