"""Makes a stranger's file name harmless and still recognisable. Pure."""

import re
import unicodedata

MAX_BYTES = 180
MAX_READ = 1024
MAX_EXTENSION = 16

# Windows keeps these for devices, whatever the extension.
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.I)
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_EXTENSION = re.compile(rf"\.[^.\s]{{1,{MAX_EXTENSION}}}$")
_EXECUTABLE = re.compile(
    r"exe|com|scr|pif|bat|cmd|msi|msp|ps1|vb[se]|jse?|ws[fh]|hta|cpl|jar|lnk|url|reg|inf|dll|app"
    r"|command|sh|php\d?|phtml|phar|aspx?|jsp|cgi|pl|htaccess|x?html?|svg"
)
_EXTENSIONS = {
    "application/json": ".json",
    "application/msword": ".doc",
    "application/pdf": ".pdf",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/zip": ".zip",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "text/csv": ".csv",
    "text/plain": ".txt",
    "text/vcard": ".vcf",
    "video/3gpp": ".3gp",
    "video/mp4": ".mp4",
}


def safe_filename(name: str, *, content_type: str = "", fallback: str = "file") -> str:
    """A name without path, invisible characters, leading dots or reserved words.

    At most MAX_BYTES in UTF-8, the extension kept. Nothing left: `fallback` with the extension
    that goes with `content_type`. A safe name comes back unchanged.
    """
    base = _trimmed(_visible(name[-MAX_READ:]).replace("\\", "/").rstrip("/").rpartition("/")[2])
    if not base:
        return fallback + extension(content_type)
    if _RESERVED.match(base):
        base = f"_{base}"
    return _capped(base)


def extension(content_type: str) -> str:
    """The usual extension with its dot, empty where none is usual."""
    return _EXTENSIONS.get(content_type.partition(";")[0].strip().lower(), "")


def looks_executable(name: str) -> bool:
    """Whether any of the extensions (`invoice.pdf.exe`, `x.php.jpg`) is one that may run."""
    first, *extensions = safe_filename(name).lower().split(".")
    return first == "htaccess" or any(_EXECUTABLE.fullmatch(e.strip()) for e in extensions)


def _visible(name: str) -> str:
    # Twice: removing a joiner may bring two characters together that compose to one.
    once = unicodedata.normalize("NFKC", _without_invisible(name))
    return unicodedata.normalize("NFKC", _without_invisible(once))


def _without_invisible(name: str) -> str:
    kept = (" " if unicodedata.category(c) in {"Zs", "Zl", "Zp"} else c for c in name)
    return "".join(c for c in kept if unicodedata.category(c)[0] != "C")


def _trimmed(base: str) -> str:
    return _FORBIDDEN.sub("_", base).strip(" ").lstrip(". ").rstrip(". ")


def _capped(base: str) -> str:
    if len(base.encode()) <= MAX_BYTES:
        return base
    found = _EXTENSION.search(base)
    ending = found.group() if found and found.start() else ""
    stem = base[: len(base) - len(ending)].encode()[: MAX_BYTES - len(ending.encode())]
    return stem.decode(errors="ignore").rstrip(". ") + ending
