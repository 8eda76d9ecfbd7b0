"""The playground's server: the page's files, uploads and sessions."""

import asyncio
import contextlib
import signal
import socket as sockets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from time import monotonic
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from .. import __version__
from ..errors import InvalidValueError
from . import messages as m
from .actions import hello_settings
from .catalog import catalog
from .connection import ClosedError, Connection
from .guard import PROTOCOL, Guard, new_token
from .limits import LIMITS
from .refusal import RefusedError, refusal
from .session import PageSession
from .settings import Settings
from .uploads import keep_table, read_upload

STATIC = Path(__file__).parent / "static"
KEPT = 1800.0
"""Seconds that a session without a page is kept."""
_FIRST = 10.0
"""Seconds in which a page must say hello."""
_GOODBYE = 0.5
"""Seconds in which pages hear that the server ends, and again in which they close."""
_TRIED = 20
"""Ports that are tried, from the one asked for on."""


@dataclass(eq=False)
class Hub:
    """All sessions of a server.

    Attributes
    ----------
    settings : Settings
        What new sessions begin with.
    start : dict
        What the page opens with: the name of a lesson, the id of a table.
    tables : dict of str to (str, table)
        What each session has from its beginning: the table of the command line.
    """

    settings: Settings
    start: dict[str, Any]
    tables: dict[str, tuple[str, Any]] = field(default_factory=dict)
    sessions: dict[str, PageSession] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)
    left: dict[str, float] = field(default_factory=dict)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4, "frames"))

    def make_room(self) -> None:
        """End sessions whose pages have gone long ago, and if all are taken, the oldest of them."""
        for name, since in sorted(self.left.items(), key=lambda item: item[1]):
            if monotonic() - since > KEPT or len(self.sessions) >= LIMITS.sessions:
                self.sessions.pop(name).close()
                del self.left[name]
        if len(self.sessions) >= LIMITS.sessions:
            raise ClosedError(4429, f"there are {LIMITS.sessions} pages already; close one")

    def open(self, hello: m.Hello) -> tuple[PageSession, bool]:
        """The session that a page asks for: its own of before, or a new one."""
        if hello.session in self.sessions and hello.session is not None:
            old = self.connections.pop(hello.session, None)
            if old is not None:
                old.taken = True
                old.end("the session was opened in another page")
            self.left.pop(hello.session, None)
            return self.sessions[hello.session], True
        self.make_room()
        name = token_urlsafe(12)
        session = PageSession(name, hello_settings(hello, self.settings), self.tables)
        self.sessions[name] = session
        return session, False

    def leave(self, connection: Connection) -> None:
        """A page has gone: its session waits, paused."""
        name = connection.session.name
        if self.connections.get(name) is connection:
            del self.connections[name]
            self.left[name] = monotonic()
            with contextlib.suppress(RefusedError):
                connection.session.ask(connection.session.pause)

    def say_goodbye(self, reason: str) -> None:
        """Tell every page that the server ends, and stop training."""
        for connection in self.connections.values():
            connection.end(reason)
        for session in self.sessions.values():
            session.close()

    def close(self) -> None:
        """End all threads."""
        for session in self.sessions.values():
            session.close()
        self.pool.shutdown(wait=False, cancel_futures=True)


def application(hub: Hub, port: int, token: str, static: Path = STATIC) -> Guard:
    """The ASGI application: the page's files, `/table` and `/session`, behind the guard."""

    async def table(request: Request) -> Response:
        return await _upload(hub, request)

    async def session(socket: WebSocket) -> None:
        await _serve(hub, socket)

    routes: list[BaseRoute] = [
        Route("/table", table, methods=["POST"]),
        WebSocketRoute("/session", session),
    ]
    if (static / "index.html").exists():
        routes.append(Mount("/", StaticFiles(directory=static, html=True)))
    else:

        async def missing(request: Request) -> Response:
            return PlainTextResponse("the page is not built: make page\n", status_code=503)

        routes.append(Route("/", missing))
    return Guard(Starlette(routes=routes), port, token)


# --- uploads --------------------------------------------------------------------------------------


async def _upload(hub: Hub, request: Request) -> Response:
    session = hub.sessions.get(request.query_params.get("session", ""))
    name = request.query_params.get("name", "table.csv")[:200]
    try:
        if session is None:
            raise RefusedError("session", "there is no such session; reload the page")
        data = bytearray()
        async for part in request.stream():
            data += part
            if len(data) > LIMITS.upload_bytes:
                most = LIMITS.upload_bytes // 2**20
                raise RefusedError("table", f"larger than {most} MiB; take a part of the rows")
        loop = asyncio.get_running_loop()
        read = await loop.run_in_executor(hub.pool, read_upload, bytes(data), name)
        found = await asyncio.wrap_future(session.ask(lambda: keep_table(session, read, name)))
    except RefusedError as error:
        large = "larger than" in error.message
        return JSONResponse(
            {"ok": False, "field": error.field, "message": error.message, "hint": ""},
            status_code=413 if large else 422,
        )
    return JSONResponse(found)


# --- sessions -------------------------------------------------------------------------------------


async def _serve(hub: Hub, socket: WebSocket) -> None:
    await socket.accept(PROTOCOL)
    connection = None
    try:
        hello = await _first(socket)
        loop = asyncio.get_running_loop()
        try:
            session, resumed = await loop.run_in_executor(hub.pool, hub.open, hello)
        except (RefusedError, msgspec.ValidationError) as error:
            told = refusal(error)
            await socket.send_json(
                {"type": "reply", "id": hello.id, "ok": False, "field": told.field,
                 "message": told.message, "hint": ""}
            )  # fmt: skip
            raise ClosedError(4400, "hello was refused") from None
        connection = Connection(socket, session, hub.pool)
        hub.connections[session.name] = connection
        session.notify = connection.notify
        await connection.send(_welcome(hub, hello, session, resumed))
        await connection.run()
    except ClosedError as closed:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(socket.close(closed.code, closed.reason[:100]), 1.0)
    finally:
        if connection is not None:
            hub.leave(connection)


async def _first(socket: WebSocket) -> m.Hello:
    try:
        text = await asyncio.wait_for(socket.receive_text(), _FIRST)
        message = m.read_message(text)
    except TimeoutError:
        raise ClosedError(4400, "the page said nothing") from None
    except (msgspec.MsgspecError, KeyError, UnicodeError, RecursionError):
        raise ClosedError(4400, "the first message must be hello") from None
    except Exception:
        raise ClosedError(1001) from None
    if not isinstance(message, m.Hello):
        raise ClosedError(4400, "the first message must be hello")
    return message


def _welcome(hub: Hub, hello: m.Hello, session: PageSession, resumed: bool) -> dict[str, Any]:
    value = {
        "protocol": 1,
        "version": __version__,
        "session": session.name,
        "resumed": resumed,
        "limits": LIMITS.to_dict(),
        "catalog": catalog(),
        "settings": session.run.problem.settings.to_dict(),
        "view": msgspec.to_builtins(session.view),
        "start": hub.start,
    }
    return {"type": "reply", "id": hello.id, "ok": True, "value": value}


# --- running --------------------------------------------------------------------------------------


def listen(port: int) -> tuple[sockets.socket, int]:
    """A socket on 127.0.0.1 at a port, or at the next free one; 0 is any.

    Raises
    ------
    InvalidValueError
        If none of twenty ports is free.
    """
    for tried in range(port, min(port + _TRIED, 65536) if port else 1):
        found = sockets.socket(sockets.AF_INET, sockets.SOCK_STREAM)
        found.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
        try:
            found.bind(("127.0.0.1", tried))
            found.listen(128)
        except OSError:
            found.close()
            continue
        return found, int(found.getsockname()[1])
    raise InvalidValueError(
        f"port (={port}) and the {_TRIED - 1} after it are in use; choose another with --port"
    )


def serve(
    hub: Hub,
    port: int = 8765,
    *,
    ready: Callable[[str, int], None] = lambda address, port: None,
    static: Path = STATIC,
) -> None:
    """Serve until Ctrl-C or SIGTERM, and end within two seconds then.

    Parameters
    ----------
    hub : Hub
    port : int, default 8765
        Where to listen; the next free one is taken if it is in use.
    ready : callable, optional
        Called with the page's address and the port once the server listens.
    static : Path, optional
        The folder of the page's files.
    """
    import uvicorn

    listener, found = listen(port)
    token = new_token()

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            old = {s: signal.signal(s, self.handle_exit) for s in _SIGNALS}
            try:
                yield
            finally:
                for number, handler in old.items():
                    signal.signal(number, handler)

        def handle_exit(self, sig: int, frame: Any) -> None:
            asyncio.run_coroutine_threadsafe(self._goodbye(), loop)

        async def _goodbye(self) -> None:
            hub.say_goodbye("the server has ended")
            end = monotonic() + _GOODBYE
            while hub.connections and monotonic() < end:
                await asyncio.sleep(0.01)
            self.should_exit = True
            loop.call_later(_GOODBYE, setattr, self, "force_exit", True)

        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets=sockets)
            ready(f"http://127.0.0.1:{found}/#{token}", found)

    config = uvicorn.Config(
        application(hub, found, token, static),
        ws="websockets-sansio",
        ws_max_size=LIMITS.message_bytes,
        ws_max_queue=16,
        ws_per_message_deflate=False,  # nothing leaves the machine: it would only cost time
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        lifespan="off",
        access_log=False,
        log_level="error",
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
        limit_concurrency=4 * LIMITS.sessions + 64,
    )
    server = Server(config)
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(server.serve(sockets=[listener]))
    finally:
        hub.close()
        listener.close()
        loop.close()


_SIGNALS = (signal.SIGINT, signal.SIGTERM)
