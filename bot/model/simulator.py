"""A local stand-in for the model providers: their HTTP APIs with scripted answers.

Speaks `POST …/chat/completions` and `…/audio/transcriptions` (OpenAI) and `POST …/messages`
(Anthropic) on loopback, so that the real clients can be tried and measured without a key, and
made to fail to order.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call of the model. `arguments` as text is sent as it is, valid JSON or not."""

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """One scripted answer. `body` replaces the well-formed one; `delay` and `drip` in seconds.

    `drip`: the body comes byte by byte with this pause, for ever when `body` is empty.
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    status: int = 200
    body: bytes | None = None
    delay: float = 0.0
    drip: float = 0.0
    input_tokens: int = 100
    output_tokens: int = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What the client sent, alike for both providers."""

    provider: str
    model: str
    system: str
    messages: tuple[Mapping[str, Any], ...]
    tools: tuple[str, ...]
    size: int
    raw: Mapping[str, Any]

    @property
    def text(self) -> str:
        """Everything but the system prompt, as one text."""
        return "\n".join(_plain(message.get("content")) for message in self.messages)

    @property
    def last(self) -> str:
        return _plain(self.messages[-1].get("content")) if self.messages else ""


Script = Callable[[Asked], Answer]


def in_turn(answers: Iterable[Answer]) -> Script:
    """Each answer once, in order; the last one for ever after."""
    waiting = list(answers)

    def script(_: Asked) -> Answer:
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return script


class ModelSimulator:
    """An HTTP server for the time of `async with`; `asked` keeps every request."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self._server: asyncio.Server | None = None
        self._answering: set[asyncio.Task[None]] = set()
        self._port = 0

    @property
    def openai_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def anthropic_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._answering):
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)
        await self._server.wait_closed()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            path, body = await _read_request(reader)
            asked = _understood(path, body)
            self.asked.append(asked)
            await _send(writer, self.script(asked), asked)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client gave up, as it may
        finally:
            writer.close()


async def _read_request(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return lines[0].split(" ")[1], body


def _understood(path: str, body: bytes) -> Asked:
    if path.endswith("/audio/transcriptions"):
        return _heard(body)
    raw = json.loads(body)
    messages = tuple(raw.get("messages", ()))
    is_anthropic = path.endswith("/messages")
    system = raw.get("system") or [m.get("content") for m in messages if m["role"] == "system"]
    return Asked(
        provider="anthropic" if is_anthropic else "openai",
        model=raw.get("model", ""),
        system=_plain(system),
        messages=tuple(m for m in messages if m["role"] != "system"),
        tools=tuple(_tool_name(tool) for tool in raw.get("tools", ())),
        size=len(body),
        raw=raw,
    )


def _heard(body: bytes) -> Asked:
    """A form with the fields `model` and `file`; only the model's name is understood."""
    told = re.search(rb'name="model"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]*)', body)
    model = told[1].decode() if told else ""
    return Asked("openai-audio", model, "", (), (), len(body), {"form": body})


def _tool_name(tool: Mapping[str, Any]) -> str:
    return str(tool.get("function", tool).get("name", ""))


def _plain(content: object) -> str:
    """The text of a message: plain, or in the providers' lists of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        return _plain(content.get("text") or content.get("content") or "")
    if isinstance(content, list | tuple):
        return "\n".join(_plain(part) for part in content)
    return ""


async def _send(writer: asyncio.StreamWriter, answer: Answer, asked: Asked) -> None:
    if answer.delay:
        await asyncio.sleep(answer.delay)
    body = answer.body
    if body is None:
        shape = _SHAPES[asked.provider]
        body = json.dumps(_error(answer) if answer.status >= 400 else shape(answer, asked)).encode()
    length = 10_000_000 if answer.drip else len(body)
    head = (
        f"HTTP/1.1 {answer.status} Scripted\r\ncontent-type: application/json\r\n"
        f"content-length: {length}\r\nconnection: close\r\n\r\n"
    )
    writer.write(head.encode())
    if answer.drip:
        await _drip(writer, body or b" ", answer.drip)
    writer.write(body)
    await writer.drain()


async def _drip(writer: asyncio.StreamWriter, body: bytes, pause: float) -> None:
    """Byte by byte, then blanks for ever: never silent long enough for a read time-out."""
    position = 0
    while True:
        writer.write(body[position : position + 1] or b" ")
        await writer.drain()
        position += 1
        await asyncio.sleep(pause)


def _error(answer: Answer) -> dict[str, Any]:
    return {"type": "error", "error": {"type": "scripted", "message": answer.text or "scripted"}}


def _openai_body(answer: Answer, asked: Asked) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.text or None}
    if answer.calls:
        message["tool_calls"] = [
            {
                "id": f"call_{len(asked.messages)}_{index}",
                "type": "function",
                "function": {"name": call.name, "arguments": _arguments(call)},
            }
            for index, call in enumerate(answer.calls)
        ]
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 0,
        "model": asked.model,
        "choices": [
            {
                "index": 0,
                "message": message,
                "finish_reason": "tool_calls" if answer.calls else "stop",
            }
        ],
        "usage": {
            "prompt_tokens": answer.input_tokens,
            "completion_tokens": answer.output_tokens,
            "total_tokens": answer.input_tokens + answer.output_tokens,
        },
    }


def _audio_body(answer: Answer, asked: Asked) -> dict[str, Any]:
    usage = {
        "type": "tokens",
        "input_tokens": answer.input_tokens,
        "output_tokens": answer.output_tokens,
        "total_tokens": answer.input_tokens + answer.output_tokens,
    }
    return {"text": answer.text, "usage": usage}


def _arguments(call: Call) -> str:
    return call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)


def _input(call: Call) -> Mapping[str, Any]:
    """Anthropic parses the arguments itself, and never sends them as text."""
    return {"unparsed": call.arguments} if isinstance(call.arguments, str) else call.arguments


def _anthropic_body(answer: Answer, asked: Asked) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    if answer.text:
        content.append({"type": "text", "text": answer.text})
    for index, call in enumerate(answer.calls):
        content.append(
            {
                "type": "tool_use",
                "id": f"toolu_{len(asked.messages)}_{index}",
                "name": call.name,
                "input": _input(call),
            }
        )
    return {
        "id": "msg_scripted",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": content,
        "stop_reason": "tool_use" if answer.calls else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": answer.input_tokens, "output_tokens": answer.output_tokens},
    }


_SHAPES: dict[str, Callable[[Answer, Asked], dict[str, Any]]] = {
    "anthropic": _anthropic_body,
    "openai": _openai_body,
    "openai-audio": _audio_body,
}
