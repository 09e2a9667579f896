"""Which images are kept (rules.md 6.1, 6.4), and that nothing but the picture is left of them."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO

import pytest
from PIL import ExifTags, Image

from shared_code.adapters.upload_check import check, image
from shared_code.adapters.upload_check.verdict import SENTENCES, RefusedError

RED, BLUE = (250, 0, 0), (0, 0, 250)
SECRET = "23.0225N"


def encoded(picture: Image.Image, image_format: str = "JPEG", **settings: object) -> bytes:
    target = BytesIO()
    picture.save(target, image_format, **settings)
    return target.getvalue()


def two_halves(mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right, 64 × 32."""
    picture = Image.new("RGB", (64, 32), RED)
    picture.paste(BLUE, (32, 0, 64, 32))
    return picture.convert(mode)


def noise(width: int = 64, height: int = 32) -> Image.Image:
    return Image.effect_noise((width, height), 60).convert("RGB")


def telltale_exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = SECRET
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = SECRET.encode()
    return exif


def shown(content: bytes | None) -> Image.Image:
    assert content
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture


def near(picture: Image.Image, point: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = picture.convert("RGB").getpixel(point)
    assert isinstance(found, tuple)
    return all(abs(a - b) < 30 for a, b in zip(found, colour, strict=True))


@pytest.mark.parametrize("image_format", ["JPEG", "PNG"])
def test_a_photo_comes_back_upright_without_place_and_person(image_format: str) -> None:
    turned = encoded(two_halves(), image_format, exif=telltale_exif(orientation=6), dpi=(300, 300))
    assert SECRET.encode() in turned
    verdict = check(turned, f"image/{image_format.lower()}")
    picture = shown(verdict.content)
    assert SECRET.encode() not in (verdict.content or b"")
    assert picture.format == image_format
    assert not picture.getexif()
    assert picture.size == (32, 64)
    assert near(picture, (16, 10), RED)
    assert near(picture, (16, 54), BLUE)


@pytest.mark.parametrize(
    ("orientation", "size", "red"),
    [
        *[(1, (64, 32), (5, 16)), (2, (64, 32), (58, 16)), (3, (64, 32), (58, 16)), (4, (64, 32), (5, 16))],
        *[(5, (32, 64), (16, 5)), (6, (32, 64), (16, 5)), (7, (32, 64), (16, 58)), (8, (32, 64), (16, 58))],
    ],
)
def test_each_orientation_is_kept(orientation: int, size: tuple[int, int], red: tuple[int, int]) -> None:
    picture = shown(image.clean_jpeg(encoded(two_halves(), exif=telltale_exif(orientation))))
    assert picture.size == size
    assert near(picture, red, RED)


def test_a_photo_keeps_its_quality() -> None:
    original = encoded(noise(400, 300), quality=80)
    cleaned = image.clean_jpeg(original)
    difference = [abs(a - b) for a, b in zip(shown(original).tobytes(), shown(cleaned).tobytes(), strict=True)]
    assert sum(difference) / len(difference) < 2
    assert len(cleaned) < 1.05 * len(original)


def test_comments_profiles_and_what_follows_the_picture_are_gone() -> None:
    archive = b"PK\x03\x04 an archive behind it"
    photo = encoded(noise(), comment=SECRET, icc_profile=SECRET.encode() * 9, xmp=SECRET.encode()) + archive
    drawing = encoded(noise(), "PNG", icc_profile=SECRET.encode() * 9) + archive
    for cleaned in (image.clean_jpeg(photo), image.clean_png(drawing)):
        assert not any(telltale in cleaned for telltale in (SECRET.encode(), b"ICC", b"iCCP", archive))


def test_a_page_in_the_comment_of_a_photo_is_gone() -> None:
    polyglot = encoded(noise(), comment="%PDF-1.4 <script>alert(1)</script>")
    assert b"<script>" in polyglot
    verdict = check(polyglot, "image/jpeg")
    assert verdict.accepted
    assert b"<script>" not in (verdict.content or b"")


@pytest.mark.parametrize(("mode", "progressive"), [("L", False), ("RGB", True), ("CMYK", False)])
def test_photos_of_every_kind_are_taken(mode: str, progressive: bool) -> None:
    picture = shown(check(encoded(two_halves(mode), progressive=progressive), "image/jpeg").content)
    assert picture.mode == ("L" if mode == "L" else "RGB")
    assert picture.size == (64, 32)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_drawings_of_every_kind_are_taken_with_every_pixel(mode: str) -> None:
    drawing = Image.new(mode, (64, 32)) if mode == "I;16" else two_halves(mode)
    picture = shown(check(encoded(drawing, "PNG"), "image/png").content)
    assert picture.mode == mode
    assert picture.tobytes() == drawing.tobytes()


def test_transparency_stays() -> None:
    drawing = two_halves().quantize(4)
    cleaned = image.clean_png(encoded(drawing, "PNG", transparency=0))
    assert shown(cleaned).info == {"transparency": 0}


def test_a_photo_with_pictures_behind_it_is_kept_alone() -> None:
    several = encoded(two_halves(), "MPO", save_all=True, append_images=[noise()])
    assert several.count(b"\xff\xd8\xff") == 2
    verdict = check(several, "image/jpeg")
    assert verdict.content
    assert verdict.content.count(b"\xff\xd8\xff") == 1
    assert near(shown(verdict.content), (5, 16), RED)


def test_an_animation_is_refused() -> None:
    animated = encoded(two_halves(), "PNG", save_all=True, append_images=[noise()])
    assert check(animated, "image/png").reason == "IMAGE_ANIMATED"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """A grey PNG of that declared size with the given chunks and an end."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(50_000_001, 1), (30_000, 30_000), (2**31 - 1, 2**31 - 1)])
def test_a_small_file_with_a_huge_picture_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    bomb = png(width, height, chunk(b"IDAT", zlib.compress(bytes(10_000_000))))
    assert len(bomb) < 20_000
    assert check(bomb, "image/png").reason == "IMAGE_TOO_LARGE"


def test_a_photo_over_50_megapixels_is_refused_and_one_of_50_is_taken() -> None:
    photo = encoded(Image.new("L", (64, 64)))
    size_at = photo.index(b"\xff\xc0") + 5
    huge = photo[:size_at] + struct.pack(">HH", 50_001, 1_000) + photo[size_at + 4 :]
    assert check(huge, "image/jpeg").reason == "IMAGE_TOO_LARGE"
    largest = encoded(Image.new("RGB", (10_000, 5_000)), progressive=True, exif=telltale_exif(orientation=6))
    cleaned = check(largest, "image/jpeg").content
    assert cleaned
    assert Image.open(BytesIO(cleaned)).size == (5_000, 10_000)


def test_a_text_that_unpacks_without_end_is_refused() -> None:
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000)))
    picture = png(1, 1, bomb, chunk(b"IDAT", zlib.compress(b"\0\0")))
    assert check(picture, "image/png").reason == "IMAGE_DAMAGED"


@pytest.mark.parametrize("image_format", ["JPEG", "PNG"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_refused(image_format: str, share: float) -> None:
    content = encoded(noise(200, 200), image_format)
    clean = image.clean_jpeg if image_format == "JPEG" else image.clean_png
    with pytest.raises(RefusedError, match="IMAGE_DAMAGED"):
        clean(content[: int(len(content) * share)])


@pytest.mark.filterwarnings("ignore")  # Pillow warns of what it skips
@pytest.mark.parametrize("content_type", ["image/jpeg", "image/png"])
def test_any_bit_flipped_gives_a_verdict_or_a_picture(content_type: str) -> None:
    clean = {"image/jpeg": image.clean_jpeg, "image/png": image.clean_png}[content_type]
    content = encoded(noise(), content_type.removeprefix("image/"), exif=telltale_exif(6))
    chance = random.Random(6)
    for _ in range(300):
        broken = bytearray(content)
        broken[chance.randrange(8, len(broken))] ^= 1 << chance.randrange(8)
        try:
            result = clean(bytes(broken))
        except RefusedError as refused:
            assert refused.reason in SENTENCES
        else:
            assert SECRET.encode() not in result
