"""``soundings token``: make, list and revoke staff tokens, and withdraw the key that signs them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from soundings.access.roles import EVERY_AGENCY, StaffRole
from soundings_embedded.commands.help_option import HelpOption
from soundings_embedded.commands.options import (
    DEFAULT_HOME,
    CatalogueOption,
    HomeOption,
    TokenOption,
    UrlOption,
    server_url,
    staff_token,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from soundings_embedded.issued_tokens import IssuedToken

DAYS_MAX = 365
tokens = typer.Typer(add_completion=False, rich_markup_mode=None)


@tokens.callback(invoke_without_command=True, add_help_option=False)
def token(
    context: typer.Context,
    role: Annotated[
        list[StaffRole] | None, typer.Option("--role", help="What the bearer may do. May be given several times.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Who it is for; it stands in every change history.")
    ] = None,
    agency: Annotated[str, typer.Option("--agency", help="Only this agency; * is all agencies.")] = EVERY_AGENCY,
    days: Annotated[int, typer.Option("--days", min=1, max=DAYS_MAX, help="For how many days it is good.")] = 90,
    home: HomeOption = DEFAULT_HOME,
    *,
    show_help: HelpOption = False,  # noqa: ARG001 - read by its callback
) -> None:
    """Print a staff token for a person or an internal client; list, revoke and withdraw-key look after them.

    viewer reads suppressed metrics; analyst reads all figures; advocate reads what people said; manager writes the
    catalogue; admin may do everything. Send it as: Authorization: Bearer TOKEN
    """
    if context.invoked_subcommand is not None:
        return
    from soundings.kernel.ids import is_slug
    from soundings_embedded.data_dir import existing_home
    from soundings_embedded.data_dir_permissions import readable_errors

    if not role or not name:
        missing = "--name" if role else "--role"
        raise typer.BadParameter("a token needs both --role and --name.", param_hint=missing)
    if agency != EVERY_AGENCY and not is_slug(agency):
        raise typer.BadParameter("the id of an agency, or * for all of them.", param_hint="--agency")
    with readable_errors(home):
        made = existing_home(home).issue(name, role, agency, days)
    typer.echo(made)
    reach = "every agency; --agency ID limits it to one" if agency == EVERY_AGENCY else f"the agency {agency} only"
    typer.echo(f"This token reaches {reach}. It is good for {days} days.", err=True)


@tokens.command("list")
def list_tokens(
    everything: Annotated[bool, typer.Option("--all", help="Also those that have expired.")] = False,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """List the tokens that this home has issued: id, who has it, what it may do, until when; never the token itself."""
    from soundings.kernel.clock import system_clock
    from soundings_embedded.data_dir import existing_home
    from soundings_embedded.data_dir_permissions import readable_errors

    with readable_errors(home):
        place = existing_home(home)
        issued, revoked = place.issued_tokens.all(), place.issued_tokens.revoked()
        kid = place.signing_key().kid
    now = system_clock().timestamp()
    shown = [(one, _state(one, revoked, kid, now)) for one in issued]
    _show([(one, state) for one, state in shown if everything or state != "expired"])


@tokens.command()
def revoke(
    jti: Annotated[str, typer.Argument(help="The id of the token (its claim jti); `soundings token list` shows it.")],
    url: UrlOption = None,
    catalogue: CatalogueOption = None,
    token: TokenOption = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Revoke a token before its time: every service refuses it within a second, also after a restart.

    It may be a token of any issuer. Soundings must be running.
    """
    from soundings.client import Soundings
    from soundings_embedded.data_dir import existing_home
    from soundings_embedded.data_dir_permissions import readable_errors

    with readable_errors(home):
        known = existing_home(home).issued_tokens.find(jti) if (home / "secret").exists() else None
    with Soundings(server_url(url, home), token=staff_token(token, home), catalogue=catalogue) as client:
        client.revoke_token(jti, None if known is None else known.expires.isoformat())
    if known is not None:
        with readable_errors(home):
            existing_home(home).issued_tokens.note_revoked(jti)
    whose = "It is none that this home has issued." if known is None else f"It was {known.name}'s."
    typer.echo(f"{jti} is revoked. {whose}")
    _renew(home)


@tokens.command("withdraw-key")
def withdraw_key(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Withdraw the key that signs this home's tokens, and make another: every token so far stops working at once.

    A server that runs need not be started again. A new admin.token is written; other tokens must be made anew.
    """
    from soundings_embedded.data_dir import existing_home
    from soundings_embedded.data_dir_permissions import readable_errors

    with readable_errors(home):
        place = existing_home(home)
        if not yes:
            typer.confirm("All tokens of this home stop working. Go on?", abort=True)
        place.withdraw_signing_key()
    typer.echo(f"The key is withdrawn. The new admin token is in {place.admin_token}")


def _renew(home: Path) -> None:
    """An admin token that was just revoked is of no more use to its admin."""
    from soundings_embedded.data_dir import existing_home
    from soundings_embedded.data_dir_permissions import readable_errors

    if not (home / "secret").exists():
        return
    with readable_errors(home):
        place = existing_home(home)
        reason = place.renew_admin_token()
    if reason is not None:
        typer.echo(f"A new admin token is in {place.admin_token}, because {reason}.")


def _state(token: "IssuedToken", revoked: frozenset[str], kid: str | None, now: float) -> str:
    if token.expires_at <= now:
        return "expired"
    if token.jti in revoked:
        return "revoked"
    return "good" if token.kid == kid else "key withdrawn"


def _show(rows: "Iterable[tuple[IssuedToken, str]]") -> None:
    for one, state in rows:
        reach = "every agency" if one.agency == EVERY_AGENCY else one.agency or "no agency"
        typer.echo(f"{one.jti}  {state:<13} until {one.expires:%Y-%m-%d}  {'+'.join(one.roles):<9} {reach}  {one.name}")
