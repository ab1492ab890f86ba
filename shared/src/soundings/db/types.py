"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import BigInteger, Dialect, LargeBinary, String, TypeDecorator

from soundings.kernel.clock import epoch_ms, from_epoch_ms

if TYPE_CHECKING:
    _Instant = TypeDecorator[datetime]
    _Json = TypeDecorator[object]
else:
    _Instant = TypeDecorator
    _Json = TypeDecorator


class UtcDateTime(_Instant):
    """An aware instant, kept as whole milliseconds since 1970, so that order and arithmetic are the same everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else epoch_ms(value.astimezone(UTC))

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else from_epoch_ms(value)


class JsonColumn(_Json):
    """A JSON document as text; key order is kept, because the first language is the fallback."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else orjson.loads(value)


Key128 = LargeBinary(16)
"""A 16-byte key (see :func:`soundings.kernel.ids.key128`)."""
