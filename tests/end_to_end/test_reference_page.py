"""The reference as a person uses it: a page in a real browser that signs in and calls the API (api.md 2.10)."""

import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from PIL import Image

from localhost.chromium import Page, installed
from localhost.reference_page import HEIGHT, WIDTH, pictured, sign_in, try_it
from shared_code.reference.page import asset
from tests.app_process import AppProcess
from tests.end_to_end.cast import Cast
from tests.end_to_end.reference import operations

needs_browser = pytest.mark.skipif(
    not installed(), reason="no Chromium is installed here (Debian: apt install chromium)"
)


@pytest.fixture
def page(app: AppProcess, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page, opened on a screen of the width that is asked for, with every operation in its list."""
    with Page(str(installed()), tmp_path, width=getattr(request, "param", 1280)) as page:
        page.open(f"{app.url}/api/v1/docs")
        page.until(f"document.querySelectorAll('.opblock').length === {len(operations())}")
        yield page


@needs_browser
@pytest.mark.parametrize("page", [1280, 400], indirect=True)
def test_an_admin_signs_in_on_the_page_and_tries_an_operation(page: Page, app: AppProcess, tmp_path: Path) -> None:
    person = sign_in(page, "admin@solarium.test", "Solarium#2026")
    assert person == "Asha Mehta, Admin"
    status, body = try_it(page, "Leads", "get_lead_summary")
    assert status == "200"
    assert '"byStatus"' in body
    assert page.complaints == []
    assert {urlsplit(url).netloc for url in page.requests if not url.startswith("data:")} == {urlsplit(app.url).netloc}
    assert page.run("document.documentElement.scrollWidth <= innerWidth")
    assert page.run("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    picture = Image.open(io.BytesIO(page.picture())).convert("RGB")
    colours = picture.getcolors(picture.width * picture.height) or []
    assert max(count for count, _ in colours) < 0.95 * picture.width * picture.height, "nothing is to be seen"


@needs_browser
def test_a_partner_signs_in_with_a_code_and_out_again(page: Page, cast: Cast) -> None:
    phone = cast.new_partners_phone(cast.kam)
    page.run(f"$('who').value = '{phone}'; $('enter').requestSubmit()")
    page.until("!$('secret').hidden")
    page.run(f"$('secret').value = '{cast.stranger().newest_code(phone)}'; $('enter').requestSubmit()")
    page.until("!$('signed-in').hidden")
    assert try_it(page, "Sync", "sync")[0] == "200"
    page.run("$('leave').click()")
    page.until("!$('enter').hidden")
    assert try_it(page, "Sign-in", "get_me")[0] == "401"


@needs_browser
def test_a_wrong_password_is_said_and_nobody_is_signed_in(page: Page) -> None:
    page.run("$('who').value = 'nobody@solarium.test'; $('enter').requestSubmit()")
    page.until("!$('secret').hidden")
    page.run("$('secret').value = 'wrong'; $('enter').requestSubmit()")
    assert page.until("$('said').textContent") == "E-mail address or password is wrong."
    assert page.run("$('signed-in').hidden")


def test_the_page_and_its_files_are_kept_and_compressed_as_they_should_be(app: AppProcess) -> None:
    found = asset("swagger-ui-bundle.js")
    url = f"{app.url}/api/v1/docs/swagger-ui-bundle.js"
    for_ever = requests.get(f"{url}?v={found.version}", timeout=10)
    assert for_ever.content == found.body
    assert for_ever.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert for_ever.headers["Content-Encoding"] == "gzip"
    assert for_ever.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert int(for_ever.headers["Content-Length"]) < 500_000
    asked_anew = requests.get(url, timeout=10)
    assert asked_anew.headers["Cache-Control"] == "no-cache"
    known = requests.get(url, headers={"If-None-Match": asked_anew.headers["ETag"]}, timeout=10)
    assert (known.status_code, known.content) == (304, b"")
    assert requests.get(f"{app.url}/api/v1/docs/page.html", timeout=10).status_code == 404


def test_the_page_lets_nothing_in_from_elsewhere(app: AppProcess) -> None:
    policy = requests.get(f"{app.url}/api/v1/docs", timeout=10).headers["Content-Security-Policy"]
    allowed = dict(directive.split(" ", 1) for directive in policy.split("; "))
    assert allowed.pop("img-src") == "'self' data:"
    assert {kind for kind, source in allowed.items() if source == "'self'"} == {
        "script-src",
        "style-src",
        "connect-src",
    }
    assert {kind for kind, source in allowed.items() if source == "'none'"} == {
        "default-src", "base-uri", "form-action", "frame-ancestors",
    }  # fmt: skip
    assert len(allowed) == 7


@needs_browser
def test_the_picture_for_the_readme_is_drawn(app: AppProcess, tmp_path: Path) -> None:
    with Image.open(pictured(str(installed()), app.url, tmp_path)) as drawn:
        assert drawn.size == (WIDTH, HEIGHT)
