"""A cache that several machines share. A dead Redis costs one timeout, once; after that it is left alone until it answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from secondhop.embedding.cache import in_parts, lock_across_forks
from secondhop.errors import InputError, MissingExtraError

TIMEOUT_S = 0.05
"""To wait for a connection or an answer."""
COOL_DOWN_S = 30.0
"""That Redis is left alone after it failed. What is asked meanwhile counts as missing; then a thread in the background
tries it, so that no request waits a second time."""
TTL_S = 30 * 24 * 3600
"""That a value is kept after it was written."""
_PREFIX = b"secondhop:vector:"
_KEYS_AT_A_TIME = 256

_Result = TypeVar("_Result")

_lock = lock_across_forks()
"""Of all breakers."""


class RedisCache:
    """Values in Redis. Safe between threads and processes, and across a fork."""

    def __init__(self, url: str) -> None:
        """A cache at a URL such as `redis://localhost:6379/0`, `rediss://` for TLS. Nothing is connected yet."""
        try:
            import redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry
        except ImportError:
            raise MissingExtraError("redis", extra="redis") from None
        self._url = url
        self._errors = (redis.RedisError, OSError)
        self._refusal = redis.ResponseError
        try:
            self._client = redis.Redis.from_url(
                url,
                socket_timeout=TIMEOUT_S,
                socket_connect_timeout=TIMEOUT_S,
                retry=Retry(NoBackoff(), 0),
                health_check_interval=0,
                protocol=2,  # no exchange about the protocol when connecting
            )
        except ValueError:  # its message may quote the URL, as ours must not: there may be a password in it
            raise InputError("embedding_cache= is no Redis URL such as redis://localhost:6379/0") from None
        pool = self._client.connection_pool
        pool.connection_kwargs["decode_responses"] = False  # values are bytes, whatever the URL says
        try:
            pool.connection_class(**pool.connection_kwargs)
        except (TypeError, ValueError, redis.RedisError) as error:
            raise InputError(f"embedding_cache= is a Redis URL with a wrong parameter: {error}") from None
        self._reading, self._writing = _Breaker(), _Breaker()

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels as its URL."""
        return RedisCache, (self._url,)

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """The value of each key, None where there is none."""
        found: list[Any] = []
        for some in in_parts(keys, _KEYS_AT_A_TIME):
            values = self._ask(self._reading, partial(self._client.mget, [_PREFIX + key for key in some]))
            if values is None:
                return [*found, *[None] * (len(keys) - len(found))]
            found += values
        return found

    def put_many(self, values: Mapping[bytes, bytes]) -> None:
        """Keeps the values for `TTL_S` seconds."""
        if self._reading.is_open:
            return
        for some in in_parts(list(values), _KEYS_AT_A_TIME):
            pipeline = self._client.pipeline(transaction=False)
            for key in some:
                pipeline.set(_PREFIX + key, values[key], ex=TTL_S)
            if self._ask(self._writing, pipeline.execute) is None:
                return

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def _ask(self, breaker: _Breaker, request: Callable[[], _Result]) -> _Result | None:
        """What Redis answers; None if it does not, or is being left alone."""
        if not breaker.allows(self._client.ping, self._errors):
            return None
        try:
            return request()
        except self._refusal:  # full, or read-only: it is there, and can still be read
            breaker.trip()
        except self._errors:
            self._reading.trip()
            self._writing.trip()
        return None


class _Breaker:
    """Whether a service may be asked. After a failure only a ping in the background is let through, once in a while."""

    def __init__(self) -> None:
        self._closed_until: float | None = None

    @property
    def is_open(self) -> bool:
        return self._closed_until is not None

    def trip(self) -> None:
        with _lock:
            self._closed_until = time.monotonic() + COOL_DOWN_S

    def allows(self, ping: Callable[[], Any], errors: tuple[type[BaseException], ...]) -> bool:
        if self._closed_until is None:
            return True
        with _lock:
            if self._closed_until is None or time.monotonic() < self._closed_until:
                return self._closed_until is None
            self._closed_until = time.monotonic() + COOL_DOWN_S  # no second ping beside this one
        threading.Thread(target=self._probe, args=(ping, errors), name="secondhop-redis", daemon=True).start()
        return False

    def _probe(self, ping: Callable[[], Any], errors: tuple[type[BaseException], ...]) -> None:
        try:
            ping()
        except errors:
            self.trip()
        else:
            self._closed_until = None
