"""The mapping file: which column, or which template of columns, gives which field of an item, and how it is read."""

import re
import tomllib
from datetime import datetime
from itertools import permutations
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from soundings.http.problems import fault_of
from soundings.kernel.errors import Fault
from soundings_embedded.imports.errors import BadMapping

Kind = Literal["responses", "interactions", "tallies"]
ReadAs = Literal["text", "integer", "number", "time", "duration", "list"]
Scalar = str | Annotated[int, Field(ge=-(2**63), lt=2**63)] | Annotated[float, Field(allow_inf_nan=False)] | bool


Path = Annotated[str, Field(pattern=r"^[^.]+(\.[^.]+)*$")]
"""A field of an item, dotted where it is within another."""


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not a time zone of the IANA database")
    return name


def _form(text: str) -> str:
    try:
        datetime.strptime("", text)  # noqa: DTZ007 - only whether it is a format
    except re.error as error:
        raise ValueError(f"{text!r} names one part of a time twice") from error
    except ValueError:
        return text
    return text


Format = Annotated[str, AfterValidator(_form)]


class Rule(BaseModel):
    """How one field is read from a row.

    ``column`` or ``template`` gives the text; ``absent`` lists texts that mean "no value" here; ``values`` translates
    texts (``otherwise`` catches the rest); ``present`` and ``missing`` are used instead of the text itself; ``read_as``
    says what it becomes, a time by the first of ``formats`` that fits, a list by splitting at ``split``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str | None = None
    template: str | None = None
    absent: tuple[str, ...] = ()
    values: dict[str, Scalar] | None = None
    otherwise: Scalar | None = None
    present: Scalar | None = None
    missing: Scalar | None = None
    read_as: ReadAs = "text"
    formats: tuple[Format, ...] = (
        "%Y-%m-%dT%H:%M:%S%z",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%d",
    )
    split: Annotated[str, Field(min_length=1)] = ";"

    @model_validator(mode="after")
    def _one_source(self) -> "Rule":
        if (self.column is None) == (self.template is None):
            raise ValueError("give either column or template")
        return self


class Mapping(BaseModel):
    """A mapping file. ``set`` holds what is the same for every row; ``fields`` maps dotted paths to rules."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    delimiter: Annotated[str, Field(pattern=r'^[^"\r\n\x00]$')] = ","
    encoding: str = "utf-8-sig"
    sheet: str | None = None
    absent: tuple[str, ...] = ("",)
    id: str | None = None
    set: dict[Path, Scalar | list[Scalar]] = {}
    fields: dict[Path, Rule | str]

    @model_validator(mode="after")
    def _no_field_within_another(self) -> "Mapping":
        for outer, inner in permutations({**self.set, **self.fields}, 2):
            if inner.startswith(f"{outer}."):
                raise ValueError(f"{outer} cannot have a value of its own beside {inner}")
        return self

    def rules(self) -> dict[str, Rule]:
        """Every field's rule; a bare text is the name of a column."""
        return {path: Rule(column=rule) if isinstance(rule, str) else rule for path, rule in self.fields.items()}


def read_mapping(said: str | bytes) -> Mapping:
    """The mapping in a TOML text or file; :class:`BadMapping` says what is wrong and where."""
    try:
        text = said if isinstance(said, str) else said.decode("utf-8")
        return Mapping.model_validate(tomllib.loads(text))
    except UnicodeDecodeError as error:
        raise BadMapping(f"the mapping is not UTF-8: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(f"the mapping is not TOML: {error}") from error
    except ValidationError as error:
        raise BadMapping("; ".join(_said(fault_of(one)) for one in error.errors(include_url=False))) from error


def _said(fault: Fault) -> str:
    """Where something is wrong, and what; without the names that the library gives to its own steps."""
    place = ".".join(part for part in fault.field.split(".") if "[" not in part and part != "str")
    words = "is not known here" if fault.code == "extra_forbidden" else fault.detail.removeprefix("Value error, ")
    return f"{place}: {words}"
