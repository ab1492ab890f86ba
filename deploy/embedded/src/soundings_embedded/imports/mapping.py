"""The mapping file: which column, or which template of columns, gives which field of an item, and how it is read."""

import re
import tomllib
from collections.abc import Mapping as Columns
from datetime import datetime
from itertools import permutations
from typing import Annotated, Final, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from soundings.http.problems import field_error_from_pydantic
from soundings.kernel.errors import FieldError
from soundings.kernel.zone_names import read_zone
from soundings_embedded.imports.errors import BadMapping
from soundings_embedded.imports.table_readers import MOST_HEADER_ROWS, HeaderNames, TableLayout

Kind = Literal["responses", "interactions", "tallies"]
ReadAs = Literal["text", "integer", "number", "time", "duration", "list"]
Scalar = str | Annotated[int, Field(ge=-(2**63), lt=2**63)] | Annotated[float, Field(allow_inf_nan=False)] | bool


Path = Annotated[str, Field(pattern=r"^[^.]+(\.[^.]+)*$")]
"""A field of an item, dotted where it is within another."""


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not a time zone of the IANA database")
    return name


def _known_zone(name: str) -> str:
    if read_zone(name, {}) is None:
        raise ValueError(f"{name!r} is neither an offset such as +05:30 nor a time zone of the IANA database")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


def _form(text: str) -> str:
    try:
        datetime.strptime("", text)  # noqa: DTZ007 - only whether it is a format
    except re.error as error:
        raise ValueError(f"{text!r} names one part of a time twice") from error
    except ValueError:
        return text
    return text


Format = Annotated[str, AfterValidator(_form)]
USUAL_FORMATS: Final = (
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%S.%f%z",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S%z",
    "%Y-%m-%d %H:%M:%S.%f%z",
    "%Y-%m-%d %H:%M:%S %Z",
)
"""What a time may look like where a rule names no formats."""


_PLACEHOLDER: Final = re.compile(r"\{([^{}]+)\}")


def placeholders(template: str | None) -> tuple[str, ...]:
    """The columns that a template names."""
    return tuple(_PLACEHOLDER.findall(template or ""))


def fill_template(template: str, cells: Columns[str, str]) -> str:
    """A template with the cells of a row, freed from the spaces around them."""
    return _PLACEHOLDER.sub(lambda found: cells[found[1]].strip(), template)


class FieldRule(BaseModel):
    """How one field is read from a row.

    ``column`` or ``template`` gives the text, or ``options`` the columns of a choice, one for each code; ``absent``
    lists texts that mean "no value" here; ``values`` translates texts, those of a list each
    (``otherwise`` catches the rest); ``present`` and ``missing`` are used instead of the text itself; ``read_as``
    says what it becomes, a time by the first of ``formats`` that fits, a list by splitting at ``split``.
    A column of an option is ticked with any text but those of ``unticked``; where all of them are blank or say
    ``not_asked``, there is no answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str | None = None
    template: str | None = None
    options: Annotated[dict[str, str], Field(min_length=1)] | None = None
    unticked: tuple[str, ...] = ("0", "0.0", "no", "false", "unchecked", "not selected", "not checked", "off", "n")
    not_asked: tuple[str, ...] = ("null",)
    absent: tuple[str, ...] = ()
    values: dict[str, Scalar] | None = None
    otherwise: Scalar | None = None
    present: Scalar | None = None
    missing: Scalar | None = None
    read_as: ReadAs = "text"
    formats: tuple[Format, ...] = USUAL_FORMATS
    split: Annotated[str, Field(min_length=1)] = ";"

    @model_validator(mode="after")
    def _one_source(self) -> "FieldRule":
        if [self.column, self.template, self.options].count(None) != 2:  # noqa: PLR2004 - of three, one is given
            raise ValueError("give either column or template, or options")
        return self

    def columns(self) -> tuple[str, ...]:
        """The columns that the rule looks at."""
        if self.options is not None:
            return tuple(self.options.values())
        return placeholders(self.template) if self.column is None else (self.column,)


class ImportMapping(BaseModel):
    """A mapping file. ``set`` holds what is the same for every row; ``fields`` maps dotted paths to rules."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    delimiter: Annotated[str, Field(pattern=r'^[^"\r\n\x00]$')] = ","
    encoding: str = "utf-8-sig"
    sheet: str | None = None
    header_rows: Annotated[int, Field(ge=1, le=MOST_HEADER_ROWS)] = 1
    names: HeaderNames = "first"
    zones: Annotated[dict[str, Zone], Field(max_length=200)] = {}
    absent: tuple[str, ...] = ("",)
    id: str | None = None
    set: dict[Path, Scalar | list[Scalar]] = {}
    fields: dict[Path, FieldRule | str]

    @model_validator(mode="after")
    def _no_field_within_another(self) -> "ImportMapping":
        for outer, inner in permutations({**self.set, **self.fields}, 2):
            if inner.startswith(f"{outer}."):
                raise ValueError(f"{outer} cannot have a value of its own beside {inner}")
        return self

    def layout(self) -> TableLayout:
        """How the file is to be read."""
        return TableLayout(self.delimiter, self.encoding, self.sheet, self.header_rows, self.names)

    def rules(self) -> dict[str, FieldRule]:
        """Every field's rule; a bare text is the name of a column."""
        return {path: FieldRule(column=rule) if isinstance(rule, str) else rule for path, rule in self.fields.items()}


def read_mapping(said: str | bytes) -> ImportMapping:
    """The mapping in a TOML text or file; :class:`BadMapping` says what is wrong and where."""
    try:
        text = said if isinstance(said, str) else said.decode("utf-8")
        return ImportMapping.model_validate(tomllib.loads(text))
    except UnicodeDecodeError as error:
        raise BadMapping(f"the mapping is not UTF-8: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(f"the mapping is not TOML: {error}") from error
    except ValidationError as error:
        raise BadMapping(
            "; ".join(_said(field_error_from_pydantic(one)) for one in error.errors(include_url=False))
        ) from error


def _said(fault: FieldError) -> str:
    """Where something is wrong, and what; without the names that the library gives to its own steps."""
    place = ".".join(part for part in fault.field.split(".") if "[" not in part and part != "str")
    words = "is not known here" if fault.code == "extra_forbidden" else fault.detail.removeprefix("Value error, ")
    return f"{place}: {words}"
