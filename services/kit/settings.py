"""Settings: environment variables only, checked at start, secrets never printed."""

from functools import cached_property
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.kit.files import SCHEMES

LOCAL_SECRET = "local-default-secret-never-in-production"


class Settings(BaseSettings):
    """What every process of the alliance reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="", extra="ignore", frozen=True, env_ignore_empty=True)

    environment: Literal["local", "production"] = Field(
        "local", description="`production` refuses placeholder secrets and plain defaults."
    )
    database_url: SecretStr = Field(description="PostgreSQL 15 or newer: `postgresql://role:password@host/database`.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(8000, description="Port to listen on.")
    worker_port: Annotated[int, Field(ge=1, le=65535)] | None = Field(
        None, description="Port on which a worker answers `/livez`, `/readyz` and `/metrics`; none by default."
    )
    public_url: str = Field("http://127.0.0.1:8000", description="The gateway's address as users see it.")
    gateway_url: str = Field("http://127.0.0.1:8000", description="Where processes reach the gateway.")
    members_url: str = Field("http://127.0.0.1:8001", description="Where processes reach members.")
    events_url: str = Field("http://127.0.0.1:8002", description="Where processes reach events.")
    liaison_url: str = Field("http://127.0.0.1:8003", description="Where processes reach liaison.")
    service_secret: SecretStr = Field(
        SecretStr(LOCAL_SECRET), description="With it this service asks the gateway for a token of its own."
    )
    cursor_secret: SecretStr = Field(
        SecretStr(LOCAL_SECRET), description="Signs list cursors; the same on every replica of a service."
    )
    office_time_zone: str = Field("Asia/Shanghai", description="IANA zone in which the office's day begins.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    access_log: Literal["all", "notable"] = Field(
        "notable", description="`notable` logs writes, failures and slow requests; `all` adds every read."
    )
    read_pool_size: Annotated[int, Field(ge=1, le=200)] = Field(8, description="Connections for reads, a process.")
    write_pool_size: Annotated[int, Field(ge=1, le=200)] = Field(8, description="Connections for writes, a process.")
    write_wait_seconds: Annotated[float, Field(ge=0.1, le=600)] = Field(
        9.0, description="Longest a write waits for its turn or for a connection; the gateway gives up after 10."
    )
    goodbye_seconds: Annotated[float | None, Field(ge=0, le=60)] = Field(
        None,
        description="How long a web process that is told to stop goes on answering, closing each connection after its "
        "answer, so that callers with kept connections go elsewhere. Default: 5 in production, 0 locally.",
    )
    statement_timeout_ms: Annotated[int, Field(ge=100, le=600_000)] = Field(
        5_000, description="Longest a statement may run before PostgreSQL ends it."
    )
    max_body_bytes: Annotated[int, Field(ge=1_024)] = Field(
        8 * 1024 * 1024, description="Largest request body; larger ones get a 413."
    )
    max_file_bytes: Annotated[int, Field(ge=1_024, le=1024**3)] = Field(
        50 * 1024 * 1024, description="Largest file that is uploaded; larger ones get a 413."
    )
    files_url: str | None = Field(
        None,
        pattern=f"^({'|'.join(SCHEMES)})",
        description="Where files are kept: `file:///folder`, `s3://bucket`, `gs://bucket` or `az://container`, with "
        "the provider's own variables for credentials. All processes of a service must reach the same place.",
    )

    @model_validator(mode="after")
    def _no_placeholders_in_production(self) -> Self:
        if self.environment == "production":
            for name in ("service_secret", "cursor_secret"):
                if (
                    len(getattr(self, name).get_secret_value()) < 32
                    or getattr(self, name).get_secret_value() == LOCAL_SECRET
                ):
                    raise ValueError(f"{name.upper()} must be a secret of at least 32 characters in production")
        return self

    @model_validator(mode="after")
    def _known_time_zone(self) -> Self:
        try:
            ZoneInfo(self.office_time_zone)
        except (KeyError, ValueError) as error:
            raise ValueError(f"OFFICE_TIME_ZONE {self.office_time_zone!r} is no IANA time zone") from error
        return self

    @cached_property
    def office_zone(self) -> ZoneInfo:
        """The office's zone: its midnight decides what is overdue."""
        return ZoneInfo(self.office_time_zone)

    @property
    def goodbye(self) -> float:
        """Seconds from being told to stop until connections that callers may be about to use are closed."""
        if self.goodbye_seconds is not None:
            return self.goodbye_seconds
        return 5.0 if self.environment == "production" else 0.0

    def url_of(self, service: str) -> str:
        """Where `members`, `events`, `liaison` or `gateway` is reached from inside."""
        return str(getattr(self, f"{service}_url")).rstrip("/")
