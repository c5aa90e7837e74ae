"""Typst, loaded when the first paper is made: data in, the bytes of a PDF out, in a thread.

It compiles our own templates, which read no file and import nothing; its root is the folder of
templates, so that there would be nothing else to read. What is data never becomes markup.
"""

import asyncio
import hashlib
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bot.foundation.errors import FrontdeskError
from bot.foundation.telemetry import log

TEMPLATES = Path(__file__).parent / "templates"
TEMPLATE, CONTRACT = "quote.typ", "contract.typ"
FONTS = "font_source_sans_pro"
ACCESSIBLE = ["ua-1"]
REMEMBERED = 32
"""Papers of the last questions: a page that is opened again costs nothing."""


class NotSet(FrontdeskError):
    """The typesetter refused a page: a defect of ours, or a picture that it cannot read."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The PDF could not be made: {reason}")


class Typesetter:
    """One for the process. Compiling releases the interpreter: several pages are set at once."""

    def __init__(self, at_once: int = 0) -> None:
        self._seats = threading.BoundedSemaphore(at_once or min(4, os.cpu_count() or 1))
        self._idle: list[Any] = []
        self._fonts: Any = None
        self._recent: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = threading.Lock()

    async def pdf(
        self,
        page: dict[str, Any],
        logo: str = "",
        *,
        made_at: int = 0,
        template: str = TEMPLATE,
    ) -> bytes:
        """`logo`: SVG text; `made_at`: seconds since 1970, written into the file. The same
        arguments give the same bytes. Raises NotSet."""
        return await asyncio.to_thread(self.set_now, page, logo, made_at, template)

    def set_now(
        self,
        page: dict[str, Any],
        logo: str = "",
        made_at: int = 0,
        template: str = TEMPLATE,
    ) -> bytes:
        inputs = {"page": json.dumps(page, ensure_ascii=False), "logo": logo}
        asked = repr((inputs, made_at, template))
        key = hashlib.sha256(asked.encode("utf-8", "replace")).digest()
        with self._lock:
            known = self._recent.pop(key, None)
        content = known or self._set(inputs, made_at, template)
        with self._lock:
            self._recent[key] = content
            while len(self._recent) > REMEMBERED:
                self._recent.popitem(last=False)
        return content

    def _set(self, inputs: dict[str, str], made_at: int, template: str) -> bytes:
        """By the standard for accessible documents, which asks for a glyph of every letter:
        where no font has one, without it."""
        source = TEMPLATES.joinpath(template).read_bytes()
        asked = {"sys_inputs": inputs, "timestamp": made_at}
        with self._compiler() as compiler:
            try:
                return _compiled(compiler, source, pdf_standards=ACCESSIBLE, **asked)
            except NotSet as error:
                log.info("paper.not_accessible", reason=str(error)[:200])
            return _compiled(compiler, source, **asked)

    async def require_picture(self, kind: str, content: bytes) -> None:
        """`kind`: png or jpg. Raises NotSet where it cannot be drawn: inside an SVG it would only
        be missing."""
        numbers = ",".join(map(str, content))
        source = f'#image(bytes(({numbers},)), format: "{kind}", width: 1cm)'.encode()

        def draw() -> None:
            with self._compiler() as compiler:
                _compiled(compiler, source, sys_inputs=None)

        await asyncio.to_thread(draw)

    @contextmanager
    def _compiler(self) -> Iterator[Any]:
        with self._seats:
            with self._lock:
                compiler = self._idle.pop() if self._idle else self._built()
            try:
                yield compiler
            finally:
                with self._lock:
                    self._idle.append(compiler)

    def _built(self) -> Any:
        import typst

        if self._fonts is None:
            spec = find_spec(FONTS)
            folder = Path(spec.origin or "").parent / "files" if spec else None
            self._fonts = typst.Fonts(True, True, [str(folder)] if folder else [])
        root = str(TEMPLATES)
        return typst.Compiler(
            b"", root=root, font_paths=self._fonts, package_path=root, package_cache_path=root
        )


def _compiled(compiler: Any, source: bytes, **asked: Any) -> bytes:
    try:
        content: bytes = compiler.compile(source, format="pdf", **asked)
    except RuntimeError as error:
        raise NotSet(str(error)[:300]) from error
    return content
