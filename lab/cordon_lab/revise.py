# SPDX-License-Identifier: Apache-2.0
"""What office programs do to the bytes of a file: change a paragraph and compress again, turn a picture, add rows."""

import io
import zipfile

from PIL import Image

from . import documents, words


def _rezip(data, change):
    """_rezip unpacks an archive, hands every member to change(name, bytes) and packs it again."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(i.filename, change(i.filename, archive.read(i)), i.compress_type == zipfile.ZIP_DEFLATED)
                   for i in archive.infolist()]
    return documents.zipped(members)


def _insert(xml, before, new, rng):
    """_insert puts `new` before one of the places where `before` stands, or changes nothing where it does not."""
    places, at = [], xml.find(before)
    while at >= 0:
        places.append(at)
        at = xml.find(before, at + 1)
    if not places:
        return xml
    at = rng.choice(places)
    return xml[:at] + new + xml[at:]


def _docx(rng, data):
    new = "".join(documents.word_paragraph(words.paragraph(rng)) for _ in range(rng.randint(1, 4))).encode()
    return _rezip(data, lambda n, b: _insert(b, b"<w:p>", new, rng) if n == "word/document.xml" else b)


def _xlsx(rng, data):
    new = "".join(documents.sheet_row(60000 + rng.randint(0, 5000), words.result_row(rng))
                  for _ in range(rng.randint(1, 10))).encode()
    return _rezip(data, lambda n, b: _insert(b, b"</sheetData>", new, rng) if n.startswith("xl/worksheets/") else b)


def _pptx(rng, data):
    new = documents.slide(words.text(rng, 400)).encode()
    return _rezip(data, lambda n, b: new if n == "ppt/slides/slide1.xml" else b)


def _odt(rng, data):
    new = f"<text:p>{documents.xml_text(words.paragraph(rng))}</text:p>".encode()
    return _rezip(data, lambda n, b: _insert(b, b"<text:p>", new, rng) if n == "content.xml" else b)


def _txt(rng, data):
    at = rng.randint(0, len(data))
    while at < len(data) and data[at] & 0xC0 == 0x80:  # not inside a UTF-8 character
        at += 1
    return data[:at] + words.sentence(rng).encode() + data[at + rng.randint(0, 40):]


def _csv(rng, data):
    return data + "".join(documents.csv_row(rng) for _ in range(rng.randint(1, 20))).encode()


def _log(rng, data):
    return data + "".join(documents.log_line(rng, i) for i in range(rng.randint(1, 30))).encode()


def _picture(rng, data):
    image = Image.open(io.BytesIO(data))
    turned = image.transpose(rng.choice((Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270)))
    return documents.png_bytes(turned) if image.format == "PNG" else documents.jpeg_bytes(turned, 85)


REVISERS = {"docx": _docx, "xlsx": _xlsx, "pptx": _pptx, "odt": _odt, "txt": _txt, "csv": _csv, "log": _log,
            "jpg": _picture, "png": _picture}


def revise(kind, rng, data):
    """revise gives the bytes of a file after a person's small change; KeyError for kinds nobody edits here."""
    return REVISERS[kind](rng, data)


def to_jpeg(data):
    return documents.jpeg_bytes(Image.open(io.BytesIO(data)), 88)


def printed(rng, lines):
    """printed is the PDF that a print-to-PDF of some lines gives."""
    return documents.pdf_bytes([lines[i:i + 55] for i in range(0, len(lines), 55)] or [[words.sentence(rng)]])
