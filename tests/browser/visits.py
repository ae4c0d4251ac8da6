"""Pages in a real browser, and everything in them that should not have happened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


class Visit:
    """A page, and everything in it that should not have happened."""

    def __init__(self, context: Any, allowed: str) -> None:
        self.wrong: list[str] = []
        self.page = context.new_page()
        self.page.on("console", lambda message: self.wrong.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("popup", lambda page: self.wrong.append(f"popup: {page.url}"))
        self.page.on("download", lambda item: self.wrong.append(f"download: {item.url}"))
        self.page.on("request", lambda request: self._request(request.url, allowed))

    def _dialog(self, dialog: Any) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, url: str, allowed: str) -> None:
        if not url.startswith((allowed, "data:,")):
            self.wrong.append(f"request: {url}")


class Visits:
    """Opens files and addresses, each in a browser of its own, and remembers what went wrong."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.made: list[Visit] = []

    def __call__(self, where: Path | str, *, allowed: str = "file://", init: str = "", **options: Any) -> Any:
        """Open a page; requests to anything but ``allowed`` fail, and are told when the test ends."""
        context = self.browser.new_context(**(DESKTOP | options))
        context.set_default_timeout(120_000)  # a busy machine is slow, not wrong
        context.route(lambda url: not url.startswith((allowed, "data:,")), lambda route: route.abort())
        if init:
            context.add_init_script(init)
        self.made.append(Visit(context, allowed))
        page = self.made[-1].page
        page.goto(where.as_uri() if isinstance(where, Path) else where)
        return page

    def forgive(self) -> None:
        """What went wrong so far was meant to."""
        for one in self.made:
            one.wrong.clear()
