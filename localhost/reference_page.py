"""Uses the reference page of a running app as a person would, for its tests and for its picture in the README."""

import io
import tempfile
import time
from pathlib import Path
from typing import Final

from PIL import Image

from localhost.chromium import Page
from localhost.demo_data import PASSWORD

ADMIN: Final = "admin@solarium.test"
WIDTH, HEIGHT, COLOURS = 1280, 1240, 64
SETTLED: Final = 0.5  # seconds; what is pressed fades for a moment


def sign_in(page: Page, email: str, password: str) -> str:
    """Sign in on the page; answers who is signed in, as it stands there."""
    page.run(f"$('who').value = '{email}'; $('enter').requestSubmit()")
    page.until("!$('secret').hidden")
    page.run(f"$('secret').value = '{password}'; $('enter').requestSubmit()")
    page.until("!$('signed-in').hidden")
    return str(page.run("$('person').textContent"))


def try_it(page: Page, noun: str, operation: str) -> tuple[str, str]:
    """Unfold an operation without parameters and execute it; answers status and body, as they stand there."""
    block = f"document.querySelector('#operations-{noun}-{operation}')"
    page.run(f"{block}.scrollIntoView(), {block}.querySelector('.opblock-summary-control').click()")
    page.until(f"!!{block}.querySelector('.responses-table .response')")  # before that it does not know its operation
    page.run(f"{block}.querySelector('.execute').click()")
    answer = f"{block}.querySelector('.live-responses-table .response')"
    status = page.until(f"{answer}?.querySelector('.response-col_status')?.innerText")
    return str(status).split()[0], str(page.run(f"{answer}.querySelector('.highlight-code').innerText"))


def pictured(browser: str, url: str, folder: Path) -> Path:
    """Draw reference.png in the folder: an Admin who is signed in has just asked for the summary of the leads."""
    path = folder / "reference.png"
    with tempfile.TemporaryDirectory(prefix="solarium-page-") as own, Page(browser, Path(own), WIDTH, HEIGHT) as page:
        page.open(f"{url}/api/v1/docs")
        page.until("!!document.querySelector('#operations-Leads-get_lead_summary')")
        page.run("document.querySelector('.info').hidden = true")
        page.run("document.querySelectorAll('.opblock-tag-section.is-open h3').forEach(head => head.click())")
        page.run("document.querySelector('#operations-tag-Leads').click()")
        sign_in(page, ADMIN, PASSWORD)
        try_it(page, "Leads", "get_lead_summary")
        page.run("document.querySelector('.curl-command').hidden = true, scrollTo(0, 0)")  # a token stands in it
        time.sleep(SETTLED)
        picture = Image.open(io.BytesIO(page.picture())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path
