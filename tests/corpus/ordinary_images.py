"""Photos as phones make them, screenshots, scans and drawings, in every form that programs write."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from io import BytesIO

from PIL import ExifTags, Image, ImageDraw, ImageFilter, PngImagePlugin

from tests.corpus.hostile_images import chunk, encoded, png
from tests.corpus.sample import JPEG, PNG, Sample


def scene(width: int = 160, height: int = 120, mode: str = "RGB") -> Image.Image:
    """A roof below the sky, with a sun on the left that shows which side is up."""
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    drawing = ImageDraw.Draw(picture)
    drawing.polygon([(0, height), (width // 2, height // 2), (width, height)], fill=(150, 60, 40))
    drawing.ellipse((8, 8, 40, 40), fill=(250, 220, 60))
    return picture.filter(ImageFilter.GaussianBlur(1)).convert(mode)


def phone_exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "samsung", "SM-A155F"
    exif[ExifTags.Base.DateTime] = "2026:03:01 12:00:00"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExposureTime] = 0.01
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (23.0, 1.0, 21.0)
    return exif


def multi_picture() -> bytes:
    """As phones add a preview behind the photo."""
    target = BytesIO()
    scene().save(target, "MPO", save_all=True, append_images=[scene(40, 30)])
    return target.getvalue()


def interlaced() -> bytes:
    """Of one row and one column of pixels: only the first of the seven passes has any."""
    import zlib

    one = png(1, 1, chunk(b"IDAT", zlib.compress(b"\0\x80")))
    header = b"\0\0\0\1\0\0\0\1\x08\0\0\0\1"
    return one[:8] + chunk(b"IHDR", header) + one[33:]


def described() -> PngImagePlugin.PngInfo:
    text = PngImagePlugin.PngInfo()
    text.add_text("Software", "gnome-screenshot")
    text.add_itxt("Title", "बिजली", "hi", "Title")
    return text


def samples() -> Iterator[Sample]:
    """Each of them."""
    photo, drawing = partial(_sample, JPEG), partial(_sample, PNG)
    for orientation in range(1, 9):
        yield photo("phone", orientation, scene(), exif=phone_exif(orientation), quality=90)
        yield drawing("phone", orientation, scene(), exif=phone_exif(orientation))
    for quality in (20, 60, 85, 100):
        for sampling in (0, 1, 2):
            yield photo("quality", f"{quality} {sampling}", scene(), quality=quality, subsampling=sampling)
    for mode in ("L", "RGB", "CMYK"):
        for progressive in (False, True):
            yield photo("mode", f"{mode} {progressive}", scene(mode=mode), progressive=progressive, optimize=True)
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
        yield drawing("mode", mode, scene(mode=mode))
    yield drawing("mode", "16 bit", Image.new("I;16", (30, 20), 40_000))
    for bits in (1, 2, 4):
        yield drawing("palette", bits, scene().quantize(2**bits), bits=bits)
    yield drawing("palette", "with transparency", scene().quantize(9), transparency=0)
    yield drawing("palette", "with degrees of transparency", scene().quantize(3), transparency=bytes([0, 128, 255]))
    yield drawing("one colour is transparent", "RGB", scene(), transparency=(250, 220, 60))
    yield drawing("screenshot", "tall", scene(108, 2400), dpi=(420, 420), pnginfo=described())
    yield drawing("screenshot", "gamma and profile", scene(), icc_profile=b"\0" * 128, gamma=0.45)
    yield photo("scan", "A4 in grey", scene(1240, 1754, "L"), dpi=(150, 150), comment="scanned")
    yield photo("messenger", "small, progressive, no EXIF", scene(720, 1280), quality=70, progressive=True)
    yield photo("restart marks", "each row", scene(), restart_marker_rows=1)
    yield photo("smallest", "1 x 1", Image.new("RGB", (1, 1)))
    yield drawing("smallest", "1 x 1", Image.new("L", (1, 1)))
    yield photo("panorama", "long", scene(4000, 300))
    yield Sample("phone", "photo with its preview", multi_picture(), JPEG)
    yield Sample("interlaced", "1 x 1", interlaced(), PNG)


def _sample(content_type: str, kind: str, name: object, picture: Image.Image, **settings: object) -> Sample:
    return Sample(f"{kind} ({content_type})", str(name), encoded(picture, content_type, **settings), content_type)
