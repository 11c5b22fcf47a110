"""A real HTTP server on loopback that answers as it was set up and keeps what it was sent."""

import asyncio
import json
from typing import NamedTuple, Self


class Sent(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body)


class Answer(NamedTuple):
    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()


HANG = Answer(-1)
DROP = Answer(-2)


class Receiver:
    """Gives `answers` in turn, then 200."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.sent: list[Sent] = []
        self.url = ""
        self._came = asyncio.Condition()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def wait(self, count: int) -> list[Sent]:
        async with asyncio.timeout(10), self._came:
            await self._came.wait_for(lambda: len(self.sent) >= count)
        return self.sent

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode().strip().split("\r\n")
                headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                async with self._came:
                    self.sent.append(Sent(first.split()[1], headers, body))
                    self._came.notify_all()
                answer = self.answers.pop(0) if self.answers else Answer()
                if answer == DROP:
                    return
                if answer == HANG:
                    await reader.read()
                    return
                extra = "".join(f"{key}: {value}\r\n" for key, value in answer.headers)
                head = f"HTTP/1.1 {answer.status} X\r\n{extra}Content-Length: {len(answer.body)}\r\n\r\n"
                writer.write(head.encode() + answer.body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()
