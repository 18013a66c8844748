"""The pages people open in a browser: start, reference, problems; and the merged document. Nothing from other hosts."""

import gzip
import hashlib
import html
import json
from pathlib import Path
from string import Template
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.document import Documents
from services.kit.errors import NotFound

_FOLDER: Final = Path(__file__).parent / "pages"
_OWN_ONLY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Pages:
    """Answers browsers. The files are read once, when the process starts."""

    def __init__(self, documents: Documents, public_url: str) -> None:
        self._documents = documents
        self._public_url = public_url.rstrip("/")
        self._files = {file.name: file.read_bytes() for file in sorted(_FOLDER.iterdir()) if file.suffix in _TYPES}
        self._zipped: tuple[str, bytes] = ("", b"")

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        return [
            Route("/", self.start, include_in_schema=False),
            Route("/docs", self.reference, include_in_schema=False),
            Route("/pages/{name}", self.file, include_in_schema=False),
            Route("/favicon.ico", self.icon, include_in_schema=False),
            Route("/openapi.json", self.document, include_in_schema=False),
            Route("/problems", self.problem_index, include_in_schema=False),
            Route("/problems/{slug}", self.problem, include_in_schema=False),
        ]

    async def start(self, request: Request) -> Response:
        """What this is, and where to go."""
        return self._page(request, "start.html", public_url=self._public_url)

    async def reference(self, request: Request) -> Response:
        """The API reference."""
        return self._page(request, "docs.html", public_url=self._public_url)

    async def icon(self, request: Request) -> Response:
        """The icon browsers ask for."""
        return _kept(request, self._files["icon.svg"], _TYPES[".svg"])

    async def file(self, request: Request) -> Response:
        """A style sheet, script or picture of the pages."""
        name = request.path_params["name"]
        if name not in self._files or name.endswith(".html"):
            raise NotFound
        return _kept(request, self._files[name], _TYPES[Path(name).suffix])

    async def document(self, request: Request) -> Response:
        """The merged OpenAPI document."""
        documents = self._documents
        headers = {"ETag": documents.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if documents.missing:
            headers["Warning"] = f'199 - "not read yet: {", ".join(documents.missing)}"'
        if request.headers.get("if-none-match") == documents.etag:
            return Response(status_code=304, headers=headers)
        body = documents.body
        if "gzip" in request.headers.get("accept-encoding", ""):
            if self._zipped[0] != documents.etag:
                self._zipped = (documents.etag, gzip.compress(body, 6))
            body = self._zipped[1]
            headers["Content-Encoding"] = "gzip"
        return Response(body, media_type="application/json", headers=headers)

    async def problem_index(self, request: Request) -> Response:
        """Every problem there is."""
        problems = self._documents.problems
        if not _wants_html(request):
            return _json({"items": [{"slug": slug, **problem} for slug, problem in problems.items()]})
        rows = "\n".join(
            f'<tr><td>{problem["status"]}</td><td><a href="/problems/{html.escape(slug)}">'
            f"{html.escape(problem['title'])}</a></td><td>{html.escape(problem['advice'])}</td></tr>"
            for slug, problem in sorted(problems.items(), key=lambda one: (one[1]["status"], one[0]))
        )
        return self._page(request, "problems.html", escape=False, rows=rows)

    async def problem(self, request: Request) -> Response:
        """What one problem means and what to do: HTML for people, JSON for programs."""
        slug = request.path_params["slug"]
        problem = self._documents.problems.get(slug)
        if problem is None:
            raise NotFound("There is no problem of this name.")
        if not _wants_html(request):
            return _json({"slug": slug, **problem})
        advice = problem["advice"] or "The detail of the answer says more."
        return self._page(
            request, "problem.html", title=problem["title"], status=str(problem["status"]), advice=advice, slug=slug
        )

    def _page(self, request: Request, name: str, *, escape: bool = True, **values: str) -> Response:
        filled = {key: html.escape(value) if escape else value for key, value in values.items()}
        body = Template(self._files[name].decode()).safe_substitute(filled).encode()
        return _kept(request, body, _TYPES[".html"])


def _wants_html(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return "text/html" in accept and "application/json" not in accept.split("text/html", 1)[0]


def _json(value: Any) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), media_type="application/json")


def _kept(request: Request, body: bytes, media_type: str) -> Response:
    """A page or file that a browser may keep, but asks about each time."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Content-Security-Policy": _OWN_ONLY, "Vary": "Accept"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
