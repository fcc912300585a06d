"""Pictures that organisers uploaded, at addresses made of their content: kept by browsers for good.

Templates set one with `picture(digest, alt)` from pieces.html, which asks here how large it is."""

from flask import Blueprint, Flask, Response, request, url_for

from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.store import pictures
from zoom_bridge.web.context import bridge

bp = Blueprint("pictures", __name__)

_FOR_GOOD = "public, max-age=31536000, immutable"
_MANY = 10_000


def configure(app: Flask) -> None:
    """`picture_size(digest)` for templates: width and height, or None when there is no such picture. What a digest
    stands for never changes, so it is looked up once."""
    known: dict[str, tuple[int, int]] = {}

    def picture_size(digest: str) -> tuple[int, int] | None:
        if digest not in known:
            if len(known) > _MANY:
                known.clear()
            with bridge().db.reading() as connection:
                known.update(pictures.sizes(connection, (digest,)))
        return known.get(digest)

    app.jinja_env.globals["picture_size"] = picture_size


@bp.get("/pictures/<digest>")
def show(digest: str) -> Response:
    # PostgreSQL does not even look for what holds a NUL.
    if not digest.isalnum():
        raise NotFound
    with bridge().db.reading() as connection:
        picture = pictures.find(connection, digest)
    if picture is None:
        raise NotFound
    response = Response(picture.data, mimetype=picture.media_type)
    response.headers["Cache-Control"] = _FOR_GOOD
    # Opened by itself it can do nothing; and a partner's page may show a logo that our feed names.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.set_etag(digest)
    response.make_conditional(request)
    return response


def address(digest: str) -> str | None:
    """The whole address, for readers who are not on our pages; None for no picture."""
    return bridge().links.page(url_for("pictures.show", digest=digest)) if digest else None
