"""Reads `zoom_types.txt` once, and judges exchanges and webhooks by it. What is wrong with a value is a list of
(field, complaint); what is wrong with an exchange is a list of sentences."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

TYPES = Path(__file__).with_name("zoom_types.txt")

Complaints = tuple[tuple[str, str], ...]
Check = Callable[[Any], Complaints]

_NOTHING: Complaints = ()
_TOKEN = re.compile(
    r"""\s*(?:'([^']*)' | \("([^"]+)"\) | (-?\d+\.\.\d+) | (-?\d+) | (\w+) | ([{}\[\]|:;,*+=]))""", re.X
)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_PART = {"{int}": r"\d+", "{text}": "[^/]+", "{uuid}": ".+"}
_KINDS = {"dict": "an object", "list": "a list", "str": "text", "int": "a number", "bool": "true or false",
          "float": "a fraction", "NoneType": "null"}  # fmt: skip


# --- types ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fields:
    """An object: what it may have, and what it must."""

    checks: Mapping[str, Check]
    required: tuple[str, ...]

    def __call__(self, value: Any) -> Complaints:
        if type(value) is not dict:
            return _instead(value, "an object")
        found = _NOTHING
        checks = self.checks
        for name, item in value.items():
            check = checks.get(name)
            if check is None:
                found += ((name, "is no field of Zoom's here"),)
            elif worse := check(item):
                found += _inside(name, worse)
        for name in self.required:
            if name not in value:
                found += ((name, "is missing"),)
        return found


@dataclass(frozen=True)
class ListOf:
    check: Check

    def __call__(self, value: Any) -> Complaints:
        if type(value) is not list:
            return _instead(value, "a list")
        found = _NOTHING
        for number, item in enumerate(value):
            if worse := self.check(item):
                found += _inside(f"[{number}]", worse)
        return found


@dataclass(frozen=True)
class OneOf:
    """Literal values, or else the first of several types that fits."""

    values: frozenset[tuple[type, Any]]
    checks: tuple[Check, ...]
    words: str

    def __call__(self, value: Any) -> Complaints:
        if value.__hash__ is not None and (type(value), value) in self.values:
            return _NOTHING
        found = [check(value) for check in self.checks]
        if not all(found):
            return _NOTHING
        inside = [worse for worse in found if worse[0][0]]
        return min(inside, key=len) if inside else _instead(value, self.words)


@dataclass(frozen=True)
class Word:
    fits: Callable[[Any], object]
    words: str

    def __call__(self, value: Any) -> Complaints:
        return _NOTHING if self.fits(value) else _instead(value, self.words)


def _matching(pattern: re.Pattern[str]) -> Callable[[Any], object]:
    return lambda value: type(value) is str and pattern.fullmatch(value)


_WORDS: dict[str, Check] = {
    "text": Word(lambda value: type(value) is str, "text"),
    "int": Word(lambda value: type(value) is int, "a number"),
    "flag": Word(lambda value: type(value) is bool, "true or false"),
    "instant": Word(_matching(_INSTANT), "a time in UTC with a Z"),
    "local": Word(_matching(_LOCAL), "a time without a zone"),
    "any": Word(lambda _: True, "anything"),
}


def _inside(name: str, worse: Complaints) -> Complaints:
    return tuple((_joined(name, path), words) for path, words in worse)


def _joined(name: str, path: str) -> str:
    return name + path if not path or path.startswith("[") else f"{name}.{path}"


def _instead(value: Any, wanted: str) -> Complaints:
    return (("", f"is {_said(value)}, not {wanted}"),)


def _said(value: Any) -> str:
    kind = _KINDS.get(type(value).__name__, type(value).__name__)
    return kind if isinstance(value, dict | list | None) else f"{kind} {value!r:.60}"


# --- calls and webhooks -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Call:
    """answers: what comes with which status; None is an empty body."""

    method: str
    path: str
    query: Check
    body: Check | None
    form: Check | None
    answers: Mapping[int, Check | None]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def pattern(self) -> str:
        parts = (_PART.get(part) or re.escape(part) for part in re.split(r"(\{\w+\})", self.path))
        return ("" if self.path.startswith("/oauth/") else "/v2") + "".join(parts)


@dataclass(frozen=True)
class Contract:
    shapes: Mapping[str, Check]
    calls: Sequence[Call]
    webhooks: Mapping[str, Check]
    _patterns: dict[str, list[tuple[re.Pattern[str], Call]]] = field(default_factory=dict)

    def find(self, method: str, path: str) -> Call | None:
        """The most exact one: a uuid may hold slashes, and `{text}` may read like a word of another path."""
        if not self._patterns:
            for call in sorted(self.calls, key=lambda call: ("{uuid}" in call.path, -len(call.path.split("{")[0]), -len(call.path))):  # fmt: skip
                self._patterns.setdefault(call.method, []).append((re.compile(call.pattern), call))
        for pattern, call in self._patterns.get(method, ()):
            if pattern.fullmatch(path):
                return call
        return None

    def wrong_in_request(self, method: str, path: str, query: str, body: bytes) -> list[str]:
        call = self.find(method, path)
        if call is None:
            return [f"{method} {path} is no call of Zoom's"]
        sentences = _told(f"{call.name}, query", call.query(_query(query)))
        if call.form:
            return sentences + _told(f"{call.name}, form", call.form(dict(parse_qsl(body.decode(), True))))
        if call.body is None:
            return sentences + ([f"{call.name} takes no body"] if body else [])
        said = _parsed(body)
        if said is _BROKEN:
            return [*sentences, f"{call.name}, request: is no JSON"]
        return sentences + _told(f"{call.name}, request", call.body(said))

    def wrong_in_answer(self, method: str, path: str, status: int, body: bytes) -> list[str]:
        call = self.find(method, path)
        name = f"{call.name if call else f'{method} {path}'}, answer {status}"
        if status >= 400:
            problem = self.shapes["OauthProblem" if path.startswith("/oauth/") else "Problem"]
            said = _parsed(body)
            return [f"{name}: is no JSON"] if said is _BROKEN else _told(name, problem(said))
        if call is None:
            return [f"{name}: Zoom has no such call"]
        if status not in call.answers:
            return [f"{name}: Zoom answers {' or '.join(map(str, call.answers))}"]
        check = call.answers[status]
        if check is None:
            return [f"{name}: has a body"] if body else []
        said = _parsed(body)
        return [f"{name}: is no JSON"] if said is _BROKEN else _told(name, check(said))

    def wrong_in_webhook(self, message: Any) -> list[str]:
        name = message.get("event") if isinstance(message, dict) else None
        check = self.webhooks.get(str(name))
        if check is None:
            return [f"{name} is no webhook of Zoom's that is described here"]
        return _told(f"webhook {name}", check(message))


_BROKEN = object()


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return _BROKEN


def _query(text: str) -> dict[str, Any]:
    """In an address everything is text: what reads like a number or a switch is one."""
    switches = {"true": True, "false": False}
    return {
        name: int(value)
        if value.isascii() and value.isdigit() and name in _COUNTED
        else switches.get(value, value)
        for name, value in parse_qsl(text, keep_blank_values=True)
    }


#: Numbers in addresses. All else that looks like one (ids, tokens) is text.
_COUNTED = {"page_size", "page_number", "ttl", "login_type"}


def _told(name: str, complaints: Complaints) -> list[str]:
    return [f"{name}: {path or 'all of it'} {words}" for path, words in complaints]


# --- reading the description ------------------------------------------------------------------------------------


@cache
def contract() -> Contract:
    return read(TYPES.read_text(encoding="utf-8"))


def read(text: str) -> Contract:
    shapes: dict[str, Check] = {}
    calls: list[Call] = []
    webhooks: dict[str, Check] = {}
    for head, clauses in _entries(text):
        first, _, second = head.partition(" ")
        if first == "webhook":
            parts = dict(clauses)
            beside = _type(parts.get("beside", "{}"), shapes)
            payload = _type(parts[""], shapes)
            assert isinstance(beside, Fields)
            usual = {"event": _WORDS["text"], "event_ts": _WORDS["int"], "payload": payload}
            webhooks[second] = Fields({**usual, **beside.checks}, (*usual, *beside.required))
        elif second.startswith("="):
            shapes[first] = _type(" ".join([second[1:], *(words for _, words in clauses)]), shapes)
        else:
            calls.append(_call(first, second, dict(clauses), shapes))
    return Contract(shapes, calls, webhooks)


def _entries(text: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A line at the margin and the clauses below it; what is indented further goes on with a clause."""
    head, clauses = "", list[tuple[str, str]]()
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            if head:
                yield head, clauses
            head, clauses = line, []
        elif line.startswith("     ") and clauses:
            clauses[-1] = (clauses[-1][0], f"{clauses[-1][1]} {line.strip()}")
        else:
            keyword = re.match(r"\s*(query|body|form|beside|\d{3}(?=\s|$))?(.*)", line)
            assert keyword
            clauses.append((keyword[1] or "", keyword[2].strip()))
    yield head, clauses


def _call(method: str, path: str, clauses: Mapping[str, str], shapes: Mapping[str, Check]) -> Call:
    types = {name: _type(words, shapes) if words else None for name, words in clauses.items()}
    return Call(
        method,
        path,
        types.get("query") or Fields({}, ()),
        types.get("body"),
        types.get("form"),
        {int(name): check for name, check in types.items() if name.isdigit()},
    )


def _type(words: str, shapes: Mapping[str, Check]) -> Check:
    reader = _Reader(words, shapes)
    check = reader.one_of()
    assert reader.next() is None, f"read too little of: {words}"
    return check


class _Reader:
    """Turns one type of the description into its check."""

    def __init__(self, words: str, shapes: Mapping[str, Check]) -> None:
        self.words = words
        self.shapes = shapes
        self.at = 0

    def next(self) -> re.Match[str] | None:
        if not self.words[self.at :].strip():
            return None
        token = _TOKEN.match(self.words, self.at)
        assert token, f"not understood: {self.words[self.at : self.at + 40]}"
        return token

    def take(self, wanted: str = "") -> re.Match[str]:
        token = self.next()
        assert token, f"ends too early: {self.words}"
        assert not wanted or token[6] == wanted, f"{wanted} expected before: {self.words[self.at : self.at + 40]}"
        self.at = token.end()
        return token

    def meets(self, *signs: str) -> bool:
        token = self.next()
        return token is not None and token[6] in signs

    def one_of(self) -> Check:
        begin = self.at
        values: set[tuple[type, Any]] = set()
        checks: list[Check] = []
        while True:
            part = self.part()
            if isinstance(part, OneOf):
                values |= part.values
                checks += part.checks
            else:
                checks.append(part)
            if not self.meets("|"):
                break
            self.take("|")
        if len(checks) == 1 and not values:
            return checks[0]
        words = " ".join(self.words[begin : self.at].split()).replace(" |", "|").replace("| ", "|")
        return OneOf(frozenset(values), tuple(checks), words)

    def part(self) -> Check:
        token = self.take()
        word, _, span, number, name, sign = token.groups()
        if word is not None:
            return OneOf(frozenset({(str, word)}), (), repr(word))
        if number is not None:
            return OneOf(frozenset({(int, int(number))}), (), number)
        if span is not None:
            first, _, last = span.partition("..")
            return OneOf(frozenset((int, value) for value in range(int(first), int(last) + 1)), (), span)
        if name is not None:
            return _WORDS.get(name) or self.shapes[name]
        if sign == "[":
            inner = self.one_of()
            self.take("]")
            return ListOf(inner)
        assert sign == "{", f"{sign} not expected in: {self.words}"
        return self.fields()

    def fields(self) -> Fields:
        checks: dict[str, Check] = {}
        required: dict[str, bool] = {}
        while not self.meets("}"):
            if self.meets("+"):
                self.take("+")
                taken = self.shapes[self.take()[5]]
                assert isinstance(taken, Fields)
                checks |= taken.checks
                required |= dict.fromkeys(taken.checks, False) | dict.fromkeys(taken.required, True)
            else:
                check = self.one_of()
                self.take(":")
                for name, must in self.names():
                    checks[name], required[name] = check, must
            if not self.meets(";"):
                break
            self.take(";")
        self.take("}")
        return Fields(checks, tuple(name for name, must in required.items() if must))

    def names(self) -> Iterator[tuple[str, bool]]:
        while True:
            name = self.take()[5]
            assert name, f"a field expected before: {self.words[self.at : self.at + 40]}"
            must = self.meets("*")
            if must:
                self.take("*")
            token = self.next()
            if token and token[2]:
                self.at = token.end()
            yield name, must
            if not self.meets(","):
                return
            self.take(",")
