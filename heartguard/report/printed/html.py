"""The report as one HTML file: no script, nothing fetched, the traces as SVG."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files

from heartguard.report.printed.contents import Contents, contents_of
from heartguard.report.printed.options import ReportOptions
from heartguard.report.printed.picture import page_picture, to_jpeg
from heartguard.report.printed.sheet import Sheet, sheets_of
from heartguard.report.printed.svg import to_svg
from heartguard.report.printed.values import ESSENTIAL
from heartguard.values import Reading
from heartguard.vocabulary import percent

__all__ = ["to_html"]

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""Whatever a name in the file might hold: nothing runs and nothing is fetched."""


def to_html(reading: Reading, options: ReportOptions | None = None) -> str:
    """Return the report as HTML.

    Parameters
    ----------
    reading : Reading
    options : ReportOptions, optional
    """
    options = options or ReportOptions()
    contents = contents_of(reading, options)
    picture = to_jpeg(page_picture(reading, deidentify=options.deidentify, hidden=options.hidden))
    style = files("heartguard.report.printed").joinpath("report.css").read_text("utf-8")
    parts = (
        f'<!doctype html>\n<html lang="{contents.language}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(contents.word('title'))}: {escape(contents.source)}</title>",
        f"<style>{style}</style></head><body><main>",
        *_head(contents),
        _tag("p", f"{contents.word('paper')}. {contents.word('paper.marks')}", "muted"),
        *(_sheet(sheet, contents) for sheet in sheets_of(reading)),
        '<div class="details">',
        f"<div>{''.join(_table(contents))}</div>",
        f"<div>{''.join((*_stated(contents), *_models(contents)))}</div>",
        f"<div>{''.join(_page(contents, picture, options.deidentify))}</div>",
        "</div></main>",
        *_foot(contents),
        "</body></html>\n",
    )
    return "".join(parts)


def _tag(name: str, text: str, style: str = "") -> str:
    """Return a text in a tag."""
    look = f' class="{style}"' if style else ""
    return f"<{name}{look}>{escape(text)}</{name}>"


def _items(lines: Iterable[str], style: str = "") -> str:
    return f"<ul>{''.join(_tag('li', line, style) for line in lines)}</ul>"


def _head(contents: Contents) -> Iterator[str]:
    """Yield the answer, the measurements that matter first, statements and doubts."""
    patient = f"{contents.word('patient.name')}: {'_' * 44} {contents.patient}"
    yield f'<div class="top">{_tag("div", contents.source, "muted")}{_tag("div", patient, "muted")}</div>'
    yield '<div class="top">'
    yield f"<div>{_tag('p', contents.word('answer'), 'muted')}{_tag('h1', contents.headline)}"
    yield from (_tag("p", one) for one in contents.below)
    if contents.doctor:
        yield f"<p>{_tag('strong', contents.doctor)}</p>"
    yield (
        _tag("p", contents.word("quality") + ": " + contents.quality, "alarm" if contents.poor else "")
        + '</div><div class="essence">'
    )
    for row in (one for one in contents.values if one.field in ESSENTIAL):
        look = "alarm" if row.remark else ""
        yield f"<div>{_tag('span', row.name, 'muted')}{_tag('b', row.value, look)}"
        yield f"{_tag('span', row.remark or row.normal, 'muted')}</div>"
    yield f"</div><div>{''.join(_stated(contents))}"
    yield _items((f"{severity}: {text}" for severity, text in contents.uncertain[: contents.doubts]), "alarm")
    yield "</div></div>"


def _sheet(sheet: Sheet, contents: Contents) -> str:
    span = contents.word("seconds", first=f"{sheet.start_s:g}", last=f"{sheet.end_s:g}")
    title = ", ".join([contents.word("title"), span])
    return f'<div class="sheet">{to_svg(sheet, title)}</div>'


def _table(contents: Contents) -> Iterator[str]:
    """Yield all measurements with their ranges or reasons."""
    yield _tag("h2", contents.word("measurements")) + "<table><thead><tr><th></th>"
    yield f"{_tag('th', contents.word('measurement'))}{_tag('th', contents.word('range'))}</tr></thead><tbody>"
    for row in contents.values:
        beside = ", ".join(filter(None, (row.normal, row.remark)))
        look = "alarm" if row.remark else ""
        yield f"<tr>{_tag('th', row.name)}{_tag('td', row.value, look)}{_tag('td', beside, 'muted')}</tr>"
    yield "</tbody></table>"
    if contents.reasons:
        yield _tag("h2", contents.word("not_measured.why")) + _items(contents.reasons, "muted")


def _stated(contents: Contents) -> Iterator[str]:
    yield _tag("h2", contents.word("statements")) + _items(contents.stated)
    if contents.withheld:
        yield _tag("h2", contents.word("withheld")) + _items(contents.withheld, "muted")


def _models(contents: Contents) -> Iterator[str]:
    """Yield the doctor's review, then what the models answered, and where VGG16 saw it."""
    if contents.review:
        yield _tag("h2", contents.word("review")) + _items(contents.review)
    if contents.classes:
        yield _tag("h2", contents.word("classes")) + _shares(contents.classes)
    yield _tag("h2", contents.word("findings")) + _shares(contents.findings)
    if not contents.findings:
        yield _tag("p", contents.word("findings.none"))
    if contents.shares:
        yield _tag("h2", contents.word("shares")) + _shares(contents.shares)


def _shares(shares: Sequence[tuple[str, float]]) -> str:
    rows = (
        f'{_tag("span", name)}<meter value="{share:.3f}"></meter>{_tag("span", percent(share))}'
        for name, share in shares
    )
    return "".join(f'<div class="share">{row}</div>' for row in rows)


def _page(contents: Contents, picture: bytes, deidentified: bool) -> Iterator[str]:
    """Yield the picture, what is uncertain, what was set by hand, and the models."""
    name, blanked = contents.word("picture"), "picture.blanked" if deidentified else "picture.whole"
    yield f'{_tag("h2", name)}<img alt="{escape(name)}" src="data:image/jpeg;base64,{b64encode(picture).decode()}">'
    yield _tag("p", contents.word(blanked), "muted") + _tag("p", contents.scale, "muted")
    yield _tag("h2", contents.word("uncertain"))
    lines = [f"{severity}: {text}" for severity, text in contents.uncertain]
    yield _items(lines[: contents.doubts] or [contents.word("uncertain.none")]) + _items(
        lines[contents.doubts :], "muted"
    )
    if lines and contents.word("english"):
        yield _tag("p", contents.word("english"), "muted")
    if contents.by_hand:
        yield _tag("h2", contents.word("by_hand")) + _items(contents.by_hand)
    yield _tag("h2", contents.word("models")) + _items(contents.models, "muted")
    yield _tag("p", f"{contents.word('signed')}: {'_' * 30}")


def _foot(contents: Contents) -> Iterator[str]:
    yield "<footer>" + _tag("b", contents.made_by)
    yield _tag("span", contents.made) + "</footer>"
