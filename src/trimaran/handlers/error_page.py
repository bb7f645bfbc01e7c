"""The readable error page of development: what failed, where, how to mend it.

Shown only while the application's ``debug`` is on. Browsers get a page without scripts, other
clients JSON or text.
"""

from __future__ import annotations

import platform
import secrets
import traceback
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimaran._internal.redaction import HIDDEN, is_sensitive
from trimaran.handlers.error_report import hide_secrets, report_errors, show_value
from trimaran.http.response import HTMLResponse, JSONResponse, PlainTextResponse, Response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimaran.handlers.error_report import ErrorReport, Frame, SourceLine
    from trimaran.http.request import Request


def render(request: Request, error: Exception) -> Response:
    """Return the answer 500 that explains an exception; never raises."""
    accept = request.headers.get("accept", "")
    try:
        if "text/html" in accept:
            response = _html(request, report_errors(error))
        elif "text/plain" in accept:
            response = PlainTextResponse(_text(request, error), 500)
        else:
            response = _json(request, report_errors(error))
    except Exception:  # noqa: BLE001  whatever is wrong with the page, the fault itself is shown
        trace = "".join(traceback.format_exception(error))
        response = PlainTextResponse(hide_secrets(trace[-20_000:]), 500)
    response.headers["x-request-id"] = request.id
    response.headers["cache-control"] = "no-store"
    return response


def _json(request: Request, reports: list[ErrorReport]) -> Response:
    return JSONResponse(
        {
            "detail": "Internal Server Error",
            "request_id": request.id,
            "debug": [
                {
                    "error": report.kind,
                    "message": report.message,
                    **({"relation": report.relation} if report.relation else {}),
                    **({"id": report.id, "mend": report.mend} if report.id else {}),
                    "frames": [frame.place for frame in report.frames],
                }
                for report in reports
            ],
        },
        500,
    )


def _text(request: Request, error: Exception) -> str:
    trace = "".join(traceback.format_exception(error))
    return f"{request.method} {request.path} (request {request.id})\n\n{hide_secrets(trace)}"


def _html(request: Request, reports: list[ErrorReport]) -> Response:
    nonce = secrets.token_urlsafe(16)
    first = reports[0]
    title = escape(f"{first.kind.rpartition('.')[2]} at {request.path}")
    body = "".join(
        [
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f'<style nonce="{nonce}">{_styles()}</style></head><body>',
            _banner(request, first),
            "<main>",
            *(_error(report, is_first=report is first) for report in reports),
            _request(request),
            "</main><footer>Shown because <code>debug</code> is on: never in production. "
            f"Python {platform.python_version()} on {escape(platform.system())}.</footer>",
            "</body></html>",
        ]
    )
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )
    headers = {"content-security-policy": policy, "x-content-type-options": "nosniff"}
    return HTMLResponse(body.encode("utf-8", "backslashreplace"), 500, headers)


@cache
def _styles() -> str:
    return Path(__file__).with_name("error_page.css").read_text(encoding="utf-8")


def _banner(request: Request, report: ErrorReport) -> str:
    query = request.query_string.decode("latin-1")
    target = hide_secrets(request.path + (f"?{_safe_query(request)}" if query else ""))
    module, _, name = report.kind.rpartition(".")
    mend = f'<p class="mend"><b>How to mend it</b> {escape(report.mend)}</p>' if report.mend else ""
    where = f'<p class="where">{escape(report.where)}</p>' if report.where else ""
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in report.notes)
    identity = f'<span class="id">{escape(report.id)}</span>' if report.id else ""
    return (
        f'<header><p class="line"><span class="method">{escape(request.method)}</span> '
        f'<span class="target">{escape(target)}</span>'
        f'<span class="request">request {escape(request.id)}</span></p>'
        f"<h1>{f'<small>{escape(module)}.</small>' if module else ''}{escape(name)}{identity}</h1>"
        f'<p class="message">{escape(report.message) or "<i>without a message</i>"}</p>'
        f"{where}{notes}{mend}</header>"
    )


def _error(report: ErrorReport, *, is_first: bool) -> str:
    parts = []
    if not is_first:
        parts.append(
            f"<h2>{escape(report.relation)} <code>{escape(report.kind)}</code></h2>"
            f'<p class="message">{escape(report.message)}</p>'
        )
    own = report.user_frames
    if own:
        parts.append("<h2>Your code</h2>" if is_first else "")
        parts += [_frame(frame, is_open=is_first and at == 0) for at, frame in enumerate(own)]
    others = len(report.frames)
    if others > len(own):
        frames = "".join(_frame(frame, is_open=False) for frame in report.frames)
        parts.append(
            f'<details class="all"><summary>All {others} frames, in order of the calls</summary>'
            f'<div class="nest">{frames}</div></details>'
        )
    return f"<section>{''.join(parts)}</section>" if parts else ""


def _frame(frame: Frame, *, is_open: bool) -> str:
    current = next((line.text.strip() for line in frame.source if line.current), "")
    source = "".join(_line(line) for line in frame.source)
    table = _table(frame.values)
    values = f"<details class=values open><summary>Values</summary>{table}</details>"
    return (
        f'<details class="frame{"" if frame.is_user else " library"}"{" open" if is_open else ""}>'
        f'<summary><span class="place">{escape(frame.file)}<b>:{frame.line}</b></span> '
        f"<span>in {escape(frame.function)}</span>"
        f'<code class="current">{escape(current)}</code></summary>'
        f'<div class="source" tabindex="0" role="group" aria-label="Source">{source}</div>'
        f"{values if table else ''}</details>"
    )


def _line(line: SourceLine) -> str:
    text = line.text
    if line.mark:
        start, end = line.mark
        shown = f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"
    else:
        shown = escape(text)
    kind = ' class="now"' if line.current else ""
    return f"<div{kind}><i>{line.number}</i><code>{shown or ' '}</code></div>"


def _request(request: Request) -> str:
    sections: list[tuple[str, Iterable[tuple[str, str]]]] = [
        ("Path parameters", _shown(dict(request.path_params))),
        ("Query", [(name, _hidden(name, value)) for name, value in _query(request)]),
        (
            "Headers",
            [(name, _hidden(name, value)) for name, value in request.headers.multi_items()],
        ),
        ("Cookies", [(name, HIDDEN) for name in request.cookies]),
    ]
    tables = "".join(
        f"<details{' open' if name == 'Query' else ''}><summary>{name}</summary>{table}</details>"
        for name, rows in sections
        if (table := _table(rows))
    )
    client = request.client
    where = f"from {client.host}:{client.port}" if client else "from a Unix socket"
    size = len(request.body_bytes)
    body = f", {size:,} bytes of body" if size else ""
    version = escape(request.channel.http_version)
    return (
        f"<section><h2>The request</h2><p>HTTP/{version} {escape(where)}{body}</p>"
        f"{tables}</section>"
    )


def _query(request: Request) -> list[tuple[str, str]]:
    from trimaran.errors import HTTPException

    try:
        return request.query_params.multi_items()
    except HTTPException:
        return [("(too many fields)", "")]


def _safe_query(request: Request) -> str:
    return "&".join(f"{name}={_hidden(name, value)}" for name, value in _query(request))[:500]


def _hidden(name: str, value: str) -> str:
    return HIDDEN if is_sensitive(name) else hide_secrets(value)[:500]


def _shown(values: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (name, HIDDEN if is_sensitive(name) else show_value(value))
        for name, value in values.items()
    ]


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><th scope=row>{escape(name)}</th><td><code>{escape(value)}</code></td></tr>"
        for name, value in rows
    )
    return f"<table><tbody>{cells}</tbody></table>" if cells else ""
