"""Uploads photos as a phone does and waits until each has been checked."""

import io
import time
from typing import Final

from azure.storage.blob import ContainerClient, ContentSettings
from PIL import Image

_LOOK_SECONDS: Final = 0.02


class Uploader:
    """Puts a photo into storage; the check is done when the upload is gone."""

    def __init__(self, connection_string: str) -> None:
        self._uploads = ContainerClient.from_connection_string(connection_string, "uploads")
        self._photo = photo()

    def __call__(self, name: str) -> None:
        """Upload under that name and wait."""
        settings = ContentSettings(content_type="image/jpeg")
        blob = self._uploads.upload_blob(name, self._photo, content_settings=settings)
        while blob.exists():
            time.sleep(_LOOK_SECONDS)

    def close(self) -> None:
        """End the connection."""
        self._uploads.close()


def photo() -> bytes:
    """A JPEG of 1600 x 1200 pixels, some 500 KB."""
    out = io.BytesIO()
    Image.effect_noise((1600, 1200), 12).convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()
