"""GET /healthz and /readyz: whether the process is alive, and whether it can take work."""

from __future__ import annotations

import structlog
from aiohttp import web

from filmstrip.api.parts import CHECKS, Check
from filmstrip.domain.errors import FilmstripError

log = structlog.get_logger(__name__)
routes = web.RouteTableDef()


@routes.get("/healthz")
async def healthz(_request: web.Request) -> web.Response:
    """Answer that the process serves requests."""
    return web.json_response({"status": "alive"})


@routes.get("/readyz")
async def readyz(request: web.Request) -> web.Response:
    """Answer whether each part works: 200 if all do, else 503."""
    found = {name: await _outcome(check) for name, check in request.app[CHECKS].items()}
    is_ready = all(outcome == "ok" for outcome in found.values())
    return web.json_response(
        {"status": "ready" if is_ready else "not ready", "checks": found}, status=200 if is_ready else 503
    )


async def _outcome(check: Check) -> str:
    try:
        await check()
    except FilmstripError as error:
        return str(error)
    except Exception:
        log.exception("readiness check failed")
        return "does not work"
    return "ok"
