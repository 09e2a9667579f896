"""Documents in the shapes that common programs write: their trees, tags, links, labels and signatures, by hand."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus import by_hand
from tests.corpus.hostile_images import encoded, noise
from tests.corpus.sample import JPEG, PDF, Sample

TEXT = b"BT /F1 12 Tf 72 700 Td (Consumer 123456) Tj ET"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
USING = b"/Contents 4 0 R/Resources<</ProcSet[/PDF/Text]/Font<</F1 5 0 R>>>>"
XMP = by_hand.stream(
    b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF/></x:xmpmeta><?xpacket end="w"?>',
    b"/Type/Metadata/Subtype/XML",
)
RECT = b"/Rect[72 690 200 712]/Border[0 0 0]"
WEB = b"<</Type/Annot/Subtype/Link%s/A<</Type/Action/S/URI/URI(%s)>>>>"


def letter(
    catalog: bytes = b"", page: bytes = b"", *more: bytes, version: bytes = b"1.4", packing: bool = True
) -> bytes:
    """One page of text; `more` are objects from number 6 on."""
    pack = by_hand.packed if packing else by_hand.stream
    return by_hand.document(catalog, USING + page, pack(TEXT), FONT, *more, version=version)


def linking(address: bytes) -> bytes:
    return letter(b"", b"/Annots[6 0 R]", WEB % (RECT, address))


def with_info(producer: bytes, *, version: bytes = b"1.4", catalog: bytes = b"", page: bytes = b"") -> bytes:
    objects = [by_hand.CATALOG % catalog, by_hand.PAGES, by_hand.PAGE % (USING + page), by_hand.packed(TEXT), FONT]
    info = b"<</Producer(%s)/Title(Bill \\(March\\) <draft>)/CreationDate(D:20260301120000+05'30')>>" % producer
    return by_hand.file([*objects, info], version, b"/Info 6 0 R/ID[<00ff3c61><00ff3c61>]")


def scanned(image: bytes, packing: bytes, entries: bytes = b"/ColorSpace/DeviceGray/BitsPerComponent 8") -> bytes:
    """A page that is one picture."""
    head = b"/Type/XObject/Subtype/Image/Width 48/Height 32/Filter" + packing + entries
    content = by_hand.stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q")
    page = b"/Contents 4 0 R/Resources<</XObject<</Im0 5 0 R>>>>"
    return by_hand.document(b"", page, content, by_hand.stream(image, head))


TAGS = (
    b"/MarkInfo<</Marked true>>/Lang(hi-IN)/StructTreeRoot 6 0 R/ViewerPreferences<</DisplayDocTitle true>>",
    b"/StructParents 0/Tabs/S/Group<</Type/Group/S/Transparency/CS/DeviceRGB>>",
    b"<</Type/StructTreeRoot/K 7 0 R/ParentTree<</Nums[0[8 0 R]]>>/RoleMap<</Heading#201/H1/Sound/Span>>>>",
    b"<</Type/StructElem/S/Document/P 6 0 R/K[8 0 R]>>",
    b"<</Type/StructElem/S/P/P 7 0 R/Pg 3 0 R/K 0/A<</O/Layout/TextAlign/Start>>/Alt(a < b)>>",
)
FORM = (
    b"/AcroForm<</Fields[6 0 R 7 0 R 8 0 R]/DA(/Helv 0 Tf 0 g)/NeedAppearances true/DR<</Font<</Helv 5 0 R>>>>>>",
    b"/Annots[6 0 R 7 0 R 8 0 R]",
    b"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Asha)/DA(/Helv 12 Tf)/F 4/MK<</CA(x)>>%s>>" % RECT,
    b"<</Type/Annot/Subtype/Widget/FT/Ch/Ff 131072/T(state)/Opt[[(GJ)(Gujarat)](<select>)]/F 4%s>>" % RECT,
    b"<</Type/Annot/Subtype/Widget/FT/Btn/Ff 65536/T(reset)/A<</S/ResetForm>>/F 4%s>>" % RECT,
)
SIGNED = (
    b"/AcroForm<</Fields[6 0 R]/SigFlags 3>>/Perms<</DocMDP 7 0 R>>",
    b"/Annots[6 0 R]",
    b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature1)/V 7 0 R/F 132/Rect[0 0 0 0]/P 3 0 R>>",
    b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/Name(DS DISCOM)/Reason(Bill)/Contents<3082013c61>"
    b"/ByteRange[0 100 200 100]/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</P 2/V/1.2>>>>]"
    b"/Prop_Build<</App<</Name/Signer/OS[/Win]>>>>>>",
)
LAYERS = (
    b"/OCProperties<</OCGs[6 0 R]/D<</Order[6 0 R]/ON[6 0 R]/AS[<</Event/Print/OCGs[6 0 R]/Category[/Print]>>]>>>>",
    b"",
    b"<</Type/OCG/Name(Dimensions)/Usage<</Print<</PrintState/ON>>/CreatorInfo<</Creator(CAD)/Subtype/Technical>>>>>>",
)
NOTES = (
    b"",
    b"/Annots[6 0 R 7 0 R 8 0 R]",
    b"<</Type/Annot/Subtype/Text/Contents(5 < 6, a<b, <see>)/T(Ravi)/Name/Comment/RC(<body/>)%s>>" % RECT,
    b"<</Type/Annot/Subtype/Highlight/QuadPoints[0 0 9 0 0 9 9 9]/C[1 1 0]/CA .5/Popup 8 0 R%s>>" % RECT,
    b"<</Type/Annot/Subtype/Popup/Parent 7 0 R/Open false%s>>" % RECT,
)
SPOT_COLOUR = (
    b"/OutputIntents[<</S/GTS_PDFX/OutputConditionIdentifier(FOGRA39)/RegistryName(http://www.color.org)>>]",
    b"/Trans<</S/R>>/CS[/Separation/Gold/DeviceCMYK 6 0 R]",
    by_hand.packed(
        b"{dup 0 mul exch dup 0.19 mul exch dup 1 mul exch 0.04 mul %% tint\n 0 exch 1.0 index pop pop}".replace(
            b"%%", b"%"
        ),
        b"/FunctionType 4/Domain[0 1]/Range[0 1 0 1 0 1 0 1]",
    ),
)
COVER = (
    b"/PageLabels<</Nums[0<</S/r/P(<)>>]>>/PageMode/UseOutlines/PageLayout/OneColumn/Outlines 6 0 R"
    b"/OpenAction[3 0 R/FitH 842]/Dests<</pay[3 0 R/Fit]>>"
)
BOOKMARKS = (
    b"<</Type/Outlines/First 7 0 R/Last 8 0 R/Count 2>>",
    b"<</Title<FEFF092C093F0932>/Parent 6 0 R/Next 8 0 R/Dest[3 0 R/XYZ 0 842 0]>>",
    b"<</Title(Payment)/Parent 6 0 R/Prev 7 0 R/A<</S/GoTo/D(pay)>>/C[1 0 0]/F 2>>",
)
PRODUCERS = (
    b"Skia/PDF m126", b"macOS Version 14.4 \\(Build 23E214\\) Quartz PDFContext", b"Microsoft: Print To PDF",
    b"Microsoft\\256 Word for Microsoft 365", b"LibreOffice 7.6", b"GPL Ghostscript 10.02.1", b"iText 2.1.7 by 1T3XT",
    b"Adobe PDF Library 17.0", b"TCPDF 6.6.5 \\(http://www.tcpdf.org\\)", b"JasperReports Library version 6.20",
    b"Crystal Reports", b"wkhtmltopdf 0.12.6", b"cairo 1.16.0 \\(https://cairographics.org\\)", b"pdfTeX-1.40.25",
    b"Canon iR-ADV C3530  PDF", b"CamScanner", b"Oracle BI Publisher 12.2", b"FPDF 1.86", b"SAP NetWeaver 750",
)  # fmt: skip
ADDRESSES = (
    b"https://www.pmsuryaghar.gov.in/#/", b"http://localhost/a?x=1&y=%20", b"HTTPS://EXAMPLE.COM", b"www.example.com",
    b"https://example.com/a b.pdf", b"https://example.com/\xe0\xa4\xac", b"mailto:bill@discom.in?subject=Bill no. 12",
    b"tel:+91 1912", b"https://user@example.com:8443/x;y=(1\\),2'!$*#z",
)  # fmt: skip
STENCIL = b"/BitsPerComponent 1/ImageMask true/DecodeParms<</K -1/Columns 48>>"
PHOTO = encoded(noise(mode="L"), JPEG)

SHAPES: dict[str, bytes] = {
    "tagged": letter(*TAGS, version=b"1.7"),
    "with XMP": letter(b"/Metadata 6 0 R", b"/Metadata 6 0 R", XMP),
    "form to fill in": letter(*FORM),
    "signed": letter(*SIGNED, version=b"1.7"),
    "layers": letter(*LAYERS, version=b"1.5"),
    "notes": letter(*NOTES),
    "spot colour": letter(*SPOT_COLOUR),
    "bookmarks and labels": letter(COVER, b"", *BOOKMARKS),
    "opening jumps": letter(b"/OpenAction<</S/GoTo/D[3 0 R/Fit]>>"),
    "opening prints": letter(b"/OpenAction<</S/Named/N/Print>>"),
    "slides": letter(b"", b"/Annots[6 0 R]/Dur 5", b"<</Subtype/Link/A<</S/Named/N/GoBack>>%s>>" % RECT),
    "show and hide": letter(b"", b"/Annots[6 0 R]", b"<</Subtype/Widget/A<</S/Hide/T(a)/H true>>%s>>" % RECT),
    "private data": letter(b"/PieceInfo<</Illustrator 6 0 R>>", b"", b"<</Private 7 0 R>>", by_hand.packed(b"<AI>")),
    "thumbnail": letter(b"", b"/Thumb 6 0 R", by_hand.packed(bytes(4), b"/Width 2/Height 2/ColorSpace/DeviceGray")),
    "names in Latin-1": letter(b"/Outlin#e9s 6 0 R", b"", b"<</Caf\xe9/Ol\xe9>>"),
    "revised twice": by_hand.revised(by_hand.revised(letter(), 4, by_hand.stream(TEXT)), 4, by_hand.packed(TEXT)),
    "rotated and cropped": letter(b"", b"/Rotate 90/CropBox[10 10 500 800]/UserUnit 1"),
    "inherited size": letter().replace(b"/MediaBox", b"/Ignored").replace(b"/Count 1", b"/Count 1/MediaBox[0 0 99 99]"),
    "stream not packed": letter(packing=False),
    "text after the end": letter() + b"\r\n\r\n",
    "table lost": letter().partition(b"xref\n")[0] + b"trailer<</Root 1 0 R>>",
    "photo scan": scanned(PHOTO, b"/DCTDecode"),
    "photo scan in ASCII": scanned(PHOTO.hex().encode() + b">", b"[/ASCIIHexDecode/DCTDecode]"),
    "photo scan cut off": scanned(PHOTO[:-2], b"/DCTDecode"),
    "runs": scanned(b"\x81\0" * 12 + b"\x80", b"/RunLengthDecode"),
    "fax scan": scanned(b"\0\x10\x01", b"/CCITTFaxDecode", STENCIL),
    "JBIG2 scan": scanned(b"\0\0\0\0\x30\0\x01", b"/JBIG2Decode", b"/BitsPerComponent 1/ColorSpace/DeviceGray"),
    "palette": scanned(bytes(1536), b"[]", b"/BitsPerComponent 8/ColorSpace[/Indexed/DeviceRGB 1(<a><b>)]"),
}  # fmt: skip


def samples() -> Iterator[Sample]:
    """Each shape, each producer, each kind of address, each version."""
    for name, content in SHAPES.items():
        yield Sample("shape", name, content)
    for number, producer in enumerate(PRODUCERS):
        yield Sample("producer", producer.decode(), with_info(producer, version=b"1.%d" % (3 + number % 5)))
    for address in ADDRESSES:
        yield Sample("address", repr(address), linking(address))
    for version in (b"1.0", b"1.1", b"1.2", b"1.3", b"1.4", b"1.5", b"1.6", b"1.7", b"2.0"):
        yield Sample("version", version.decode(), letter(version=version), PDF)
