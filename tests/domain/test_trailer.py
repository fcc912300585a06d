"""Links to films, as organisers paste them."""

import pytest

from zoom_bridge.domain.trailer import trailer_of

YOUTUBE = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1&rel=0"
UUID = "9c9de5e8-0a1e-484a-b099-e80766180a6d"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://youtube.com/watch?app=desktop&v=dQw4w9WgXcQ&list=PL1",
        "https://m.youtube.com/watch?v=dQw4w9WgXcQ",
        " https://youtu.be/dQw4w9WgXcQ?si=abc ",
        "https://www.youtube.com/shorts/dQw4w9WgXcQ",
        "https://www.youtube.com/live/dQw4w9WgXcQ?feature=share",
        "https://www.youtube.com/embed/dQw4w9WgXcQ",
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
    ],
)
def test_youtube_is_played_from_its_host_without_cookies(url: str) -> None:
    trailer = trailer_of(url)

    assert trailer
    assert (trailer.portal, trailer.player) == ("YouTube", YOUTUBE)
    assert trailer.origin == "https://www.youtube-nocookie.com"


@pytest.mark.parametrize(("start", "seconds"), [("90", 90), ("90s", 90), ("1m30s", 90), ("2m", 120), ("soon", 0)])
def test_a_film_begins_where_the_link_says(start: str, seconds: int) -> None:
    trailer = trailer_of(f"https://youtu.be/dQw4w9WgXcQ?t={start}")

    assert trailer
    assert trailer.player == YOUTUBE + (f"&start={seconds}" if seconds else "")


@pytest.mark.parametrize(
    ("url", "player"),
    [
        ("https://vimeo.com/76979871", "https://player.vimeo.com/video/76979871?dnt=1&autoplay=1"),
        ("https://vimeo.com/channels/staffpicks/76979871", "https://player.vimeo.com/video/76979871?dnt=1&autoplay=1"),
        ("https://vimeo.com/76979871/ab12cd34ef", "https://player.vimeo.com/video/76979871?dnt=1&autoplay=1&h=ab12cd34ef"),
        ("https://player.vimeo.com/video/76979871?h=ab12cd34ef", "https://player.vimeo.com/video/76979871?dnt=1&autoplay=1&h=ab12cd34ef"),
        ("https://media.ccc.de/v/37c3-12034-a_talk", "https://media.ccc.de/v/37c3-12034-a_talk/oembed"),
        (f"https://tube.example.org/videos/watch/{UUID}", f"https://tube.example.org/videos/embed/{UUID}?autoplay=1&p2p=0&warningTitle=0"),
        ("https://tube.example.org:8443/w/kkGMgK9ZtnKfYAgnEtQxbv", "https://tube.example.org:8443/videos/embed/kkGMgK9ZtnKfYAgnEtQxbv?autoplay=1&p2p=0&warningTitle=0"),
    ],
)  # fmt: skip
def test_other_portals_are_asked_for_as_few_traces_as_they_offer(url: str, player: str) -> None:
    trailer = trailer_of(url)

    assert trailer
    assert trailer.player == player


def test_a_film_that_lies_in_a_file_is_its_own_player() -> None:
    trailer = trailer_of("https://cdn.example.org/films/Trailer.MP4?x=1")

    assert trailer
    assert trailer.file
    assert trailer.player == trailer.url
    assert (trailer.portal, trailer.origin) == ("cdn.example.org", "https://cdn.example.org")


@pytest.mark.parametrize(
    ("url", "portal"),
    [
        ("https://video.example.org/embed/1", "video.example.org"),
        ("https://www.youtube.com/@channel", "YouTube"),
        ("https://www.youtube.com/watch?v=<script>", "YouTube"),
        ("https://vimeo.com/about", "Vimeo"),
        ("http://cdn.example.org/film.mp4", "cdn.example.org"),
        ("http://tube.example.org/w/kkGMgK9ZtnKfYAgnEtQxbv", "tube.example.org"),
        ("https://youtube.com:secret@tube.example.org/w/kkGMgK9ZtnKfYAgnEtQxbv", "tube.example.org"),
        ("https://bücher.example.org/film.mp4", "bücher.example.org"),
        ("https://tube.example.org;script-src *//w/kkGMgK9ZtnKfYAgnEtQxbv", "tube.example.org;script-src *"),
    ],
)
def test_what_we_cannot_play_is_only_a_link(url: str, portal: str) -> None:
    trailer = trailer_of(url)

    assert trailer
    assert (trailer.portal, trailer.player, trailer.origin) == (portal, "", "")


@pytest.mark.parametrize("url", ["", "trailer", "javascript:alert(1)", "ftp://x.example.org/f.mp4", "https://", "https://[x", "https://x.example.org:port/f.mp4"])  # fmt: skip
def test_what_is_no_address_of_the_web_is_no_trailer(url: str) -> None:
    assert trailer_of(url) is None
