"""What a PDF can do besides being read, by the names ISO 32000 gives it, and the refusal for each (rules.md 6.4)."""

from __future__ import annotations

import re

KEYS = {
    "/JS": "PDF_JAVASCRIPT",
    "/JavaScript": "PDF_JAVASCRIPT",
    "/EF": "PDF_EMBEDDED_FILE",
    "/RF": "PDF_EMBEDDED_FILE",
    "/EmbeddedFiles": "PDF_EMBEDDED_FILE",
    "/Collection": "PDF_EMBEDDED_FILE",
    "/XFA": "PDF_XFA",
    "/RichMediaContent": "PDF_RICH_MEDIA",
    "/3DD": "PDF_RICH_MEDIA",
    "/Renditions": "PDF_RICH_MEDIA",
    "/AlternatePresentations": "PDF_RICH_MEDIA",
}
ACTIONS = {
    "/JavaScript": "PDF_JAVASCRIPT",
    "/Launch": "PDF_LAUNCH",
    "/SubmitForm": "PDF_FORM_SUBMISSION",
    "/ImportData": "PDF_FORM_SUBMISSION",
    "/GoToE": "PDF_EMBEDDED_FILE",
    "/GoToR": "PDF_EXTERNAL_REFERENCE",
    "/Rendition": "PDF_RICH_MEDIA",
    "/RichMediaExecute": "PDF_RICH_MEDIA",
    "/GoTo3DView": "PDF_RICH_MEDIA",
    "/Movie": "PDF_RICH_MEDIA",
    "/Sound": "PDF_RICH_MEDIA",
}
TYPES = {
    "/EmbeddedFile": "PDF_EMBEDDED_FILE",
    "/FileAttachment": "PDF_EMBEDDED_FILE",
    "/Filespec": "PDF_EXTERNAL_REFERENCE",
    "/RichMedia": "PDF_RICH_MEDIA",
    "/3D": "PDF_RICH_MEDIA",
    "/U3D": "PDF_RICH_MEDIA",
    "/PRC": "PDF_RICH_MEDIA",
    "/Movie": "PDF_RICH_MEDIA",
    "/Sound": "PDF_RICH_MEDIA",
    "/Screen": "PDF_RICH_MEDIA",
    "/Rendition": "PDF_RICH_MEDIA",
    "/PS": "PDF_UNKNOWN_ACTION",
}
KINDS = ACTIONS | TYPES
KIND_KEYS = ("/S", "/Type", "/Subtype", "/Subtype2")
HARMLESS_ACTIONS = {"/GoTo", "/GoToDp", "/URI", "/Named", "/Hide", "/ResetForm", "/SetOCGState", "/Trans", "/Thread"}
NAMED_ACTIONS = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage", "/GoBack", "/GoForward", "/GoToPage", "/Print"}
ACTION_KEYS = {"/A", "/PA", "/OpenAction", "/Next"}
FILE_KEYS = {"/F", "/UF", "/DOS", "/Mac", "/Unix"}
NUMBER_KEYS = {"/FontMatrix", "/FontBBox", "/Matrix", "/BBox", "/Widths"}
FUNCTION_KEYS = {"/Domain", "/Range", "/C0", "/C1", "/Encode", "/Decode", "/Bounds", "/Size"}
# A web page, a mail address, a phone number.
ORDINARY_LINK = re.compile(
    rb"(https?://|www\.)[^\x00-\x1f\\<>\"`]+|mailto:[\w.+,@-]+(\?[\w .,:/=&%+-]*)?|tel:[\d+() -]+", re.IGNORECASE
)
