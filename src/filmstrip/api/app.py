"""The routes: those of every module of this package that has `routes`, found by looking."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from aiohttp import web

from filmstrip import api
from filmstrip.api.auth import WRONG_KEYS
from filmstrip.api.known_states import KNOWN_STATES, KnownStates
from filmstrip.api.middlewares import (
    allow_other_origins,
    answer_errors,
    limit_rate,
    log_request,
    name_server,
    wait_for_nothing,
)
from filmstrip.api.parts import CHECKS, PARTS, Parts
from filmstrip.api.rates import RATES, Rates
from filmstrip.api.reading import add_readers
from filmstrip.api.stored_objects import add_threads
from filmstrip.api.under_way import UNDER_WAY, RequestsUnderWay, count_request
from filmstrip.api.uploading.desk import add_desk
from filmstrip.api.wrong_keys import WrongKeys


def make_app(parts: Parts) -> web.Application:
    """Join all endpoints to an application."""
    settings = parts.settings
    app = web.Application(
        client_max_size=settings.max_body_bytes,
        middlewares=[count_request, log_request, allow_other_origins, answer_errors, limit_rate, wait_for_nothing],
    )
    app[PARTS] = parts
    app[CHECKS] = parts.checks
    app[WRONG_KEYS] = WrongKeys(settings.wrong_keys, settings.wrong_key_pause_seconds)
    app[RATES] = Rates(settings.requests_per_address, settings.requests_per_key)
    app[UNDER_WAY] = RequestsUnderWay()
    add_desk(app, parts.uploads)
    add_threads(app)
    app.on_response_prepare.append(name_server)
    add_readers(app)
    app[KNOWN_STATES] = KnownStates()
    for routes in _route_tables():
        app.add_routes(routes)
    return app


def _route_tables() -> Iterator[web.RouteTableDef]:
    for module in pkgutil.iter_modules(api.__path__, f"{api.__name__}."):
        routes = getattr(importlib.import_module(module.name), "routes", None)
        if isinstance(routes, web.RouteTableDef):
            yield routes
