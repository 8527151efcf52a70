"""Workbooks for tests: such as people save, made by hand, and made to do harm."""

import io
import zipfile
from collections.abc import Sequence


def xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
STRINGS = '{}<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</sst>'
ROW = '<row r="{}"><c t="inlineStr"><is><t>{}</t></is></c><c t="inlineStr"><is><t>{}</t></is></c></row>'


def packed(rows: str, strings: str = "") -> bytes:
    """A workbook of these rows, made by hand."""
    parts = {
        "xl/workbook.xml": '<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" Type="http://x/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": SHEET.format(rows),
    }
    if strings:
        parts["xl/sharedStrings.xml"] = strings
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name, text)
    return out.getvalue()


GOOD = ROW.format(1, "几点开门", "八点")


def hostile(kind: str) -> bytes:
    if kind == "entities":
        doctype = f'<!DOCTYPE sst [<!ENTITY a "{"哈" * 290}">]>'
        return packed(GOOD, STRINGS.format(doctype, f"<si><t>{'&a;' * 30_000}</t></si>"))
    if kind == "cells":
        return packed("<row>" + "<c/>" * 1_500_000 + "</row>" + GOOD)
    if kind == "strings":
        return packed(GOOD, STRINGS.format("", "<si><t>x</t></si>" * 1_500_000))
    if kind == "rows":
        return packed("<row/>" * 1_500_000 + GOOD)
    return packed(ROW.format(900_000_000_000, "几点关门", "九点") + GOOD.replace('r="1"', 'r="5"'))
