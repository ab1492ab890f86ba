"""Infers a draft mapping from the columns of a file, as TOML to be reviewed and completed."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from soundings_embedded.imports.column_profiles import FORMATS, ColumnProfile, is_ambiguous, profile_columns
from soundings_embedded.imports.csv_tables import separator_line
from soundings_embedded.imports.mapping import Kind
from soundings_embedded.imports.question_drafts import draft_questions, form_lines, slug_of, toml_text
from soundings_embedded.imports.survey_tools import (
    SurveyTool,
    bare_name,
    by_bare_name,
    header_rows_of,
    question_texts,
    recognised_tool,
)
from soundings_embedded.imports.table_readers import EXCEL, LINES, FileContent, ImportTable, TableLayout, read_table
from soundings_embedded.imports.text_files import guess_encoding, open_lines

_USUAL: Final = TableLayout()
_NOT_IN_WORDS: Final = re.compile(r"[^a-z0-9]+")
_DELIMITERS: Final = (",", ";", "\t", "|")
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
                        "recordeddate", "starttime", "startdate", "submitdate", "completiontime", "when", "submitted"),
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


@dataclass(frozen=True, slots=True)
class FileDraft:
    """A first mapping of a file in TOML; for responses also a form in YAML that fits it."""

    mapping: str
    form: str | None


def draft_of(content: FileContent, suffix: str, kind: Kind | None, file_name: str, *, with_form: bool) -> FileDraft:
    """The draft of a file, however it is written. ``with_form`` makes questions part of the mapping, not comments."""
    layout = layout_of(content, suffix)
    table = read_table(content, suffix, layout)
    tool = recognised_tool(table)
    if tool is not None and kind in {None, "responses"}:
        layout = replace(layout, header_rows=header_rows_of(tool, table), names=tool.names)
        table = read_table(content, suffix, layout)
    else:
        tool = None
    draft = _Draft(table, kind, file_name, layout, tool, with_form=with_form)
    return FileDraft("\n".join(draft.lines()) + "\n", draft.form())


def draft_mapping(table: ImportTable, kind: Kind | None, file_name: str, layout: TableLayout = _USUAL) -> str:
    """A mapping in TOML that can be read as it is; lines to be decided are comments. Without a kind one is guessed."""
    tool = recognised_tool(table) if kind in {None, "responses"} else None
    return "\n".join(_Draft(table, kind, file_name, layout, tool, with_form=False).lines()) + "\n"


class _Draft:
    """The parts of a first mapping."""

    def __init__(
        self,
        table: ImportTable,
        kind: Kind | None,
        file_name: str,
        layout: TableLayout,
        tool: SurveyTool | None,
        *,
        with_form: bool,
    ) -> None:
        self._asked, self._name, self._layout, self._tool = kind, file_name, layout, tool
        self._with_form = with_form
        self._columns = profile_columns(table, question_texts(tool, table))
        self._kind: Kind = kind or ("responses" if tool else _guess(self._columns))
        self._fields = _placed(self._columns, self._kind, tool)
        self._by_name = {column.name: column for column in self._columns}
        self._rest = [column for column in self._columns if column.name not in self._fields]
        own = frozenset[str]() if tool is None else tool.no_questions
        asked = [column for column in self._rest if bare_name(column.name) not in own and column.personal is None]
        self._questions = draft_questions(asked) if self._kind == "responses" else []
        self._form_id = slug_of(file_name.rpartition(".")[0] or file_name) or "survey"

    def lines(self) -> Iterator[str]:
        """The mapping, line by line."""
        yield f"# A first mapping of {toml_text(self._name)}, made from its columns. Read every line before you import."
        if self._tool is not None:
            yield f"# It looks like an export of {self._tool.name}.{' ' if self._tool.note else ''}{self._tool.note}"
        yield from self._warnings()
        guess = "" if self._asked else "                # a guess: responses, interactions or tallies"
        yield f'kind = "{self._kind}"{guess}'
        yield 'time_zone = "UTC"                 # the zone of times that have no offset, like "America/New_York"'
        yield 'absent = [""]                     # texts that mean "no value" in every column'
        yield from self._suspects()
        yield from self._layout_lines()
        yield from self._identity()
        yield from ("", "[set]                              # the same for every row")
        yield from self._constants()
        yield from ("", "[fields]")
        yield from (_line(field, self._by_name[name]) for name, field in self._fields.items() if field != "id")
        yield from self._missing()
        yield from self._loose()
        yield from self._form_comment()

    def form(self) -> str | None:
        """The form that fits, in YAML."""
        if self._kind != "responses" or not self._questions:
            return None
        head = [f"# A form for {toml_text(self._name)}. Say your agency, service and source, and read every line."]
        return "\n".join([*head, *form_lines(self._form_id, self._title(), self._questions)]) + "\n"

    def _title(self) -> str:
        return self._name.rpartition(".")[0] or self._name

    def _warnings(self) -> Iterator[str]:
        for column in self._columns:
            if column.personal is not None:
                advice = "map it to person, of which only a keyed hash is kept, or leave it out"
                advice = advice if column.personal == "e-mail addresses" else "leave it out"
                yield f"# WARNING: {_flat(column.name)} looks like {column.personal}: {advice}."

    def _suspects(self) -> Iterator[str]:
        options = {name for one in self._questions if len(one.columns) > 1 for name in one.columns}
        found = [(text, column) for column in self._columns for text in column.suspects if column.name not in options]
        if found:
            texts = json.dumps(["", *dict.fromkeys(text for text, _ in found)], ensure_ascii=False)
            where = ", ".join(
                f"{_flat(text)} in {_flat(column.name)} {column.suspects[text]} times" for text, column in found[:10]
            )
            yield f"# These are answers unless you say otherwise: {where}."
            yield f'# Where they mean "no value" write: absent = {texts}'

    def _layout_lines(self) -> Iterator[str]:
        layout = self._layout
        if layout.delimiter != _USUAL.delimiter:
            yield f"delimiter = {toml_text(layout.delimiter)}"
        if layout.encoding != _USUAL.encoding:
            yield f"encoding = {toml_text(layout.encoding)}   # a guess: see whether accents are right"
        if layout.header_rows != 1:
            yield f"header_rows = {layout.header_rows}"
        if layout.names != "first":
            yield f'names = "{layout.names}"             # a question, and below it the option of each column'

    def _identity(self) -> Iterator[str]:
        named = next((name for name, field in self._fields.items() if field == "id" and not {*"{}"} & {*name}), None)
        if named is not None:
            yield f"id = {toml_text('{' + named + '}')}   # the same row is always the same record"
        else:
            yield '# id = "{COLUMN}"                 # without it, the id is made from what the mapped columns say'

    def _constants(self) -> Iterator[str]:
        for name, value in _SET[self._kind]:
            if name not in self._fields.values():
                yield f'{name} = "{self._form_id if name == "form_id" and self._with_form else value}"'

    def _missing(self) -> Iterator[str]:
        for field in _NEEDED[self._kind]:
            if field not in self._fields.values():
                yield f'# {field} = {{ column = "…" }}      # needed: no column looks like it'

    def _loose(self) -> Iterator[str]:
        if not self._rest:
            return
        live = "" if self._with_form else "# "
        yield from ("", "# Columns without a place:" if live else "# Questions of the form:")
        for one in self._questions:
            yield f"{live}{toml_text(f'answers.{one.id}')} = {{ {', '.join(one.rule)} }}   # {_printable(one.seen)}"
        asked = {name for one in self._questions for name in one.columns}
        for column in self._rest:
            if self._kind != "responses":
                yield _loose(column, self._kind)
            elif column.name not in asked:
                yield f"# {_flat(column.name)} is no question   # {_printable(column.personal or column.looks)}"

    def _form_comment(self) -> Iterator[str]:
        if self._kind == "responses" and self._questions and not self._with_form:
            yield from ("", "# A form that fits (soundings import --draft FILE --form FORM.yaml writes it to a file):")
            yield from (f"# {line}" for line in form_lines(self._form_id, self._title(), self._questions))


def _flat(text: str) -> str:
    return toml_text(_printable(text)[:100])


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _guess(columns: Sequence[ColumnProfile]) -> Kind:
    bare = {bare_name(column.name) for column in columns}
    if bare & {"bins", "grain", "transactions", "pageviews"}:
        return "tallies"
    fields = ("started_at", "ended_at", "wait_s", "talk_s", "outcome")
    general = {"date", "timestamp", "start", "end", "created", "starttime"}
    signs = {name for field in fields for name in _NAMES["interactions"][field]} - general
    return "interactions" if bare & signs else "responses"


def _placed(columns: Sequence[ColumnProfile], kind: Kind, tool: SurveyTool | None) -> dict[str, str]:
    """The field of each column that has the name of one; of several the one whose name is listed first.

    Without a column named for the time of a response or contact, the first timestamp column is taken.
    """
    bare = by_bare_name(column.name for column in columns)
    looks = {column.name: column.looks for column in columns}
    placed: dict[str, str] = {}
    for field, names in _NAMES[kind].items():
        known = [*tool.fields[field].split(), *names] if tool is not None and field in tool.fields else names
        there = [bare[name] for name in known if name in bare and bare[name] not in placed]
        if field.endswith("_at"):
            there = [name for name in there if looks[name] in {"time", "nothing"}] or there
        if there:
            placed[there[0]] = field
    for field in _NEEDED[kind]:
        if field not in placed.values():
            first = next((one.name for one in columns if one.looks == "time" and one.name not in placed), None)
            if first is not None:
                placed[first] = field
    return placed


def _line(field: str, column: ColumnProfile) -> str:
    quoted = toml_text(field) if "." in field else field
    name = toml_text(column.name)
    nobody = ["anonymous"] if field == "person" and "anonymous" in {*column.values, *column.sample} else []
    absents = [*column.suspects, *nobody]
    absent = f"absent = {json.dumps(absents, ensure_ascii=False)}, " if absents else ""
    place = f"column = {name}, {absent}".removesuffix(", ")
    if field.endswith("_s"):
        return f'{quoted} = {{ {place}, read_as = "duration" }}'
    if field.endswith("_at") or (field == "start" and column.looks == "time"):
        doubt = "   # day or month first?" if is_ambiguous(column.formats) else ""
        formats = json.dumps(list(column.formats[:1] or FORMATS[:1]))
        if field == "start":
            return f"{quoted} = {{ {place} }}{doubt}"
        return f'{quoted} = {{ {place}, read_as = "time", formats = {formats} }}{doubt}'
    if column.values and field in {"outcome", "channel", "kind", "direction", "reason", "grain"}:
        values = ", ".join(f"{toml_text(v)} = {toml_text(_word(v))}" for v in column.values)
        return f"{quoted} = {{ {place}, values = {{ {values} }} }}   # translate each into our word for it"
    read_as = {"topic": ', read_as = "list"', "total": ', read_as = "number"'}.get(field, "")
    return f"{quoted} = {{ {place}{read_as} }}"


def _word(value: str) -> str:
    return _NOT_IN_WORDS.sub("_", value.lower()).strip("_")


def _loose(column: ColumnProfile, kind: Kind) -> str:
    seen = _printable(f"   # {column.looks}" + (f": {', '.join(column.values)}" if column.values else ""))
    part, read_as = ("bins", ', read_as = "integer"') if kind == "tallies" else ("attributes", "")
    return f'# "{part}.{slug_of(column.name) or "column"}" = {{ column = {toml_text(column.name)}{read_as} }}{seen}'


def layout_of(content: FileContent, suffix: str = ".csv") -> TableLayout:
    """How a file is probably written: its encoding, and the delimiter of its header."""
    if suffix.lower() in EXCEL:
        return _USUAL
    encoding = guess_encoding(content)
    if suffix.lower() in LINES:
        return TableLayout(encoding=encoding)
    said = separator_line(content, encoding)
    return TableLayout(said or _delimiter_of(content, encoding), encoding)


def _delimiter_of(content: FileContent, encoding: str) -> str:
    """The delimiter of a CSV file: the most frequent candidate in its header, a comma on a tie."""
    with open_lines(content, encoding) as lines:
        header = next(lines, "")
    return max(_DELIMITERS, key=header.count)
