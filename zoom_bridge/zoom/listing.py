"""Zoom's lists come in pages. A list is read completely or not at all: half a list would look as if people were
missing."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

from zoom_bridge.domain.failures import Failure
from zoom_bridge.zoom import answers, raw_json
from zoom_bridge.zoom.answers import Answer

_PAGE_SIZE = 300

Item = TypeVar("Item")
GetPage = Callable[[Mapping[str, Any]], Answer]


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
        return _read_pages(get_page, name, read, key)
    except _PlaceForgotten:
        return _read_pages(get_page, name, read, key)


def _read_pages(
    get_page: GetPage,
    name: str,
    read: Callable[[dict[str, Any]], Item],
    key: Callable[[Item], Hashable],
) -> list[Item]:
    found: dict[Hashable, Item] = {}
    token, number = "", 1
    while True:
        answer = _get(get_page, token, number)
        try:
            told = answer.fields()
            items = [read(row) for row in raw_json.rows(told, name)]
        except raw_json.Malformed:
            raise answers.unreadable(answer, unrepeatable=False) from None
        known = len(found)
        # An item that moved to the next page meanwhile comes twice.
        found.update((key(item), item) for item in items)
        token, number = raw_json.text(told, "next_page_token"), number + 1
        if not token:
            return list(found.values())
        if len(found) == known:
            # Zoom leads us in a circle.
            raise answers.unreadable(answer, unrepeatable=False)


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
