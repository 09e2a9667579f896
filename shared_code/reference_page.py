"""The reference as a plain page: every operation with who may call it, what it takes and what it answers."""

from html import escape
from typing import Any

STYLE = """
:root{color-scheme:light dark;--ink:#14211b;--soft:#5b6b63;--line:#d9e2dc;--back:#fbfcfb;--sun:#c77700;--green:#0b6b4f}
@media (prefers-color-scheme:dark){
:root{--ink:#e7eeea;--soft:#9db0a6;--line:#2b3a33;--back:#101613;--sun:#f2b84b;--green:#55c9a0}}
*{box-sizing:border-box}body{margin:0;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back)}
main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem 5rem}
h1{margin:0 0 .25rem}h2{margin:2.5rem 0 .5rem;color:var(--green)}
p{margin:.35rem 0;color:var(--soft)}nav{display:flex;flex-wrap:wrap;gap:.5rem;margin:1rem 0}nav a,a{color:var(--green)}
details{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;padding:.6rem .9rem}summary{cursor:pointer}
small{color:var(--soft)}
code{font:13px/1.4 ui-monospace,monospace}.verb{display:inline-block;min-width:4rem;font-weight:700;color:var(--sun)}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
td,th{border-top:1px solid var(--line);padding:.3rem .5rem;text-align:left}
th{font-weight:600;color:var(--soft)}td:first-child{white-space:nowrap}
"""


def page(document: dict[str, Any]) -> str:
    """The whole page; it loads nothing, from nowhere."""
    by_tag: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for verb, operation in operations.items():
            by_tag.setdefault(operation["tags"][0], []).append(_operation(verb, path, operation))
    links = "".join(f'<a href="#{escape(tag)}">{escape(tag)}</a>' for tag in sorted(by_tag))
    sections = "".join(
        f'<h2 id="{escape(tag)}">{escape(tag)}</h2>{"".join(parts)}' for tag, parts in sorted(by_tag.items())
    )
    title = escape(document["info"]["title"])
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>"
        f"<p>{escape(document['info']['description'])} Version {escape(document['info']['version'])}, "
        f'as <a href="openapi.json">openapi.json</a>.</p><nav>{links}</nav>{sections}</main></body></html>'
    )


def _operation(verb: str, path: str, operation: dict[str, Any]) -> str:
    roles = ", ".join(operation["x-roles"]) or "everybody, without a token"
    asked = [*_parameters(operation), *_fields(operation.get("requestBody", {}))]
    answers = [(status, escape(answer["description"])) for status, answer in operation["responses"].items()]
    return (
        f'<details><summary><span class="verb">{verb.upper()}</span> <code>{escape(path)}</code>'
        f" <small>{escape(operation['summary'])}</small></summary>"
        f"<p>Who: {escape(roles)}</p>"
        f"{_table('takes', asked)}{_table('answers', answers)}</details>"
    )


def _parameters(operation: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (p["name"], f"{p['in']}{', required' if p['required'] else ''}: {_type(p['schema'])}")
        for p in operation["parameters"]
    ]


def _fields(body: dict[str, Any]) -> list[tuple[str, str]]:
    schema = body.get("content", {}).get("application/json", {}).get("schema", {})
    required = schema.get("required", [])
    return [
        (name, f"{'required: ' if name in required else ''}{_type(value)}")
        for name, value in schema.get("properties", {}).items()
    ]


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return escape(schema["$ref"].rsplit("/", 1)[-1])
    if "enum" in schema:
        return escape(" | ".join(map(str, schema["enum"])))
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"] if one.get("type") != "null")
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return escape(str(schema.get("format") or schema.get("type") or "any"))


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    if not rows:
        return ""
    return (
        f"<table><tr><th colspan=2>{title}</th></tr>"
        + "".join(f"<tr><td><code>{escape(a)}</code></td><td>{b}</td></tr>" for a, b in rows)
        + "</table>"
    )
