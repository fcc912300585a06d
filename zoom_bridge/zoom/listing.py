"""Zoom's lists come in pages. A list is read completely or not at all: half a list would look as if people were
missing."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, TypeVar

from zoom_bridge.domain.failures import Failure
from zoom_bridge.zoom import answers, raw_json
from zoom_bridge.zoom.answers import Answer

_PAGE_SIZE = 300

Item = TypeVar("Item")
GetPage = Callable[[Mapping[str, Any]], Answer]
#: How to get a page, under which name its items stand there, how one is read, and by what it is told from others.
Reading = tuple[GetPage, str, Callable[[dict[str, Any]], Item], Callable[[Item], Hashable]]


class _PlaceForgotten(Failure):
    """Zoom keeps our place in a list for a quarter of an hour."""


def read_all(
    get_page: GetPage,
    name: str,
    read: Callable[[dict[str, Any]], Item],
    key: Callable[[Item], Hashable],
) -> list[Item]:
    """Every item once, by `key`. When Zoom has forgotten our place, once more from the first page: what was read
    until then is old by now and dropped."""
    try:
        return [item for page in _pages(get_page, name, read, key) for item in page]
    except _PlaceForgotten:
        return [item for page in _pages(get_page, name, read, key) for item in page]


def read_by_page(
    get_page: GetPage,
    name: str,
    read: Callable[[dict[str, Any]], Item],
    key: Callable[[Item], Hashable],
) -> Iterator[list[Item]]:
    """The same for a list that is too long to be held: page by page, and complete only when it ends without a
    Failure. When Zoom has forgotten our place, everything comes once more."""
    try:
        yield from _pages(get_page, name, read, key)
    except _PlaceForgotten:
        yield from _pages(get_page, name, read, key)


def _pages(
    get_page: GetPage,
    name: str,
    read: Callable[[dict[str, Any]], Item],
    key: Callable[[Item], Hashable],
) -> Iterator[list[Item]]:
    known: set[Hashable] = set()
    token, number = "", 1
    while True:
        answer = _get(get_page, token, number)
        try:
            told = answer.fields()
            items = {key(item): item for item in map(read, raw_json.rows(told, name))}
        except raw_json.Malformed:
            raise answers.unreadable(answer, unrepeatable=False) from None
        # An item that moved to the next page meanwhile comes twice.
        fresh = [item for its_key, item in items.items() if its_key not in known]
        known.update(items)
        token, number = raw_json.text(told, "next_page_token"), number + 1
        if token and not fresh:
            # Zoom leads us in a circle.
            raise answers.unreadable(answer, unrepeatable=False)
        yield fresh
        if not token:
            return


def _get(get_page: GetPage, token: str, number: int) -> Answer:
    page: dict[str, Any] = {"page_size": _PAGE_SIZE}
    if token:
        # The list of webinars returns a token, but by its documentation takes only a number.
        page |= {"next_page_token": token, "page_number": number}
    try:
        return get_page(page)
    except Failure as failure:
        if token and failure.code == answers.INVALID_FIELD:
            raise _PlaceForgotten(answers.NOT_NOW, status=failure.status, code=failure.code) from None
        raise
