# SPDX-License-Identifier: Apache-2.0
"""Files as hospitals keep them, made from a seed: `make(kind, rng, size)` gives the bytes of one, valid in its format
and compressed where the format compresses. `size` is a wish in bytes, met within a factor of about two.

What an office program does to a file later lives in revise.py.
"""

import gzip
import io
import math
import struct
import zipfile
import zlib

from PIL import Image, ImageDraw

from . import words
from .ole import STREAM_BYTES_MAX, compound

# The time in every archive member: fixed, so that a seed gives the same bytes on every day.
_STAMP = (2022, 11, 30, 8, 0, 0)
_TEXT_RATIO = 3.2  # measured: invented French text, Deflate level 6
_ROWS_RATIO = 9.5  # measured: SpreadsheetML rows of result_row
_MEDIA_FROM = 60_000  # bytes: larger office files grow by pictures, as real ones do


def zipped(members):
    """zipped packs (name, bytes, compress?) into a zip whose bytes depend on nothing else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data, compress in members:
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
            info.external_attr = 0o600 << 16
            archive.writestr(info, data)
    return out.getvalue()


def xml_text(value):
    return str(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def picture(rng, pixels):
    """picture is a seeded RGB image of about `pixels` pixels: soft shades, shapes, and a camera's grain."""
    width = max(32, int(math.sqrt(pixels * 4 / 3)))
    height = max(24, int(width * 3 / 4))
    image = Image.frombytes("RGB", (8, 6), rng.randbytes(144)).resize((width, height), Image.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(rng.randint(4, 14)):
        x, y = rng.randrange(width), rng.randrange(height)
        box = (x, y, x + rng.randint(4, max(5, width // 3)), y + rng.randint(4, max(5, height // 3)))
        colour = tuple(rng.randbytes(3))
        rng.choice((draw.ellipse, draw.rectangle))(box, fill=colour)
    draw.text((4, 4), words.sentence(rng).encode("ascii", "replace").decode(), fill=(255, 255, 255))
    grain = Image.frombytes("L", (256, 256), rng.randbytes(65536)).convert("RGB")
    tiled = Image.new("RGB", (width, height))
    for x in range(0, width, 256):
        for y in range(0, height, 256):
            tiled.paste(grain, (x, y))
    return Image.blend(image, tiled, 0.08)


def jpeg_bytes(image, quality=82):
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def png_bytes(image):
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _jpg(rng, size):
    return jpeg_bytes(picture(rng, size * 4), rng.choice((75, 82, 90)))


def _png(rng, size):
    if rng.random() < 0.5:  # a screen shot or a scanned form: few colours
        return png_bytes(picture(rng, size * 4).quantize(32, dither=Image.Dither.NONE))
    return png_bytes(picture(rng, size // 2))


def _media(rng, size):
    """_media splits a large office file's size into its text and its pictures."""
    if size < _MEDIA_FROM:
        return size, []
    pictures = [_jpg(rng, (size - 20_000) // n) for n in [rng.randint(1, 3)] for _ in range(n)]
    return 20_000, pictures


# --- OOXML (ECMA-376) ------------------------------------------------------------------------------------------------

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OD = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PR = "http://schemas.openxmlformats.org/package/2006"
_CT = "application/vnd.openxmlformats-officedocument"


def _relations(targets):
    body = "".join(f'<Relationship Id="rId{i}" Type="{kind}" Target="{target}"/>'
                   for i, (kind, target) in enumerate(targets, 1))
    return f'{_HEAD}<Relationships xmlns="{_PR}/relationships">{body}</Relationships>'


def _package(rng, main, main_type, parts, media=(), more_types=()):
    """_package joins the parts of an OOXML file: parts is [(name, xml)], media [(name, bytes)]."""
    types = "".join(f'<Override PartName="/{n}" ContentType="{t}"/>' for n, t in ((main, main_type), *more_types))
    first, last = words.person(rng)
    core = (f'{_HEAD}<cp:coreProperties xmlns:cp="{_PR}/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f'<dc:creator>{first} {last}</dc:creator><cp:revision>{rng.randint(1, 40)}</cp:revision>'
            '<dcterms:modified xsi:type="dcterms:W3CDTF">2022-11-30T08:00:00Z</dcterms:modified></cp:coreProperties>')
    content_types = (f'{_HEAD}<Types xmlns="{_PR}/content-types"><Default Extension="rels" '
                     'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
                     'ContentType="application/xml"/><Default Extension="jpeg" ContentType="image/jpeg"/>'
                     f'{types}<Override PartName="/docProps/core.xml" '
                     'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>')
    root = _relations([(f"{_OD}/officeDocument", main), (f"{_PR}/relationships/metadata/core-properties",
                                                         "docProps/core.xml")])
    return zipped([("[Content_Types].xml", content_types, True), ("_rels/.rels", root, True),
                   ("docProps/core.xml", core, True), *((n, x, True) for n, x in parts),
                   *((n, d, False) for n, d in media)])


def word_paragraph(value):
    return f'<w:p><w:r><w:t xml:space="preserve">{xml_text(value)}</w:t></w:r></w:p>'


def _docx(rng, size):
    text_size, pictures = _media(rng, size)
    body = "".join(word_paragraph(p) for p in words.text(rng, max(300, (text_size - 1600) * _TEXT_RATIO)))
    for i in range(len(pictures)):
        body += ('<w:p><w:r><w:pict><v:shape style="width:300pt;height:225pt"><v:imagedata '
                 f'r:id="rId{i + 1}"/></v:shape></w:pict></w:r></w:p>')
    document = (f'{_HEAD}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
                f'xmlns:r="{_OD}" xmlns:v="urn:schemas-microsoft-com:vml"><w:body>{body}<w:sectPr/></w:body></w:document>')
    media = [(f"word/media/image{i}.jpeg", data) for i, data in enumerate(pictures, 1)]
    parts = [("word/document.xml", document),
             ("word/_rels/document.xml.rels", _relations([(f"{_OD}/image", n[5:]) for n, _ in media]))]
    return _package(rng, "word/document.xml", f"{_CT}.wordprocessingml.document.main+xml", parts, media)


def sheet_row(number, values):
    cells = "".join(f"<c><v>{v}</v></c>" if v.replace(".", "", 1).isdigit() else
                    f'<c t="inlineStr"><is><t>{xml_text(v)}</t></is></c>' for v in values)
    return f'<row r="{number}">{cells}</row>'


def _xlsx(rng, size):
    rows, total, number = [], 0, 1
    while total < max(600, (size - 1600) * _ROWS_RATIO):
        rows.append(sheet_row(number, words.result_row(rng)))
        total += len(rows[-1])
        number += 1
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts = [("xl/workbook.xml", f'{_HEAD}<workbook xmlns="{main}" xmlns:r="{_OD}"><sheets><sheet name="Feuil1" '
                                 'sheetId="1" r:id="rId1"/></sheets></workbook>'),
             ("xl/_rels/workbook.xml.rels", _relations([(f"{_OD}/worksheet", "worksheets/sheet1.xml")])),
             ("xl/worksheets/sheet1.xml", f'{_HEAD}<worksheet xmlns="{main}"><sheetData>{"".join(rows)}</sheetData>'
                                          "</worksheet>")]
    return _package(rng, "xl/workbook.xml", f"{_CT}.spreadsheetml.sheet.main+xml", parts,
                    more_types=[("xl/worksheets/sheet1.xml", f"{_CT}.spreadsheetml.worksheet+xml")])


def slide(lines):
    body = "".join(f"<a:p><a:r><a:t>{xml_text(line)}</a:t></a:r></a:p>" for line in lines)
    return (f'{_HEAD}<p:sld xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
            'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><p:cSld><p:spTree><p:nvGrpSpPr>'
            '<p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/><p:sp><p:nvSpPr><p:cNvPr id="2" '
            'name="Titre"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/>'
            f"{body}</p:txBody></p:sp></p:spTree></p:cSld></p:sld>")


def _pptx(rng, size):
    text_size, pictures = _media(rng, size)
    count = max(2, min(30, text_size // 900))
    names = [f"ppt/slides/slide{i}.xml" for i in range(1, count + 1)]
    ids = "".join(f'<p:sldId id="{255 + i}" r:id="rId{i}"/>' for i in range(1, count + 1))
    parts = [("ppt/presentation.xml",
              f'{_HEAD}<p:presentation xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:r="{_OD}">'
              f'<p:sldIdLst>{ids}</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/></p:presentation>'),
             ("ppt/_rels/presentation.xml.rels", _relations([(f"{_OD}/slide", n[4:]) for n in names]))]
    each = max(200, int(text_size / count * 2))
    parts += [(n, slide(words.text(rng, each))) for n in names]
    media = [(f"ppt/media/image{i}.jpeg", data) for i, data in enumerate(pictures, 1)]
    return _package(rng, "ppt/presentation.xml", f"{_CT}.presentationml.presentation.main+xml", parts, media,
                    [(n, f"{_CT}.presentationml.slide+xml") for n in names])


def _odt(rng, size):
    """_odt is OpenDocument 1.2: the stored mimetype comes first."""
    body = "".join(f"<text:p>{xml_text(p)}</text:p>" for p in words.text(rng, max(300, size * _TEXT_RATIO)))
    office = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    content = (f'{_HEAD}<office:document-content {office} xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
               f'office:version="1.2"><office:body><office:text>{body}</office:text></office:body></office:document-content>')
    mime = "application/vnd.oasis.opendocument.text"
    manifest = (f'{_HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
                f'manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>'
                '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>')
    return zipped([("mimetype", mime, False), ("META-INF/manifest.xml", manifest, True), ("content.xml", content, True)])


# --- OLE2 ------------------------------------------------------------------------------------------------------------

def _summary(rng):
    first, last = words.person(rng)
    return b"\xfe\xff\0\0\x06\x01\x02\0" + f"{last} {first}".encode("cp1252").ljust(200, b"\0")


def _doc(rng, size):
    size = min(size, STREAM_BYTES_MAX // 2)
    # A FIB starts with wIdent 0xA5EC, nFib 0x00C1 ([MS-DOC] 2.5.2); its text is 16-bit.
    fib = struct.pack("<HHHH", 0xA5EC, 0x00C1, 0x6027, 0x040C).ljust(2048, b"\0")
    body = "\r".join(words.text(rng, size // 2)).encode("utf-16-le")
    return compound([("WordDocument", fib + body), ("1Table", rng.randbytes(64).ljust(4096, b"\0")),
                     ("\x05SummaryInformation", _summary(rng))])


def _xls(rng, size):
    size = min(size, STREAM_BYTES_MAX // 2)
    # BIFF8 records: BOF 0x0809, LABEL 0x0204, NUMBER 0x0203, EOF 0x000A ([MS-XLS] 2.4).
    out = [struct.pack("<HHHHHHII", 0x0809, 16, 0x0600, 0x0010, 0x0DBB, 0x07CC, 0x41, 6)]
    total, row = 0, 0
    while total < size - 8192:
        for column, value in enumerate(words.result_row(rng)):
            raw = value.encode("utf-16-le")
            if column == 5:
                out.append(struct.pack("<HHHHHd", 0x0203, 14, row & 0xFFFF, column, 15, float(value)))
            else:
                out.append(struct.pack("<HHHHHHB", 0x0204, 9 + len(raw), row & 0xFFFF, column, 15, len(value), 1) + raw)
            total += len(out[-1])
        row += 1
    out.append(struct.pack("<HH", 0x000A, 0))
    return compound([("Workbook", b"".join(out)), ("\x05SummaryInformation", _summary(rng))])


def _msg(rng, size):
    body = "\r\n".join(words.text(rng, size // 2)).encode("utf-16-le")
    return compound([("__properties_version1.0", bytes(32)),
                     ("__substg1.0_001A001F", "IPM.Note".encode("utf-16-le")),
                     ("__substg1.0_0037001F", words.sentence(rng).encode("utf-16-le")),
                     ("__substg1.0_1000001F", body[:STREAM_BYTES_MAX // 2])])


# --- PDF (ISO 32000-1) -----------------------------------------------------------------------------------------------

def pdf_bytes(pages, pictures=()):
    """pdf_bytes is a PDF 1.4: one Flate content stream a page (a list of lines), one picture a further page."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica"
               b"/Encoding/WinAnsiEncoding>>"]
    kids = []

    def add(body):
        objects.append(body)
        return len(objects)

    def stream(attributes, data):
        return add(b"<<%s/Length %d>>stream\n%s\nendstream" % (attributes, len(data), data))

    def page(content, resources):
        number = stream(b"/Filter/FlateDecode", zlib.compress(content))
        kids.append(add(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<<%s>>>>"
                        % (number, resources)))

    for lines in pages:
        content = b"BT /F1 10 Tf 40 800 Td 13 TL\n"
        for line in lines:
            raw = line.encode("cp1252", "replace")
            for byte in (b"\\", b"(", b")"):
                raw = raw.replace(byte, b"\\" + byte)
            content += b"(%s) Tj T*\n" % raw
        page(content + b"ET", b"/Font<</F1 3 0 R>>")
    for data in pictures:
        width, height = Image.open(io.BytesIO(data)).size
        number = stream(b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8"
                        b"/Filter/DCTDecode" % (width, height), data)
        page(b"q 500 0 0 375 40 400 cm /I1 Do Q", b"/XObject<</I1 %d 0 R>>" % number)
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(b"%d 0 R" % k for k in kids))
    out, offsets = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % o for o in offsets)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def _pdf(rng, size):
    text_size, pictures = _media(rng, size)
    lines = [s for p in words.text(rng, max(600, text_size * 3)) for s in p.split(". ")]
    return pdf_bytes([lines[i:i + 55] for i in range(0, len(lines), 55)], pictures)


# --- plain ones, imaging, archives -----------------------------------------------------------------------------------

def _element(group, element, kind, value):
    value += b"\0" if len(value) % 2 and kind == b"UI" else b" " * (len(value) % 2)
    if kind in (b"OW", b"OB"):
        return struct.pack("<HH2sHI", group, element, kind, 0, len(value)) + value
    return struct.pack("<HH2sH", group, element, kind, len(value)) + value


def _dcm(rng, size):
    """_dcm is a DICOM file (PS3.10): preamble, DICM, Explicit VR Little Endian, raw 12-bit pixels in 16."""
    side = max(16, min(4096, int(math.sqrt(size / 2))))
    first, last = words.person(rng)
    uid = f"1.2.826.0.1.3680043.9.7777.{rng.randint(1, 10**9)}".encode()
    # High bytes: a soft phantom; low bytes: its finer part and the detector's noise.
    phantom = Image.frombytes("L", (12, 12), rng.randbytes(144)).resize((side, side), Image.BICUBIC)
    pixels = bytearray(side * side * 2)
    pixels[1::2] = phantom.point([min(15, v >> 4) for v in range(256)]).tobytes()
    fine = phantom.point([(v << 4) & 0xF0 for v in range(256)]).tobytes()
    noise = Image.frombytes("L", (side, side), rng.randbytes(side * side)).point([v >> 4 for v in range(256)]).tobytes()
    pixels[0::2] = (int.from_bytes(fine, "little") | int.from_bytes(noise, "little")).to_bytes(side * side, "little")
    body = b"".join((
        _element(8, 0x16, b"UI", b"1.2.840.10008.5.1.4.1.1.7"), _element(8, 0x18, b"UI", uid),
        _element(8, 0x20, b"DA", b"20221130"), _element(8, 0x60, b"CS", rng.choice((b"CT", b"MR", b"CR"))),
        _element(0x10, 0x10, b"PN", f"{last}^{first}".encode("latin-1", "replace")),
        _element(0x10, 0x20, b"LO", str(rng.randint(10**8, 10**9)).encode()),
        _element(0x28, 2, b"US", struct.pack("<H", 1)), _element(0x28, 4, b"CS", b"MONOCHROME2"),
        _element(0x28, 0x10, b"US", struct.pack("<H", side)), _element(0x28, 0x11, b"US", struct.pack("<H", side)),
        _element(0x28, 0x100, b"US", struct.pack("<H", 16)), _element(0x28, 0x101, b"US", struct.pack("<H", 12)),
        _element(0x28, 0x102, b"US", struct.pack("<H", 11)), _element(0x28, 0x103, b"US", struct.pack("<H", 0)),
        _element(0x7FE0, 0x10, b"OW", bytes(pixels))))
    meta = b"".join((_element(2, 1, b"OB", b"\0\1"), _element(2, 2, b"UI", b"1.2.840.10008.5.1.4.1.1.7"),
                     _element(2, 3, b"UI", uid), _element(2, 0x10, b"UI", b"1.2.840.10008.1.2.1")))
    return bytes(128) + b"DICM" + _element(2, 0, b"UL", struct.pack("<I", len(meta))) + meta + body


def _lines(rng, size, line):
    out, total = [], 0
    while total < size:
        out.append(line(rng, len(out)))
        total += len(out[-1])
    return "".join(out).encode()


def csv_row(rng, _number=0):
    return ";".join(words.result_row(rng)) + "\r\n"


def log_line(rng, number=0):
    return (f"2022-12-{1 + number // 1440 % 28:02} {number // 60 % 24:02}:{number % 60:02}:{rng.randint(0, 59):02} "
            f"{rng.choice(('INFO', 'INFO', 'WARN'))} interface={rng.choice(('ADT', 'ORU', 'SIU', 'MDM'))} "
            f"messages={rng.randint(0, 40)} délai={rng.randint(2, 900)}ms\n")


def _csv(rng, size):
    return "ipp;nom;prénom;date;analyse;valeur;unité\r\n".encode() + _lines(rng, size, csv_row)


def _txt(rng, size):
    return "\r\n\r\n".join(words.text(rng, size)).encode()


def _hl7(rng, size):
    return _lines(rng, size, lambda r, n: words.hl7_message(r, n + 1))


def _xml(rng, size):
    def row(r, _number):
        keys = ("ipp", "nom", "prenom", "date", "analyse", "valeur", "unite")
        return "<resultat>" + "".join(f"<{k}>{xml_text(v)}</{k}>" for k, v in zip(keys, words.result_row(r))) + "</resultat>\n"
    return f"{_HEAD}<resultats>\n".encode() + _lines(rng, size, row) + b"</resultats>\n"


def _sql(rng, size):
    def row(r, _number):
        return "INSERT INTO resultats VALUES (" + ",".join("'" + v + "'" for v in words.result_row(r)) + ");\n"
    return b"BEGIN;\n" + _lines(rng, size, row) + b"COMMIT;\n"


def _zip(rng, size):
    count = rng.randint(2, 5)
    return zipped([(f"pièce {i}.{kind}", make(kind, rng, size // count), kind not in ("jpg", "png"))
                   for i in range(1, count + 1) for kind in [rng.choice(("docx", "csv", "pdf", "jpg", "txt"))]])


def gz_bytes(data):
    return gzip.compress(data, mtime=1669795200)


def _gz(rng, size):
    return gz_bytes(rng.choice((_csv, _sql))(rng, int(size * 4.2)))


MAKERS = {"docx": _docx, "xlsx": _xlsx, "pptx": _pptx, "odt": _odt, "doc": _doc, "xls": _xls, "msg": _msg, "pdf": _pdf,
          "jpg": _jpg, "png": _png, "dcm": _dcm, "zip": _zip, "gz": _gz, "csv": _csv, "txt": _txt,
          "log": lambda rng, size: _lines(rng, size, log_line), "hl7": _hl7, "xml": _xml, "sql": _sql}


def make(kind, rng, size):
    """make gives the bytes of a new file of one of MAKERS' kinds, about `size` bytes long."""
    return MAKERS[kind](rng, int(size))
