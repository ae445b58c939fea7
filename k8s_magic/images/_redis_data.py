"""The keys of a Redis server and the commands on them: strings, lists, hashes, sets, expiry."""

from __future__ import annotations

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from k8s_magic.images._redis_protocol import ErrorReply, Reply, Status

OK = Status("OK")
WRONG_TYPE = ErrorReply("WRONGTYPE Operation against a key holding the wrong kind of value")
NOT_A_NUMBER = ErrorReply("ERR value is not an integer or out of range")
WRITES = frozenset(
    "SET SETNX SETEX MSET GETSET APPEND DEL UNLINK INCR DECR INCRBY DECRBY EXPIRE PERSIST FLUSHALL FLUSHDB LPUSH RPUSH LPOP RPOP HSET HDEL "
    "SADD SREM RENAME".split()
)
LEAST_WORDS = {"GET": 2, "SET": 3, "DEL": 2, "EXISTS": 2, "INCR": 2, "KEYS": 2, "TTL": 2, "EXPIRE": 3, "HSET": 4, "HGET": 3, "LPUSH": 3}


class Data:
    """All keys of one server."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._values: dict[str, Any] = {}
        self._ends: dict[str, float] = {}

    def dump(self) -> str:
        return json.dumps([self._values, self._ends])

    def restore(self, text: str) -> None:
        self._values, self._ends = json.loads(text)

    def _get(self, key: str, kind: type = str) -> Any:
        if key in self._ends and self._ends[key] <= self._now():
            self._drop(key)
        value = self._values.get(key)
        if value is not None and not isinstance(value, kind):
            raise TypeError
        return value

    def _drop(self, key: str) -> bool:
        self._ends.pop(key, None)
        return self._values.pop(key, None) is not None

    def knows(self, command: str) -> bool:
        return hasattr(self, f"do_{command.lower()}")

    def run(self, words: list[str]) -> Reply:
        """What a command on keys answers."""
        name = words[0].upper()
        if len(words) < LEAST_WORDS.get(name, 1):
            return ErrorReply(f"ERR wrong number of arguments for '{words[0].lower()}' command")
        try:
            reply: Reply = getattr(self, f"do_{name.lower()}")(*words[1:])
        except TypeError as error:
            if error.args:
                return ErrorReply(f"ERR wrong number of arguments for '{words[0].lower()}' command")
            return WRONG_TYPE
        except ValueError:
            return NOT_A_NUMBER
        return reply

    # --- Strings ---

    def do_get(self, key: str) -> Reply:
        found: str | None = self._get(key)
        return found

    def do_set(self, key: str, value: str, *options: str) -> Reply:
        words = [word.upper() for word in options]
        exists = self._get(key, object) is not None
        if ("NX" in words and exists) or ("XX" in words and not exists):
            return None
        self._drop(key)
        self._values[key] = value
        for unit, factor in (("EX", 1.0), ("PX", 0.001)):
            if unit in words:
                self._ends[key] = self._now() + int(options[words.index(unit) + 1]) * factor
        return OK

    def do_setnx(self, key: str, value: str) -> Reply:
        return 0 if self.do_set(key, value, "NX") is None else 1

    def do_setex(self, key: str, seconds: str, value: str) -> Reply:
        return self.do_set(key, value, "EX", seconds)

    def do_getset(self, key: str, value: str) -> Reply:
        before = self.do_get(key)
        self.do_set(key, value)
        return before

    def do_mset(self, *pairs: str) -> Reply:
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            self.do_set(key, value)
        return OK

    def do_mget(self, *keys: str) -> Reply:
        return [self.do_get(key) for key in keys]

    def do_append(self, key: str, more: str) -> Reply:
        self._values[key] = (self._get(key) or "") + more
        return len(self._values[key])

    def do_strlen(self, key: str) -> Reply:
        return len(self._get(key) or "")

    def do_incrby(self, key: str, amount: str) -> Reply:
        number = int(self._get(key) or 0) + int(amount)
        self._values[key] = str(number)
        return number

    def do_incr(self, key: str) -> Reply:
        return self.do_incrby(key, "1")

    def do_decr(self, key: str) -> Reply:
        return self.do_incrby(key, "-1")

    def do_decrby(self, key: str, amount: str) -> Reply:
        return self.do_incrby(key, str(-int(amount)))

    # --- Keys ---

    def do_del(self, *keys: str) -> Reply:
        return sum(self._drop(key) for key in keys)

    do_unlink = do_del

    def do_exists(self, *keys: str) -> Reply:
        return sum(self._get(key, object) is not None for key in keys)

    def do_keys(self, pattern: str) -> Reply:
        return [key for key in list(self._values) if fnmatchcase(key, pattern) and self._get(key, object) is not None]

    def do_dbsize(self) -> Reply:
        return len(self.do_keys("*"))  # type: ignore[arg-type]  # It gives a list.

    def do_type(self, key: str) -> Reply:
        kinds: dict[type, str] = {str: "string", list: "list", dict: "hash"}
        value = self._get(key, object)
        return Status("none" if value is None else kinds[type(value)])

    def do_expire(self, key: str, seconds: str) -> Reply:
        if self._get(key, object) is None:
            return 0
        self._ends[key] = self._now() + int(seconds)
        return 1

    def do_persist(self, key: str) -> Reply:
        return 1 if self._ends.pop(key, None) is not None else 0

    def do_ttl(self, key: str) -> Reply:
        if self._get(key, object) is None:
            return -2
        return round(self._ends[key] - self._now()) if key in self._ends else -1

    def do_rename(self, old: str, new: str) -> Reply:
        if self._get(old, object) is None:
            return ErrorReply("ERR no such key")
        self._values[new] = self._values.pop(old)
        return OK

    def do_flushall(self) -> Reply:
        self._values.clear()
        self._ends.clear()
        return OK

    do_flushdb = do_flushall

    # --- Lists ---

    def _list(self, key: str) -> list[str]:
        found: list[str] = self._get(key, list) or self._values.setdefault(key, [])
        return found

    def do_rpush(self, key: str, *values: str) -> Reply:
        self._list(key).extend(values)
        return len(self._list(key))

    def do_lpush(self, key: str, *values: str) -> Reply:
        self._list(key)[:0] = reversed(values)
        return len(self._list(key))

    def _pop(self, key: str, place: int) -> Reply:
        found = self._get(key, list)
        if not found:
            return None
        value: str = found.pop(place)
        if not found:
            self._drop(key)
        return value

    def do_lpop(self, key: str) -> Reply:
        return self._pop(key, 0)

    def do_rpop(self, key: str) -> Reply:
        return self._pop(key, -1)

    def do_llen(self, key: str) -> Reply:
        return len(self._get(key, list) or ())

    def do_lrange(self, key: str, first: str, last: str) -> Reply:
        found, end = list(self._get(key, list) or ()), int(last)
        return [*found[int(first) if int(first) >= 0 else max(len(found) + int(first), 0) : None if end == -1 else end + 1]]

    # --- Hashes and sets; a set is a hash without values ---

    def do_hset(self, key: str, *pairs: str) -> Reply:
        found = self._get(key, dict) or self._values.setdefault(key, {})
        before = len(found)
        found.update(zip(pairs[::2], pairs[1::2], strict=True))
        return len(found) - before

    def do_hget(self, key: str, name: str) -> Reply:
        value: str | None = (self._get(key, dict) or {}).get(name)
        return value

    def do_hgetall(self, key: str) -> Reply:
        return [word for pair in (self._get(key, dict) or {}).items() for word in pair]

    def do_hdel(self, key: str, *names: str) -> Reply:
        found = self._get(key, dict) or {}
        return sum(found.pop(name, None) is not None for name in names)

    do_srem = do_hdel

    def do_sadd(self, key: str, *members: str) -> Reply:
        return self.do_hset(key, *[word for member in members for word in (member, "")])

    def do_smembers(self, key: str) -> Reply:
        return list(self._get(key, dict) or ())

    def do_scard(self, key: str) -> Reply:
        return len(self._get(key, dict) or ())
