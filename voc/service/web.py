"""The HTTP service: POST /route, POST /classify, GET /health; described by /openapi.json, without a docs page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import Any, Protocol

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

import voc
from voc.service.gate import Gate
from voc.service.limits import Limits, RefusedError
from voc.service.tickets import (
    ClassifiedOut,
    ProblemOut,
    RoutedOut,
    TicketIn,
    TicketsIn,
    as_records,
    classified,
)
from voc.service.worker import BusyError
from voc.types import Record

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemOut, "description": text}
    for status, text in (
        (401, "No token, or a wrong one"), (408, "The body came too slowly"), (413, "Too large"),
        (422, "Not a request as described"), (503, "Busy or stopping: see Retry-After"),
    )
}  # fmt: skip


class Engine(Protocol):
    """What answers: `voc.service.worker.Worker`."""

    waiting: int

    def submit(self, kind: str, records: Sequence[Record]) -> Future[list[dict[str, Any]]]:
        """Ask for rows of a kind, ``route`` or ``classify``; raises BusyError."""
        ...


def create_app(
    engine: Engine,
    limits: Limits | None = None,
    *,
    token: bytes | None = None,
    hosts: frozenset[str] | None = None,
    health: Callable[[], dict[str, Any]] = dict,
    closing: Callable[[], None] = lambda: None,
) -> FastAPI:
    """The application.

    Args:
        engine: answers, off the event loop.
        limits: bounds on requests.
        token: see `Gate`.
        hosts: see `Gate`.
        health: further counts for /health.
        closing: called when the server has answered its last request.
    """
    bounds = limits or Limits()

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(closing)

    app = FastAPI(
        title="voc", version=voc.__version__, docs_url=None, redoc_url=None, lifespan=life,
        summary="Where tickets go, and what they say.", redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )  # fmt: skip
    app.add_middleware(Gate, limits=bounds, token=token, hosts=hosts)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RefusedError, _refused)
    _add_routes(app, engine, bounds, health)
    if token is not None:
        _describe_token(app)
    return app


def _add_routes(app: FastAPI, engine: Engine, limits: Limits, health: Callable[[], dict[str, Any]]) -> None:
    @app.post("/route", responses={200: {"model": RoutedOut}, **ERRORS}, summary="Tickets to queues")
    async def route(request: TicketsIn) -> JSONResponse:
        return JSONResponse({"tickets": await _ask(engine, "route", request, limits)})

    @app.post("/classify", responses={200: {"model": ClassifiedOut}, **ERRORS}, summary="What tickets say")
    async def classify(request: TicketsIn) -> JSONResponse:
        return JSONResponse({"tickets": classified(await _ask(engine, "classify", request, limits))})

    @app.get("/health", summary="Whether it answers, and how much waits")
    async def healthy() -> dict[str, Any]:
        return {"status": "ok", "waiting": engine.waiting, **health()}


async def _ask(engine: Engine, kind: str, request: TicketsIn, limits: Limits) -> list[dict[str, Any]]:
    try:
        future = engine.submit(kind, as_records(request, limits))
        return await asyncio.wait_for(asyncio.wrap_future(future), limits.answer_seconds)
    except BusyError as busy:
        raise _busy("Too much waits already.", busy.retry_after) from None
    except TimeoutError:
        raise _busy("No answer in time.", 5) from None


def _busy(message: str, retry_after: int) -> RefusedError:
    return RefusedError(503, "busy", message, headers={"retry-after": str(retry_after)})


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    """The first mistake: where it is and of what kind, without the value."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = tuple(part for part in first["loc"] if isinstance(part, int) or part in _NAMES)
    if first["type"] == "json_invalid":
        return _answer(RefusedError(422, "malformed", "The body is not valid JSON.", ()))
    return _answer(RefusedError(422, first["type"], str(first["msg"]), where))


_NAMES = frozenset(["tickets", *TicketIn.model_fields])


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "wrong_method"}.get(error.status_code, "invalid")
    said = {404: "There is nothing here: see /openapi.json.", 405: "Another method is needed."}
    message = said.get(error.status_code, "The request can't be used.")
    return _answer(RefusedError(error.status_code, code, message, headers=dict(error.headers or {})))


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RefusedError)
    return _answer(error)


def _answer(refusal: RefusedError) -> JSONResponse:
    return JSONResponse(refusal.content(), refusal.status, dict(refusal.headers))


def _describe_token(app: FastAPI) -> None:
    """Say in the description that a token is needed."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        schema = plain()
        schema.setdefault("components", {})["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer"}
        }
        schema["security"] = [{"token": []}]
        return schema

    app.openapi = described  # type: ignore[method-assign]
