"""Looking through a run in the browser of this machine: the report, and the records behind each issue."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from voc.report.html import script_hash
from voc.report.words import Words
from voc.service.browse_data import Records
from voc.service.browse_pages import Asked, message_page, records_page
from voc.service.gate import Gate
from voc.service.limits import Limits
from voc.types import SENTIMENTS, Issue

HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
_LONGEST_QUERY = 200
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    f"script-src '{script_hash()}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@dataclass
class Door:
    """Lets in the browser that brings the token: once, since others on this machine can see a command's address.

    It then has a cookie, which lives as long as this process; its name holds the port, since cookies don't.
    """

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def cookie(self) -> str:
        """The cookie's name."""
        return f"voc-{self.port}"

    def knows(self, request: Request) -> bool:
        """Whether a request has the cookie."""
        return _same(request.cookies.get(self.cookie, ""), self.session)

    def opens(self, token: str) -> bool:
        """Whether this is the token; from then on it isn't."""
        right = bool(self.token) and _same(token, self.token)
        self.token = "" if right else self.token
        return right


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


def links(issues: Sequence[Issue]) -> dict[str, str]:
    """Anchor of an issue in the report -> address of its records. Made of ranks, so no word gets into it."""
    return {f"issue-{issue.rank}": f"/issues/{issue.rank}" for issue in issues}


def create_browser(
    records: Records,
    issues: Sequence[Issue],
    report: str,
    words: Words,
    door: Door,
    hosts: frozenset[str] = HOSTS,
) -> FastAPI:
    """The application: no file is served, nothing can be changed, and no address but this machine's is answered.

    Args:
        records: what is looked through.
        issues: those of the run.
        report: the report's page, with links made by ``links``.
        words: the language of the pages.
        door: who is let in.
        hosts: see `Gate`.
    """
    app = FastAPI(
        openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )  # fmt: skip
    app.add_middleware(Gate, limits=Limits(body_bytes=0), hosts=hosts)

    async def failed(_request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        text = words("browse.locked" if status == 403 else "browse.missing")
        return HTMLResponse(message_page(text, words), status, headers=_HEADERS)

    app.add_exception_handler(HTTPException, failed)
    _add_entrance(app, door)
    _add_pages(app, records, issues, report, words, door)
    return app


def _add_entrance(app: FastAPI, door: Door) -> None:
    @app.get("/enter")
    def enter(request: Request) -> Response:
        if not door.knows(request) and not door.opens(request.query_params.get("token", "")):
            raise HTTPException(403)
        response = RedirectResponse("/", 303, headers=_HEADERS)
        response.set_cookie(door.cookie, door.session, httponly=True, samesite="lax")
        return response


def _add_pages(
    app: FastAPI, records: Records, issues: Sequence[Issue], report: str, words: Words, door: Door
) -> None:
    def let_in(request: Request) -> None:
        if not door.knows(request):
            raise HTTPException(403)

    def found(issue: Issue | None, request: Request) -> Response:
        asked = _asked(request)
        page = records.find(issue.issue_id if issue else None, asked.words, asked.sentiment, asked.page)
        return HTMLResponse(records_page(issue, page, asked, words), headers=_HEADERS)

    by_id = {issue.issue_id: issue for issue in issues} | {str(issue.rank): issue for issue in issues}
    pages = APIRouter(dependencies=[Depends(let_in)])

    @pages.get("/")
    def home() -> Response:
        return HTMLResponse(report, headers=_HEADERS)

    @pages.get("/records")
    def everything(request: Request) -> Response:
        return found(None, request)

    @pages.get("/issues/{name}")
    def behind(name: str, request: Request) -> Response:
        if name not in by_id:
            raise HTTPException(404)
        return found(by_id[name], request)

    app.include_router(pages)


def _asked(request: Request) -> Asked:
    """What was asked, made usable: a strange page is the first, a strange sentiment is any."""
    given = request.query_params
    page, mood = given.get("page", "")[:9], given.get("sentiment", "")
    words = " ".join(given.get("q", "")[:_LONGEST_QUERY].split())
    return Asked(
        request.url.path, words, mood if mood in SENTIMENTS else "", int(page) if page.isdecimal() else 1
    )
