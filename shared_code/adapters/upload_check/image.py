"""Rewrites an uploaded photo or scan as bare pixels: no EXIF, no GPS position, nothing hidden (rules.md 6.4)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image, ImageFile, ImageOps, JpegImagePlugin, PngImagePlugin

from shared_code.adapters.upload_check.verdict import MAX_PIXELS, NONSENSE, RefusedError


def clean_jpeg(content: bytes) -> bytes:
    """The picture of a JPEG, upright, in its own quality, as a new JPEG without any metadata.

    Further pictures behind the first one, as phones add them (preview, gain map), are left out.
    """
    with _refusing_damage():
        picture = JpegImagePlugin.JpegImageFile(BytesIO(content))
        _decode(picture)
        settings = {"qtables": picture.quantization, "subsampling": JpegImagePlugin.get_sampling(picture)}
        return _write(picture if picture.mode in ("L", "RGB") else picture.convert("RGB"), "JPEG", settings)


def clean_png(content: bytes) -> bytes:
    """The picture of a PNG, upright, as a new PNG without any metadata."""
    with _refusing_damage():
        picture = PngImagePlugin.PngImageFile(BytesIO(content))
        if picture.n_frames != 1:
            raise RefusedError("IMAGE_ANIMATED")
        _decode(picture)
        return _write(picture, "PNG", {"compress_level": 3})  # the default takes three times as long for little


def samples() -> Iterator[tuple[str, bytes]]:
    """A tiny photo taken with a turned camera, as JPEG and as PNG, with the type of each."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    for content_type in ("image/jpeg", "image/png"):
        target = BytesIO()
        Image.new("RGB", (2, 1)).save(target, content_type.removeprefix("image/"), exif=exif)
        yield content_type, target.getvalue()


@contextmanager
def _refusing_damage() -> Iterator[None]:
    try:
        yield
    except (OSError, *NONSENSE) as error:
        raise RefusedError("IMAGE_DAMAGED") from error


def _decode(picture: ImageFile.ImageFile) -> None:
    """Decode every pixel, once their number is known to be bearable, and turn the picture upright."""
    if picture.width * picture.height > MAX_PIXELS:
        raise RefusedError("IMAGE_TOO_LARGE")
    picture.load()
    ImageOps.exif_transpose(picture, in_place=True)


def _write(picture: Image.Image, image_format: str, settings: dict[str, Any]) -> bytes:
    # Pillow would write on what it finds here: comments, colour profile.
    picture.info = {key: value for key, value in picture.info.items() if key == "transparency"}
    target = BytesIO()
    picture.save(target, image_format, **settings)
    return target.getvalue()
