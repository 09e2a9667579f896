"""Photos and drawings that tell too much, are too much, or are something else besides."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

from PIL import ExifTags, Image, PngImagePlugin

from tests.corpus.sample import JPEG, PNG, Sample

DAMAGED, LARGE, ANIMATED = "IMAGE_DAMAGED", "IMAGE_TOO_LARGE", "IMAGE_ANIMATED"
PLACE = b"23.0225N 72.5714E"
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def noise(width: int = 48, height: int = 32, mode: str = "RGB") -> Image.Image:
    return Image.effect_noise((width, height), 50).convert(mode)


def encoded(picture: Image.Image, content_type: str, **settings: object) -> bytes:
    target = BytesIO()
    picture.save(target, content_type.removeprefix("image/").upper(), **settings)
    return target.getvalue()


def several(image_format: str, **settings: object) -> bytes:
    target = BytesIO()
    noise().save(target, image_format, save_all=True, append_images=[noise(), noise()], **settings)
    return target.getvalue()


def telling_exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = "Ramesh"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = PLACE
    return exif


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 0) -> bytes:
    """A PNG of that declared size with these chunks before its end."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return SIGNATURE + header + b"".join(chunks) + chunk(b"IEND", b"")


def resized(photo: bytes, width: int, height: int) -> bytes:
    """The photo, but its frame says another size."""
    place = photo.index(b"\xff\xc0") + 5
    return photo[:place] + struct.pack(">HH", height, width) + photo[place + 4 :]


PHOTO, DRAWING = encoded(noise(), JPEG), encoded(noise(), PNG)
ONE, MUCH = chunk(b"IDAT", zlib.compress(b"\0\0")), chunk(b"IDAT", zlib.compress(bytes(20_000_000), 9))
MEGABYTE = zlib.compress(bytes(1_000_000), 9)
TEXT = PngImagePlugin.PngInfo()
TEXT.add_text("Comment", "<script>alert(1)</script>")
TEXT.add_itxt("XML:com.adobe.xmp", "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>")
PROFILE = PLACE * 40
SIZES = [(50_000_001, 1), (1, 50_000_001), (7_072, 7_072), (30_000, 30_000), (2**31 - 1, 2**31 - 1)]
WIDE = [(50_001, 1_000), (65_500, 65_500)]

# Kind, type, reason (None: it comes out clean), content.
IMAGES: list[tuple[str, str, str | None, bytes]] = [
    *[("photo that tells the place", JPEG, None, encoded(noise(), JPEG, exif=telling_exif(n))) for n in range(1, 9)],
    *[("drawing that tells the place", PNG, None, encoded(noise(), PNG, exif=telling_exif(n))) for n in (1, 6)],
    ("profile", JPEG, None, encoded(noise(), JPEG, icc_profile=PROFILE)),
    ("profile", PNG, None, encoded(noise(), PNG, icc_profile=PROFILE)),
    ("comment", JPEG, None, encoded(noise(), JPEG, comment="<script>alert(1)</script>", xmp=b"<!ENTITY a 'b'>")),
    ("comment", PNG, None, encoded(noise(), PNG, pnginfo=TEXT)),
    ("several frames", PNG, ANIMATED, several("PNG")),
    ("several frames", PNG, ANIMATED, several("PNG", default_image=True)),
    ("several frames", JPEG, None, several("MPO")),
    ("several frames", JPEG, None, PHOTO + PHOTO),
    *[("pixel bomb", PNG, LARGE, png(width, height, MUCH)) for width, height in SIZES],
    *[("pixel bomb", JPEG, LARGE, resized(PHOTO, width, height)) for width, height in WIDE],
    ("text bomb", PNG, DAMAGED, png(1, 1, chunk(b"zTXt", b"C\0\0" + zlib.compress(bytes(60_000_000), 9)), ONE)),
    ("text bomb", PNG, DAMAGED, png(1, 1, chunk(b"iTXt", b"C\0\1\0\0\0" + zlib.compress(bytes(60_000_000), 9)), ONE)),
    ("text bomb", PNG, DAMAGED, png(1, 1, *[chunk(b"zTXt", b"C\0\0" + MEGABYTE)] * 99, ONE)),
    ("more pixels than declared", PNG, None, png(1, 1, MUCH)),
    ("no pixels", PNG, DAMAGED, png(9, 9)),
    ("no pixels", PNG, DAMAGED, png(0, 0, ONE)),
    ("no pixels", JPEG, DAMAGED, PHOTO[:40]),
    ("no pixels", JPEG, DAMAGED, resized(PHOTO, 0, 0)),
    ("odd depth", PNG, DAMAGED, png(1, 1, ONE, depth=3)),
    ("odd depth", PNG, DAMAGED, png(1, 1, ONE, colour=5)),
    *[("cut off", JPEG, DAMAGED, PHOTO[: len(PHOTO) * share // 10]) for share in (3, 6, 9)],
    *[("cut off", PNG, DAMAGED, DRAWING[: len(DRAWING) * share // 10]) for share in (3, 6, 9)],
    ("wrong sum", PNG, DAMAGED, DRAWING.replace(b"IDAT", b"IDAt", 1)),
    ("palette missing", PNG, DAMAGED, png(1, 1, ONE, depth=2, colour=3)),
    ("only a signature", PNG, DAMAGED, SIGNATURE),
    ("only a signature", JPEG, DAMAGED, b"\xff\xd8\xff\xe0"),
]  # fmt: skip


def samples() -> Iterator[Sample]:
    """Each of them."""
    for number, (kind, content_type, reason, content) in enumerate(IMAGES):
        yield Sample(f"{kind} ({content_type})", str(number), content, content_type, reason)
