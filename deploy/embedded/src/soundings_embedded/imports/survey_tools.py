"""Export formats of survey tools: header rows, and columns that are not questions."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from soundings_embedded.imports.table_readers import HeaderNames, ImportTable

_NOT_BARE: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class SurveyTool:
    """How a tool writes its exports. ``fields`` are its columns by our fields, ``no_questions`` what it adds itself."""

    name: str
    signs: frozenset[str]
    """Columns, by bare name, that stand in every export of it."""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    no_questions: frozenset[str] = frozenset()
    header_rows: int = 1
    names: HeaderNames = "first"
    note: str = ""


QUALTRICS: Final = SurveyTool(
    "Qualtrics",
    frozenset({"startdate", "enddate", "responseid"}),
    {"id": "responseid", "occurred_at": "recordeddate enddate", "language": "userlanguage"},
    frozenset(
        {"startdate", "enddate", "status", "ipaddress", "progress", "durationinseconds", "finished", "recordeddate",
         "responseid", "recipientlastname", "recipientfirstname", "recipientemail", "externalreference",
         "externaldatareference", "locationlatitude", "locationlongitude", "distributionchannel", "userlanguage"}
    ),
    3,
    note='Times are in the time zone of the Qualtrics account. Status "Survey Preview" marks answers of tests.',
)  # fmt: skip
SURVEYMONKEY: Final = SurveyTool(
    "SurveyMonkey",
    frozenset({"respondentid", "collectorid"}),
    {"id": "respondentid", "occurred_at": "enddate startdate"},
    frozenset({"respondentid", "collectorid", "startdate", "enddate", "ipaddress", "emailaddress", "firstname",
               "lastname", "customdata1", "customdata"}),
    2,
    "joined",
)  # fmt: skip
_GOOGLE: Final = SurveyTool(
    "Google Forms",
    frozenset({"timestamp"}),
    {"occurred_at": "timestamp"},
    frozenset({"timestamp", "username", "emailaddress", "score"}),
    note="It exports no id: each row is known by what its mapped columns say.",
)
_TOOLS: Final = (
    QUALTRICS,
    SURVEYMONKEY,
    SurveyTool(
        "LimeSurvey",
        frozenset({"id", "submitdate", "lastpage", "startlanguage"}),
        {"id": "id", "occurred_at": "submitdate datestamp", "language": "startlanguage"},
        frozenset({"id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate", "datestamp", "ipaddr",
                   "refurl"}),
        note="submitdate is blank where somebody did not finish.",
    ),
    SurveyTool(
        "LimeSurvey",
        frozenset({"responseid", "datesubmitted", "lastpage", "startlanguage"}),
        {"id": "responseid", "occurred_at": "datesubmitted datelastaction", "language": "startlanguage"},
        frozenset({"responseid", "datesubmitted", "lastpage", "startlanguage", "seed", "datestarted", "datelastaction",
                   "ipaddress", "referrerurl", "accesscode", "token"}),
        note="Date submitted is blank where somebody did not finish.",
    ),
    SurveyTool(
        "Microsoft Forms",
        frozenset({"id", "starttime", "completiontime"}),
        {"id": "id", "occurred_at": "completiontime", "language": "language"},
        frozenset({"id", "starttime", "completiontime", "email", "name", "language", "lastmodifiedtime"}),
    ),
    SurveyTool(
        "Touchpoints",
        frozenset({"uuid", "createdat", "useragent"}),
        {"id": "uuid", "occurred_at": "createdat", "page": "page", "language": "language"},
        frozenset({"id", "uuid", "createdat", "useragent", "page", "referer", "ipaddress", "locationcode", "language",
                   "tags", "archived", "flagged", "aasmstate", "updatedat", "hostname", "querystring"}),
    ),
    SurveyTool(
        "the upload layout of OMB Circular A-11 §280",
        frozenset({"externalid", "question1", "question4"}),
        {"id": "externalid"},
        frozenset({"externalid"}),
        note="Drivers: 1 chosen, 0 not chosen, null not asked. The file has no times: set occurred_at for all rows.",
    ),
)  # fmt: skip


def bare_name(name: str) -> str:
    """A column's name without case, spaces and signs."""
    return _NOT_BARE.sub("", name.lower())


def recognised_tool(table: ImportTable) -> SurveyTool | None:
    """The tool that exported a file, detected by its columns and first rows."""
    first = [list(row.cells.values()) for row, _ in zip(table.rows(), range(2), strict=False)]
    has_import_ids = any(cell.strip().startswith('{"ImportId"') for row in first for cell in row)
    names = [bare_name(name) for name in table.columns]
    if has_import_ids:
        return QUALTRICS
    for tool in _TOOLS:
        if tool.signs <= set(names) and _has_its_header(tool, first):
            return tool
    return _GOOGLE if names[:1] == ["timestamp"] and len(names) > 1 and "id" not in names else None


def _has_its_header(tool: SurveyTool, first: Sequence[Sequence[str]]) -> bool:
    """A second row of names has nothing below the id."""
    if tool is QUALTRICS:
        return False
    return tool is not SURVEYMONKEY or (bool(first) and not first[0][0].strip())


def header_rows_of(tool: SurveyTool, table: ImportTable) -> int:
    """How many rows stand above the records: Qualtrics may leave out the questions."""
    if tool is not QUALTRICS:
        return tool.header_rows
    rows = [list(row.cells.values()) for row, _ in zip(table.rows(), range(2), strict=False)]
    found = (at for at, row in enumerate(rows, start=2) if any(cell.strip().startswith('{"ImportId"') for cell in row))
    return next(found, 1)


def question_texts(tool: SurveyTool | None, table: ImportTable) -> Mapping[str, str]:
    """The questions in a second row of the header, by column."""
    if tool is not QUALTRICS or len(table.headers) < 2:  # noqa: PLR2004 - names and questions
        return {}
    return {name: text for name, text in zip(table.columns, table.headers[1], strict=False) if text}


def by_bare_name(names: Iterable[str]) -> Mapping[str, str]:
    """The columns by their bare names, of equal ones the first."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(bare_name(name), name)
    return found
