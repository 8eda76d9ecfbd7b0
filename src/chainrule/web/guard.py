"""Who may speak to the server: the page that it has sent, and nobody else.

Any web site that a person visits can send requests to 127.0.0.1. So every request must name this
server as its host (else a foreign name may have been bound to this address), and whatever opens a
session or sends data must come from this server's own page and know the token of this start.
"""

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PROTOCOL = "chainrule.1"
TOKEN_HEADER = b"x-chainrule-token"
_SAFE = ("GET", "HEAD")


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(24)


class Guard:
    """Lets requests through to an application, or refuses them.

    Parameters
    ----------
    app : ASGI application
    port : int
        Where the server listens.
    token : str
        What the page knows.
    """

    def __init__(self, app: App, port: int, token: str) -> None:
        self.app, self.token = app, token
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with 400, 403 or 405."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        status = self._refused(scope)
        if scope["type"] == "websocket":
            if status:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            else:
                await self.app(scope, receive, send)
            return
        headers = self._headers()
        if status:
            body = b"refused\n"
            start = {"type": "http.response.start", "status": status}
            length = (b"content-length", str(len(body)).encode())
            plain = (b"content-type", b"text/plain")
            await send({**start, "headers": [*headers, length, plain]})
            await send({"type": "http.response.body", "body": body})
            return

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *headers]
            await send(message)

        await self.app(scope, receive, with_headers)

    def _refused(self, scope: Scope) -> int:
        """The status of a refusal; 0 for what may pass."""
        given: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            given.setdefault(name.lower(), []).append(value)
        host = self._one(given, b"host")
        if host not in self.hosts or "\x00" in scope["path"]:
            return 400
        socket = scope["type"] == "websocket"
        if not socket and scope["method"] in _SAFE:
            return 0
        if not socket and scope["method"] != "POST":
            return 405
        if self._one(given, b"origin") != f"http://{host}":
            return 403
        token = self._one(given, TOKEN_HEADER)
        if socket:
            # Some versions of uvicorn leave the header's list in one piece.
            lists = scope.get("subprotocols", [])
            offered = [p.strip() for text in lists for p in text.split(",")]
            marks = [p for p in offered if p.startswith("token.")]
            token = marks[0].removeprefix("token.") if len(marks) == 1 else ""
            if PROTOCOL not in offered:
                return 403
        right = secrets.compare_digest(token.encode("latin-1", "replace"), self.token.encode())
        return 0 if right else 403

    @staticmethod
    def _one(given: dict[bytes, list[bytes]], name: bytes) -> str:
        values = given.get(name, [])
        return values[0].decode("latin-1") if len(values) == 1 else ""

    def _headers(self) -> list[tuple[bytes, bytes]]:
        sockets = " ".join(f"ws://{host}" for host in sorted(self.hosts))
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
            f"img-src 'self' blob: data:; connect-src 'self' {sockets}; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'"
        )
        return [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"cache-control", b"no-cache"),
        ]
