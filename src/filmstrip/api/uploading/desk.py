"""What requests about uploads are answered with."""

from __future__ import annotations

from aiohttp import web

from filmstrip.api.uploading.receiving import Receivers
from filmstrip.api.uploading.threads import UploadThreads
from filmstrip.uploads.uploads import Uploads


class Desk:
    """The uploads, the requests that send some, and the threads that write them."""

    def __init__(self, uploads: Uploads) -> None:
        """Begin without any request."""
        self.uploads = uploads
        self.receivers = Receivers()
        self.threads = UploadThreads()


DESK: web.AppKey[Desk] = web.AppKey("uploads", Desk)


def add_desk(app: web.Application, uploads: Uploads) -> None:
    """Give an application its desk, whose threads end with it."""
    app[DESK] = Desk(uploads)
    app.on_cleanup.append(_close)


async def _close(app: web.Application) -> None:
    app[DESK].threads.close()
