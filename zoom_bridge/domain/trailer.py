"""A trailer: a film at somebody else's, made of the link that an organiser pasted. Which portal it is, and the address
of the player that goes into a page once a visitor has asked for it; nothing here asks the portal anything.

Where a portal has a host that sets no cookies, or a switch for fewer traces, that is what is used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

_YOUTUBE = {"youtube.com", "youtu.be", "youtube-nocookie.com"}
_VIMEO = {"vimeo.com", "player.vimeo.com"}
_FILES = (".mp4", ".m4v", ".webm", ".ogv")

_ID = r"[A-Za-z0-9_-]{6,64}"
_YOUTUBE_PATH = re.compile(rf"/(?:embed|shorts|live|v)/({_ID})/?")
_SHORT_PATH = re.compile(rf"/({_ID})/?")
_VIMEO_PATH = re.compile(r"/(?:video/|channels/[\w-]+/)?(\d{3,15})(?:/([0-9a-f]{6,20}))?/?")
_CCC_PATH = re.compile(r"/v/([\w.-]{1,200})(?:/oembed)?/?")
_PEERTUBE_PATH = re.compile(r"/(?:w|videos/watch|videos/embed)/([0-9A-Za-z]{20,24}|[0-9a-f-]{36})/?")


@dataclass(frozen=True)
class Trailer:
    """url     as it was pasted
    portal  its name, as a visitor reads it
    player  the address that goes into a frame, or into a video element; empty when we know no player for it
    file    the player is the film itself
    """

    url: str
    portal: str
    player: str = ""
    file: bool = False

    @property
    def origin(self) -> str:
        """The only host that the page with the player may ask."""
        parts = urlsplit(self.player)
        return f"{parts.scheme}://{parts.netloc}" if self.player else ""


@lru_cache(maxsize=500)
def trailer_of(url: str) -> Trailer | None:
    """What the link leads to, or None when it is no address of the web."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
        parts.port  # noqa: B018 (raises when it is no number)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    # The player's address goes into a header as well: nothing unusual may stand in it.
    if parts.scheme == "http" or parts.username is not None or not re.fullmatch(r"[a-z0-9.-]+", host):
        return Trailer(url.strip(), host)
    portal, player = _player(host, parts)
    file = not player and parts.path.lower().endswith(_FILES)
    return Trailer(url.strip(), portal, url.strip() if file else player, file)


def _player(host: str, parts: SplitResult) -> tuple[str, str]:
    if host in _YOUTUBE:
        return "YouTube", _youtube(host, parts)
    if host in _VIMEO:
        return "Vimeo", _vimeo(parts)
    of_path = _ccc if host == "media.ccc.de" else _peertube
    return host, of_path(parts)


def _youtube(host: str, parts: SplitResult) -> str:
    asked = parse_qs(parts.query)
    found = (_SHORT_PATH if host == "youtu.be" else _YOUTUBE_PATH).fullmatch(parts.path)
    film = found[1] if found else asked.get("v", [""])[0]
    if not re.fullmatch(_ID, film):
        return ""
    start = _seconds(asked.get("t", asked.get("start", [""]))[0])
    options = {"autoplay": 1, "rel": 0} | ({"start": start} if start else {})
    return f"https://www.youtube-nocookie.com/embed/{film}?{urlencode(options)}"


def _vimeo(parts: SplitResult) -> str:
    found = _VIMEO_PATH.fullmatch(parts.path)
    if not found:
        return ""
    # Films that are not listed have a second key.
    key = found[2] or parse_qs(parts.query).get("h", [""])[0]
    options: Mapping[str, object] = {"dnt": 1, "autoplay": 1} | ({"h": key} if key else {})
    return f"https://player.vimeo.com/video/{found[1]}?{urlencode(options)}"


def _ccc(parts: SplitResult) -> str:
    found = _CCC_PATH.fullmatch(parts.path)
    return f"https://media.ccc.de/v/{found[1]}/oembed" if found else ""


def _peertube(parts: SplitResult) -> str:
    """A portal of many houses. Between visitors it would share the film, and their addresses: not with p2p=0."""
    found = _PEERTUBE_PATH.fullmatch(parts.path)
    options = urlencode({"autoplay": 1, "p2p": 0, "warningTitle": 0})
    return f"https://{parts.netloc.lower()}/videos/embed/{found[1]}?{options}" if found else ""


def _seconds(start: str) -> int:
    """ "90", "90s", "1m30s"."""
    found = re.fullmatch(r"(?:(\d{1,3})m)?(\d{1,5})s?|(\d{1,3})m", start)
    if not found:
        return 0
    return int(found[1] or found[3] or 0) * 60 + int(found[2] or 0)
