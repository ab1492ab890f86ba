"""``soundings erase``, ``rotate`` and ``redaction``: what a privacy officer does."""

import sys
from typing import Annotated

import typer

from soundings_embedded.commands.options import (
    DEFAULT_HOME,
    CatalogueOption,
    FeedbackOption,
    HomeOption,
    MetricsOption,
    TokenOption,
    UrlOption,
    server_url,
    staff_token,
)

_AGENCY = typer.Argument(help="The id of the agency.")


def erase(
    agency: Annotated[str, _AGENCY],
    url: UrlOption = None,
    feedback: FeedbackOption = None,
    metrics: MetricsOption = None,
    token: TokenOption = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Erase everything that an agency has from one person, whatever key their pseudonym was made with.

    Asks for the identifier (e-mail address, account, telephone number) that senders gave as `person`, so that it is
    not kept in the shell history; or reads it from the standard input. The exit code is 3 when something was refused.
    """
    from soundings.client import Soundings
    from soundings_embedded.erasure.use_cases import erase_person

    person = _person()
    with Soundings(server_url(url, home), token=staff_token(token, home), feedback=feedback, metrics=metrics) as client:
        done = erase_person(client, agency, person)
    for record, reason in done.refused:
        typer.echo(f"not erased: {record['kind']} {record['id']} of {record['source_id']}: {reason}", err=True)
    typer.echo(f"{done.records:,} records erased, {len(done.refused):,} refused.")
    if done.refused:
        raise typer.Exit(3)


def rotate(
    agency: Annotated[str, _AGENCY],
    url: UrlOption = None,
    catalogue: CatalogueOption = None,
    token: TokenOption = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Rotate the key of an agency's subjects: from now on people have new pseudonyms, unlinked to the ones before.

    Erasing a person still finds the old ones.
    """
    from soundings.client import Soundings

    with Soundings(server_url(url, home), token=staff_token(token, home), catalogue=catalogue) as client:
        body = client.get("agencies", agency)
        if body is None:
            raise typer.BadParameter(f"there is no agency {agency!r}")
        version = int(str(body.get("subject_key_version", 1))) + 1
        client.patch("agencies", agency, {"subject_key_version": version})
    typer.echo(f"Pseudonyms of {agency} begin with v{version}: from now on. Files that declare this agency need")
    typer.echo(f"subject_key_version: {version}")


def redaction() -> None:
    """Measure how well redaction finds personal data in the labelled texts, kind by kind, and show each mistake."""
    from feedback_api.redaction.evaluate import main

    main()


def _person() -> str:
    """Prompted for on a terminal, else the first line of the standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt("The person's identifier", hide_input=True))
    return sys.stdin.readline().strip()
