"""Typed settings, read once from the environment and `.env`. A bad value stops the start with a sentence."""

import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Every setting of Pulse. The name in the environment is the field's name in capitals."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    pulse_env: Literal["development", "production", "testing"] = "development"
    pulse_demo: bool = True
    host: str = "127.0.0.1"
    port: int = Field(5000, ge=0, le=65535)
    public_url: str = ""
    instance_path: Path = Path("instance")
    trusted_proxies: int = Field(0, ge=0, le=10)
    cors_origins: str = ""
    log_format: Literal["json", "console"] = "console"
    metrics_token: str = ""
    socketio_async_mode: Literal["threading", "eventlet"] = "threading"
    socketio_wire: bool = True
    socketio_wire_joins: bool = True
    socketio_connections_per_address: int = Field(10_000, ge=1)

    database_url: str = ""
    redis_url: str = ""
    secret_key: str = ""
    jwt_secret_key: str = ""

    mail_server: str = ""
    mail_port: int = Field(25, ge=1, le=65535)
    mail_use_tls: bool = False
    mail_use_ssl: bool = False
    mail_username: str = ""
    mail_password: str = ""
    mail_default_sender: str = "Pulse <pulse@localhost>"
    mailbox_path: str = ""

    presence_heartbeat_seconds: float = Field(30, gt=0)
    presence_offline_after: float = Field(120, gt=0)
    presence_disconnect_grace: float = Field(25, ge=0)
    presence_idle_after: float = Field(300, gt=0)
    presence_sweep_seconds: float = Field(5, gt=0)
    presence_lease_seconds: float = Field(5, gt=0)
    presence_heartbeats_per_minute: int = Field(60, ge=1)
    support_answer_within: float = Field(180, gt=0)
    history_retention_days: int = Field(400, ge=1)
    activity_retention_days: int = Field(400, ge=1)
    notification_retention_days: int = Field(30, ge=1)
    request_log_retention_days: int = Field(30, ge=1)
    revenue_per_message: float = Field(0, ge=0)
    admin_refresh_seconds: float = Field(10, gt=0)
    ratelimit_enabled: bool = True
    upload_max_bytes: int = Field(10 * 1024 * 1024, ge=1024)
    webhook_allowed_networks: str = ""
    s3_bucket: str = ""
    s3_endpoint_url: str = ""
    s3_region: str = ""

    @field_validator("database_url")
    @classmethod
    def _use_psycopg2(cls, url: str) -> str:
        """psycopg 3, SQLAlchemy's default for `postgresql://`, freezes eventlet."""
        scheme, separator, rest = url.partition("://")
        if scheme in ("postgres", "postgresql"):
            return f"postgresql+psycopg2{separator}{rest}"
        if url and scheme not in ("postgresql+psycopg2", "sqlite"):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        return url

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, url: str) -> str:
        if url and not url.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return url

    @field_validator("public_url", "s3_endpoint_url")
    @classmethod
    def _is_http(cls, url: str) -> str:
        if url and not url.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return url.rstrip("/")

    @field_validator("webhook_allowed_networks")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        for part in _parts(text):
            try:
                ip_network(part)
            except ValueError:
                raise ValueError(f"{part} is no network such as 10.0.0.0/8") from None
        return text

    @field_validator("instance_path")
    @classmethod
    def _is_absolute(cls, path: Path) -> Path:
        return path if path.is_absolute() else ROOT / path

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.pulse_env == "production":
            for name in ("secret_key", "jwt_secret_key"):
                if len(getattr(self, name)) < 32:
                    raise ValueError(f"{name.upper()} must be set to at least 32 characters in production")
            for name in ("database_url", "redis_url", "public_url"):
                if not getattr(self, name):
                    raise ValueError(f"{name.upper()} must be set in production")
        return self

    @property
    def address_family(self) -> socket.AddressFamily:
        """What kind of address `host` is."""
        return socket.AF_INET6 if ":" in self.host else socket.AF_INET

    @property
    def local_host(self) -> str:
        """Where programs on this machine reach what listens on `host`."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    @property
    def site(self) -> str:
        """The address that people and mails use, without a slash at the end."""
        host = f"[{self.local_host}]" if ":" in self.local_host else self.local_host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def origins(self) -> list[str]:
        """Foreign origins that may call the API and the sockets from a browser."""
        return [origin.rstrip("/") for origin in _parts(self.cors_origins)]

    @property
    def webhook_networks(self) -> list[IPv4Network | IPv6Network]:
        """Networks that are not public, to which webhooks may go nevertheless."""
        return [ip_network(part) for part in _parts(self.webhook_allowed_networks)]

    @property
    def is_secure(self) -> bool:
        """Whether people come by TLS, so cookies must be `Secure`."""
        return self.site.startswith("https://")

    @property
    def is_development(self) -> bool:
        return self.pulse_env == "development"


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def load(**overrides: object) -> Settings:
    """Read the settings; whatever is not configured gets its local stand-in.

    `overrides` go before the environment (tests, the launcher). Raises SystemExit with one sentence
    for each bad value.
    """
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            name = ".".join(str(part) for part in problem["loc"]).upper()
            reason = problem["msg"].removeprefix("Value error, ")
            lines.append(f"{name}: {reason}" if name else reason)
        raise SystemExit("Pulse cannot start. " + "\n".join(lines)) from None
    if settings.pulse_env == "production":
        return settings
    with folder_in_use(settings.instance_path):
        return settings.model_copy(update=_stand_ins(settings))


@contextmanager
def folder_in_use(folder: Path) -> Iterator[None]:
    """Make a folder; what goes wrong with it inside the `with` block stops the start with a sentence."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield
    except OSError as error:
        raise SystemExit(f"Pulse cannot use the folder {folder}: {error.strerror}.") from None


def _stand_ins(settings: Settings) -> dict[str, str]:
    """Values for what development does not configure, kept in the instance folder."""
    values = {} if settings.secret_key and settings.jwt_secret_key else _local_secrets(settings.instance_path)
    found = {name: value for name, value in values.items() if not getattr(settings, name)}
    if not settings.database_url:
        found["database_url"] = f"sqlite:///{settings.instance_path / 'pulse.db'}"
    running = settings.instance_path / "redis.url"
    if not settings.redis_url:
        found["redis_url"] = running.read_text().strip() if running.exists() else "redis://127.0.0.1:6379/0"
    return found


def _local_secrets(folder: Path) -> dict[str, str]:
    path = folder / "secrets.json"
    if not path.exists():
        made = {name: secrets.token_urlsafe(48) for name in ("secret_key", "jwt_secret_key")}
        draft = folder / f"secrets.{os.getpid()}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(made))
        try:
            os.link(draft, path)  # fails if another process was first, whose secrets then count
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return dict(json.loads(path.read_text()))
