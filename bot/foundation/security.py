"""Sealing secrets at rest, keyed hashes for the directory, and tokens."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.foundation.errors import Misconfigured

TOKEN_BYTES = 32


class Vault:
    """Seals with the first key, opens with any: keys are rotated by putting a new one in front."""

    def __init__(self, keys: list[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise Misconfigured(
                "FRONTDESK_SECRET_KEY is not a key: make one with `frontdesk key secret`."
            ) from error
        self._pepper = hashlib.sha256(b"directory:" + keys[-1].encode()).digest()

    def seal(self, plain: str) -> bytes:
        return self._fernet.encrypt(plain.encode())

    def open(self, sealed: bytes) -> str:
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise Misconfigured(
                "A stored secret does not open with the present key: put the key it was sealed "
                "with into FRONTDESK_SECRET_KEY (after the new one, separated by a comma)."
            ) from error

    def digest(self, kind: str, value: str) -> bytes:
        """A keyed hash by which the directory finds a value that it does not hold."""
        return hmac.digest(self._pepper, f"{kind}:{value}".encode(), "sha256")


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_secret_key() -> str:
    return Fernet.generate_key().decode()


def load_vault(secret_key: str | None, data_directory: Path) -> Vault:
    """The key from the environment (several separated by commas), else a 0600 file, made once."""
    if secret_key:
        return Vault([key.strip() for key in secret_key.split(",") if key.strip()])
    path = data_directory / "secret.key"
    if not path.exists():
        _create_key_file(path)
    return Vault(path.read_text().split())


def _create_key_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(new_secret_key() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # another process made it at the same moment
    except OSError as error:
        raise Misconfigured(
            f"Cannot write the key file {path} ({error.strerror}): "
            "set FRONTDESK_DATA_DIR to a directory that can be written."
        ) from error
    finally:
        draft.unlink(missing_ok=True)
