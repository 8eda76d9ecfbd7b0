"""One connection of a page: its messages, its events, its frames."""

import asyncio
import contextlib
import traceback
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from functools import partial
from time import monotonic
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from . import events, explaining
from . import messages as m
from .actions import ACTIONS
from .picture import Moment, Painter
from .refusal import RefusedError, refusal
from .session import PageSession

IN_FLIGHT = 3
"""Frames that were not acknowledged yet, at most."""
SILENCE = 30.0
"""Seconds without an acknowledgement after which a connection ends."""
WAITING = 16
"""Messages that wait for their replies, at most; a page that sends more is read later."""
MISREAD = 100
"""Messages in a row that could not be read, at most."""
FLAT_OUT = 36.0
"""Frames a second beside a training that takes all the time there is: as many as the eye needs."""
_EVERY = {"timeline": 0.5, "status": 0.1}
_EXPLAINED = 0.2

_encoder = msgspec.json.Encoder()


class ClosedError(Exception):
    """The connection is to be closed with a code."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Connection:
    """A page's WebSocket and its session.

    Parameters
    ----------
    socket : WebSocket
        Accepted.
    session : PageSession
    pool : Executor
        Where frames and explanations are computed.
    """

    def __init__(self, socket: WebSocket, session: PageSession, pool: Executor) -> None:
        self.socket, self.session, self.pool = socket, session, pool
        self.loop = asyncio.get_running_loop()
        self.wake = asyncio.Event()
        self.painter = Painter()
        self.live: m.Explain | None = None
        self.acknowledged = 0
        self.heard = monotonic()
        self.ending, self.taken = "", False
        self._lock = asyncio.Lock()
        self._inbox: asyncio.Queue[Any] = asyncio.Queue(WAITING)
        self._fresh = asyncio.Event()
        self._sent: dict[str, Any] = {}
        self._when: dict[str, float] = {}

    def notify(self) -> None:
        """Something is new; called from the session's thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self.loop.call_soon_threadsafe(self.wake.set)

    def end(self, reason: str) -> None:
        """Say goodbye, and close."""
        self.ending = reason
        self.wake.set()

    async def run(self) -> None:
        """Read, answer, write and explain until the connection ends.

        Raises
        ------
        ClosedError
            When it does.
        """
        parts = self._read(), self._answer(), self._write(), self._explain()
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # --- what is sent -------------------------------------------------------------------------

    async def send(self, content: dict[str, Any]) -> None:
        """A message as text; waits for a slow reader, but not for ever."""
        text = _encoder.encode(content).decode()
        await self._deliver(lambda: self.socket.send_text(text))

    async def _deliver(self, send: Callable[[], Awaitable[None]]) -> None:
        try:
            async with self._lock:
                await asyncio.wait_for(send(), SILENCE)
        except TimeoutError:
            raise ClosedError(4408, "the page does not read") from None
        except (WebSocketDisconnect, RuntimeError):
            raise ClosedError(1001) from None

    async def _write(self) -> None:
        """Events and frames."""
        next_frame = 0.0
        while True:
            self.wake.clear()
            if self.ending:
                await self.send({"type": "closing", "message": self.ending})
                raise ClosedError(4409 if self.taken else 1000, self.ending)
            moment = self.session.moment
            wait = await self._events(moment)
            waiting = self.painter.number - self.acknowledged
            if waiting and monotonic() - self.heard > SILENCE:
                raise ClosedError(4408, "no acknowledgement")
            if moment.number != self._sent.get("frame") and waiting < IN_FLIGHT:
                now = monotonic()
                pause = next_frame - now
                if pause <= 0:
                    # The next is due when it would be without delay, unless that is long past.
                    step = 1.0 / self._frame_rate(moment)
                    next_frame = max(next_frame + step, now + 0.5 * step)
                    self._sent["frame"] = moment.number
                    await self._frame(moment)
                    continue
                wait = min(wait, pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), max(wait, 0.001))

    def _frame_rate(self, moment: Moment) -> float:
        """Frames a second: what the page asked for, but no more than training leaves time for."""
        busy = moment.playing and self.session.speed is None
        return min(moment.view.rate, FLAT_OUT) if busy else moment.view.rate

    async def _frame(self, moment: Moment) -> None:
        number = self.painter.number
        try:
            data = await self.loop.run_in_executor(self.pool, self.painter.frame, moment)
        except Exception as error:
            self.painter.number = number
            await self.send({"type": "notice", "message": _bug(error)})
            return
        if self.painter.number - self.acknowledged == 1:
            self.heard = monotonic()  # before this one nothing was to be acknowledged
        await self._deliver(lambda: self.socket.send_bytes(data))

    async def _events(self, moment: Moment) -> float:
        """What has changed since it was sent; how long to wait for what may come later."""
        session, wait = self.session, 5.0
        if self._sent.get("network") != moment.network:
            self._sent["network"] = moment.network
            await self.send(events.network(moment.problem, moment.network))
        if self._sent.get("data") != (moment.data, moment.view.axes):
            self._sent["data"] = moment.data, moment.view.axes
            await self.send(events.data(moment.problem, moment.data, moment.view.axes))
        if self._sent.get("settings") is not moment.problem.settings:
            self._sent["settings"] = moment.problem.settings
            await self.send({"type": "settings", "settings": moment.problem.settings.to_dict()})
        while session.notices:
            await self.send({"type": "notice", "message": session.notices.popleft()})
        for name in _EVERY:
            if self._sent.get(name) == moment.number:
                continue
            pause = self._when.get(name, 0.0) + _EVERY[name] - monotonic()
            if pause > 0 and moment.playing:
                wait = min(wait, pause)
                continue
            self._when[name], self._sent[name] = monotonic(), moment.number
            event = events.status if name == "status" else events.timeline
            await self.send(event(session))
        if self.live is not None and self._sent.get("explanation") != moment.number:
            self._fresh.set()
        return wait

    async def _explain(self) -> None:
        """The live explanation, a few times a second."""
        while True:
            await self._fresh.wait()
            self._fresh.clear()
            moment, live = self.session.moment, self.live
            if live is None:
                continue
            self._sent["explanation"] = moment.number
            try:
                content = await self._compute(
                    partial(explaining.explanation, moment.problem, moment.state, live)
                )
            except RefusedError:  # the network has changed: nothing has that name any more
                self.live = None
                continue
            except Exception as error:
                self.live = None
                content = {"type": "notice", "message": _bug(error)}
            if self.live is live or content["type"] == "notice":
                await self.send(content)
            await asyncio.sleep(_EXPLAINED)

    async def _compute(self, job: Callable[[], Any]) -> Any:
        return await self.loop.run_in_executor(self.pool, job)

    # --- what is received ---------------------------------------------------------------------

    async def _read(self) -> None:
        """The page's messages; acknowledgements count at once, all else is answered in order."""
        misread = 0
        while True:
            try:
                received = await self.socket.receive()
            except (WebSocketDisconnect, RuntimeError):
                raise ClosedError(1001) from None
            if received["type"] == "websocket.disconnect":
                raise ClosedError(1001)
            text = received.get("text")
            try:
                if text is None:
                    raise RefusedError("", "messages are texts")
                message = m.read_message(text)
            except (RefusedError, msgspec.MsgspecError, UnicodeError, RecursionError) as error:
                misread += 1
                if misread > MISREAD:
                    raise ClosedError(4400, "messages cannot be read") from None
                await self._inbox.put(_refused(m.id_of(text or ""), _form(error)))
                continue
            misread = 0
            if isinstance(message, m.Ack):
                self.acknowledged = max(self.acknowledged, min(message.frame, self.painter.number))
                self.heard = monotonic()
                self.wake.set()
                continue
            await self._inbox.put(message)

    async def _answer(self) -> None:
        while True:
            message = await self._inbox.get()
            reply = message if isinstance(message, dict) else await self.answer(message)
            await self.send(reply)

    async def answer(self, message: Any) -> dict[str, Any]:
        """The reply to a message."""
        try:
            value = await self._value(message)
        except (RefusedError, MemoryError) as error:
            return _refused(message.id, refusal(error))
        except msgspec.ValidationError as error:
            return _refused(message.id, refusal(error))
        except Exception as error:
            return _refused(message.id, RefusedError("", _bug(error)))
        return {"type": "reply", "id": message.id, "ok": True, "value": value}

    async def _value(self, message: Any) -> Any:
        session, moment = self.session, self.session.moment
        match message:
            case m.Hello():
                raise RefusedError("type", "the session is open already")
            case m.Explain():
                content = await self._compute(
                    lambda: explaining.explanation(moment.problem, moment.state, message)
                )
                self.live = message if message.live else None
                self._sent["explanation"] = moment.number
                return content
            case m.ExplainOff():
                self.live = None
                return {}
            case m.Surface(weights=weights, size=size, low=low, high=high):
                return await self._compute(
                    lambda: explaining.surface(
                        moment.problem, moment.state, weights, size, low, high
                    )
                )
            case m.Stability():
                return await self._compute(
                    lambda: explaining.stability(moment.problem, moment.state)
                )
            case m.Row(row=row, set=chosen):
                return await self._compute(
                    lambda: explaining.row_of(moment.problem, moment.state, row, chosen)
                )
            case m.Preview(updates=updates):
                return await asyncio.wrap_future(
                    session.ask(
                        lambda: explaining.preview(session.run.problem, session.run.state, updates)
                    )
                )
        action = ACTIONS[type(message)]
        return await asyncio.wrap_future(session.ask(lambda: action(session, message)))


def _bug(error: Exception) -> str:
    traceback.print_exception(error)
    return f"this is a mistake in chainrule, please report it ({type(error).__name__}: {error})"


def _form(error: Exception) -> RefusedError:
    if isinstance(error, RefusedError | msgspec.ValidationError):
        return refusal(error)
    return RefusedError("", f"this is no message in JSON: {error}")


def _refused(number: int | None, error: RefusedError) -> dict[str, Any]:
    return {
        "type": "reply", "id": number, "ok": False, "field": error.field,
        "message": error.message, "hint": "",
    }  # fmt: skip
