"""A picture that a browser can show, made here."""

import struct
import zlib


def png(width: int, height: int) -> bytes:
    """One colour, as small as a picture can be."""
    rows = b"".join(b"\x00" + bytes((200, 90, 40)) * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (("IHDR", header), ("IDAT", zlib.compress(rows)), ("IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(name.encode(), data) for name, data in parts)


def _part(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
