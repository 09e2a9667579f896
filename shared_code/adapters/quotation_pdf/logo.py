"""Solarium's logo, a sun that rises behind a solar panel, drawn as vectors."""

from math import cos, pi, sin
from typing import Any

from reportlab.platypus import Flowable  # type: ignore[import-untyped]

from shared_code.adapters.quotation_pdf.fonts import BOLD, REGULAR
from shared_code.adapters.quotation_pdf.style import GREEN, MUTED, SUN, WHITE

# The panel in a square of side 100: a lower edge, and an upper one shifted to the right.
_LEFT, _RIGHT, _BOTTOM, _TOP, _SLANT = 2.0, 80.0, 8.0, 52.0, 18.0
_SUN_X, _SUN_RADIUS, _RAY_FROM, _RAY_TO = 59.0, 20.0, 27.0, 38.0


class Logo(Flowable):  # type: ignore[misc]
    """The logo as a block of a page, `height` points high."""

    def __init__(self, height: float) -> None:
        super().__init__()
        self.width, self.height = height * 3.6, height

    def draw(self) -> None:
        draw_logo(self.canv, 0, 0, self.height)


def draw_logo(canvas: Any, x: float, y: float, height: float) -> None:
    """Mark and word, `height` points high, with their lower left corner at (x, y)."""
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(height / 100, height / 100)
    _draw_sun(canvas)
    _draw_panel(canvas)
    _draw_word(canvas)
    canvas.restoreState()


def _draw_sun(canvas: Any) -> None:
    canvas.setFillColor(SUN)
    canvas.setStrokeColor(SUN)
    canvas.setLineCap(1)
    canvas.setLineWidth(5.5)
    canvas.circle(_SUN_X, _TOP, _SUN_RADIUS, stroke=0, fill=1)
    for step in range(1, 6):
        across, up = cos(pi * step / 6), sin(pi * step / 6)
        canvas.line(_SUN_X + _RAY_FROM * across, _TOP + _RAY_FROM * up, _SUN_X + _RAY_TO * across, _TOP + _RAY_TO * up)


def _draw_panel(canvas: Any) -> None:
    outline = canvas.beginPath()
    outline.moveTo(_LEFT, _BOTTOM)
    outline.lineTo(_RIGHT, _BOTTOM)
    outline.lineTo(_RIGHT + _SLANT, _TOP)
    outline.lineTo(_LEFT + _SLANT, _TOP)
    outline.close()
    canvas.setFillColor(GREEN)
    canvas.setStrokeColor(WHITE)
    canvas.setLineWidth(3)
    canvas.drawPath(outline, stroke=1, fill=1)
    for third in (1 / 3, 2 / 3):
        foot = _LEFT + (_RIGHT - _LEFT) * third
        canvas.line(foot, _BOTTOM, foot + _SLANT, _TOP)
    canvas.line(_LEFT + _SLANT / 2, (_BOTTOM + _TOP) / 2, _RIGHT + _SLANT / 2, (_BOTTOM + _TOP) / 2)


def _draw_word(canvas: Any) -> None:
    canvas.setFillColor(GREEN)
    canvas.setFont(BOLD, 52)
    canvas.drawString(114, 38, "Solarium")
    canvas.setFillColor(MUTED)
    canvas.setFont(REGULAR, 19)
    canvas.drawString(116, 10, "GREEN ENERGY", charSpace=5.5)
