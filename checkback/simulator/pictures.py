"""The pictures in texts: what somebody chose to send, or one that stands for any other."""

from __future__ import annotations

import base64
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

#: What a phone can send and a browser can show, with the ending its file gets here.
CONTENT_TYPES = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp"}
LARGEST = 5 * 1024 * 1024

_BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}


@dataclass(frozen=True)
class Picture:
    content_type: str
    content: bytes


#: One grey point, for pictures of which only the number is known.
STAND_IN = Picture(
    "image/png",
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    ),
)


class Pictures:
    """Pictures by the identifier of their media; in `folder` too, if there is one, so that they survive a restart."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._pictures: dict[str, Picture] = {}

    def keep(self, media_sid: str, picture: Picture) -> None:
        self._pictures[media_sid] = picture
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file(media_sid, picture.content_type).write_bytes(picture.content)

    def find(self, media_sid: str) -> Picture | None:
        """The picture somebody chose, if it was one of those."""
        return self._pictures.get(media_sid)

    def load(self, media_sids: Collection[str]) -> None:
        """Read what an earlier run kept of these; what belongs to no text any more is taken away."""
        if self._folder is None or not self._folder.is_dir():
            return
        types = {ending: content_type for content_type, ending in CONTENT_TYPES.items()}
        for file in self._folder.iterdir():
            if file.stem in media_sids and file.suffix in types:
                self._pictures[file.stem] = Picture(types[file.suffix], file.read_bytes())
            else:
                file.unlink()

    def _file(self, media_sid: str, content_type: str) -> Path:
        if self._folder is None:
            raise ValueError("there is no folder")
        return self._folder / f"{media_sid}{CONTENT_TYPES[content_type]}"


def read_picture(content: bytes) -> Picture:
    """The picture in these bytes, by how they begin. Raises ValueError when it is none, or too large."""
    if len(content) > LARGEST:
        raise ValueError("picture: must be at most 5 MB")
    for beginning, content_type in _BEGINNINGS.items():
        if content.startswith(beginning) and (beginning != b"RIFF" or content[8:12] == b"WEBP"):
            return Picture(content_type, content)
    raise ValueError("picture: must be a PNG, JPEG, GIF or WebP")
