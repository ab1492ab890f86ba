"""A first mapping for a file: what its columns look like, written as TOML that somebody corrects and completes."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from soundings_embedded.imports.mapping import Kind
from soundings_embedded.imports.tables import Layout, Table

ROWS_READ: Final = 2_000
_USUAL: Final = Layout()
_FEW: Final = 12
_ABSENT: Final = ("", "-", "n/a", "na", "null", "none", "nan")
_NOT_IN_SLUGS: Final = re.compile(r"[^a-z0-9]+")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DURATION: Final = re.compile(r"([0-9]+:)?[0-9]{1,2}:[0-9]{2}(\.[0-9]+)?")
_FORMATS: Final = (
    "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M",
    "%Y-%m-%d", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M %p", "%m/%d/%Y",
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y",
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d",
)  # fmt: skip
_NAMES: Final[Mapping[Kind, Mapping[str, Sequence[str]]]] = {
    "interactions": {
        "id": ("id", "callid", "contactid", "caseid", "casenumber", "caseenquiryid", "requestid", "ticketid",
               "servicerequestid"),
        "root_id": ("rootid", "initialcontactid", "parentid", "sessionid"),
        "started_at": ("startedat", "start", "starttime", "timestamp", "opened", "opendt", "openedat", "createdat",
                       "created", "date", "datetime", "calltime"),
        "enqueued_at": ("enqueuedat", "queuestart", "queuedat"),
        "answered_at": ("answeredat", "answered", "answertime"),
        "ended_at": ("endedat", "end", "endtime", "ended", "closed", "closeddt", "closedat", "resolvedat"),
        "wait_s": ("waits", "wait", "waittime", "queuewaittime", "queuetime", "speedofanswer"),
        "talk_s": ("talks", "talk", "talktime"),
        "hold_s": ("holds", "hold", "holdtime"),
        "wrap_up_s": ("wrapups", "wrapup", "wrapuptime", "aftercallworktime", "acw", "aftercallwork"),
        "outcome": ("outcome", "status", "disposition", "casestatus", "result"),
        "topic": ("topic", "topics", "subject", "reason", "category", "casetitle", "type"),
        "team": ("team", "queue", "skill", "department", "campaign", "group"),
        "person": ("person", "ani", "caller", "phone", "email", "customerid", "callerid", "customer"),
        "channel": ("channel", "source", "media"), "direction": ("direction", "calltype"),
        "kind": ("kind",), "service_id": ("serviceid",), "language": ("language", "lang"),
    },
    "responses": {
        "id": ("id", "responseid", "respnum", "respondentid", "recordid"),
        "occurred_at": ("occurredat", "submittedat", "timestamp", "enddate", "date", "completedat", "created",
                        "recordeddate"),
        "language": ("language", "lang", "userlanguage"), "person": ("person", "email", "customerid"),
        "channel": ("channel", "collector"), "service_id": ("serviceid",), "page": ("page", "url", "pageurl"),
        "device": ("device",),
    },
    "tallies": {
        "start": ("start", "date", "month", "period", "day", "week"), "total": ("total", "sum"),
        "measure": ("measure", "metric"), "service_id": ("serviceid", "service"), "channel": ("channel",),
        "grain": ("grain",), "id": ("id",),
    },
}  # fmt: skip
_SET: Final[Mapping[Kind, Sequence[tuple[str, str]]]] = {
    "interactions": (("kind", "call"), ("outcome", "completed")),
    "responses": (("form_id", "the-form-that-these-columns-answer"),),
    "tallies": (("measure", "transactions"), ("grain", "month"), ("channel", "website")),
}
_NEEDED: Final[Mapping[Kind, Sequence[str]]] = {
    "interactions": ("started_at",), "responses": ("occurred_at",), "tallies": ("start",),
}  # fmt: skip

Looks = Literal["nothing", "time", "duration", "integer", "number", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """What the values of a column look like; ``values`` are all of them where they are few."""

    name: str
    looks: Looks
    formats: Sequence[str]
    values: Sequence[str]


def draft_mapping(table: Table, kind: Kind | None, file_name: str, layout: Layout = _USUAL) -> str:
    """A mapping in TOML that can be read as it is; lines to be decided are comments. Without a kind one is guessed."""
    columns = _columns(table)
    chosen = kind or _guess(columns)
    fields = _placed(columns, chosen)
    identity = next((name for name, field in fields.items() if field == "id" and not {*"{}"} & {*name}), None)
    by_name = {column.name: column for column in columns}
    lines = [
        f"# A first mapping of {_quoted(file_name)}, made from its columns. Read every line before you import.",
        f'kind = "{chosen}"' + ("" if kind else "                # a guess: responses, interactions or tallies"),
        'time_zone = "UTC"                 # the zone of times that have no offset, like "America/New_York"',
        f"absent = {json.dumps(list(_ABSENT))}",
    ]
    if layout.delimiter != _USUAL.delimiter:
        lines.append(f"delimiter = {_quoted(layout.delimiter)}")
    if layout.encoding != _USUAL.encoding:
        lines.append(f"encoding = {_quoted(layout.encoding)}   # a guess: see whether accents are right")
    if identity is not None:
        lines.append(f"id = {_quoted('{' + identity + '}')}   # the same row is always the same record")
    else:
        lines.append('# id = "{COLUMN}"                 # without it, the id is made from what the row says')
    lines += ["", "[set]                              # the same for every row"]
    lines += [f'{name} = "{value}"' for name, value in _SET[chosen] if name not in fields.values()]
    lines += ["", "[fields]"]
    lines += [_line(field, by_name[name]) for name, field in fields.items() if field != "id"]
    lines += [
        f'# {field} = {{ column = "…" }}      # needed: no column looks like it'
        for field in _NEEDED[chosen]
        if field not in fields.values()
    ]
    rest = [column for column in columns if column.name not in fields]
    lines += ["", "# Columns without a place:"] if rest else []
    lines += [_loose(column, chosen) for column in rest]
    return "\n".join(lines) + "\n"


def _columns(table: Table) -> list[Column]:
    seen: dict[str, list[str]] = {name: [] for name in table.columns if name}
    for count, row in enumerate(table.rows()):
        if count >= ROWS_READ:
            break
        for name, texts in seen.items():
            text = row.cells.get(name, "").strip()
            if text.casefold() not in _ABSENT:
                texts.append(text)
    return [_column(name, texts) for name, texts in seen.items()]


def _column(name: str, texts: Sequence[str]) -> Column:
    distinct = list(dict.fromkeys(texts))
    few = sorted(distinct) if len(distinct) <= _FEW and len(distinct) < len(texts) else []
    formats = [one for one in _FORMATS if texts and all(_fits(text, one) for text in distinct)]
    looks: Looks = "text"
    if not texts:
        looks = "nothing"
    elif all(_NUMBER.fullmatch(text) for text in texts):
        looks = "number" if any("." in text for text in texts) else "integer"
    elif all(_DURATION.fullmatch(text) for text in texts):
        looks = "duration"
    elif formats:
        looks = "time"
    return Column(name, looks, formats, few)


def _fits(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - only whether it fits
    except ValueError:
        return False
    return True


def _quoted(text: str) -> str:
    """A TOML string of a text; what UTF-8 cannot hold becomes a question mark."""
    sound = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(sound, ensure_ascii=False).replace("\x7f", "\\u007f")


def _bare(name: str) -> str:
    return _NOT_IN_SLUGS.sub("", name.lower())


def _slug(name: str) -> str:
    return _NOT_IN_SLUGS.sub("-", name.lower()).strip("-")[:100].strip("-") or "question"


def _guess(columns: Sequence[Column]) -> Kind:
    bare = {_bare(column.name) for column in columns}
    if bare & {"bins", "grain", "transactions", "pageviews"}:
        return "tallies"
    signs = {name for field in ("started_at", "ended_at", "wait_s", "talk_s", "outcome")
             for name in _NAMES["interactions"][field]} - {"date", "timestamp", "start", "end", "created"}  # fmt: skip
    return "interactions" if bare & signs else "responses"


def _placed(columns: Sequence[Column], kind: Kind) -> dict[str, str]:
    """The field of each column that has the name of one; of several the one whose name stands first."""
    placed: dict[str, str] = {}
    for field, names in _NAMES[kind].items():
        bare = {_bare(column.name): column.name for column in reversed(columns)}
        found = next((bare[name] for name in names if name in bare and bare[name] not in placed), None)
        if found is not None:
            placed[found] = field
    return placed


def _line(field: str, column: Column) -> str:
    quoted = _quoted(field) if "." in field else field
    name = _quoted(column.name)
    if field.endswith("_s"):
        return f'{quoted} = {{ column = {name}, read_as = "duration" }}'
    if field.endswith("_at"):
        doubt = "   # day or month first?" if _either(column.formats) else ""
        formats = json.dumps(list(column.formats[:1] or _FORMATS[:1]))
        return f'{quoted} = {{ column = {name}, read_as = "time", formats = {formats} }}{doubt}'
    if field == "topic":
        return f'{quoted} = {{ column = {name}, read_as = "list" }}'
    if column.values and field in {"outcome", "channel", "kind", "direction", "reason", "grain"}:
        values = ", ".join(f"{_quoted(v)} = {_quoted(_word(v))}" for v in column.values)
        return f"{quoted} = {{ column = {name}, values = {{ {values} }} }}   # translate each into our word for it"
    if field == "total":
        return f'{quoted} = {{ column = {name}, read_as = "number" }}'
    return f"{quoted} = {{ column = {name} }}"


def _either(formats: Sequence[str]) -> bool:
    return any(one.startswith("%m/") for one in formats) and any(one.startswith("%d/") for one in formats)


def _word(value: str) -> str:
    return _NOT_IN_SLUGS.sub("_", value.lower()).strip("_")


def _loose(column: Column, kind: Kind) -> str:
    name = _quoted(column.name)
    seen = f"   # {column.looks}" + (f": {', '.join(column.values)}" if column.values else "")
    seen = "".join(sign if sign.isprintable() else " " for sign in seen)
    if kind == "tallies":
        return f'# "bins.{_slug(column.name)}" = {{ column = {name}, read_as = "integer" }}{seen}'
    part = "answers" if kind == "responses" else "attributes"
    read_as = ', read_as = "integer"' if column.looks == "integer" and kind == "responses" else ""
    return f'# "{part}.{_slug(column.name)}" = {{ column = {name}{read_as} }}{seen}'


def layout_of(raw: bytes) -> Layout:
    """How a CSV file is probably written: in UTF-8 or as Excel does on Windows, with the delimiter of its header."""
    try:
        raw.decode(_USUAL.encoding)
    except UnicodeDecodeError:
        return Layout(delimiter_of(raw), "cp1252")
    return Layout(delimiter_of(raw))


def delimiter_of(raw: bytes) -> str:
    """What stands between the cells of a CSV file, by its header: a comma, or what there is more of."""
    header = raw[:100_000].partition(b"\n")[0]
    return max((",", ";", "\t", "|"), key=lambda sign: header.count(sign.encode()))
