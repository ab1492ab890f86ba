"""``soundings key``: make, list and revoke the keys with which a source sends."""

from typing import TYPE_CHECKING, Annotated

import typer

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
    from soundings.client import Soundings


def key(
    source: Annotated[str, typer.Argument(help="The id of the source.")],
    lists: Annotated[bool, typer.Option("--list", help="List its keys; never their secrets.")] = False,
    revoke: Annotated[
        str | None, typer.Option("--revoke", metavar="KEY_ID", help="Revoke this key for good; --list shows its id.")
    ] = None,
    label: Annotated[
        str | None, typer.Option("--label", help="What the new key is for; at most 100 characters.")
    ] = None,
    url: UrlOption = None,
    catalogue: CatalogueOption = None,
    token: TokenOption = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Print a new key of a source, which is shown this once; or list its keys, or revoke one.

    A source sends with its key as Authorization: Bearer KEY. Soundings must be running.
    """
    from soundings.client import Soundings

    if lists and revoke is not None:
        raise typer.BadParameter("give one of --list and --revoke.", param_hint="--revoke")
    if label is not None and (lists or revoke is not None):
        raise typer.BadParameter("only a new key takes a label.", param_hint="--label")
    with Soundings(server_url(url, home), token=staff_token(token, home), catalogue=catalogue) as client:
        if lists:
            _show(client, source)
        elif revoke is not None:
            client.revoke_key(source, revoke)
            typer.echo(f"The key {revoke} of {source} is revoked: what is sent with it is refused from now on.")
        else:
            typer.echo(client.new_key(source, label))
            typer.echo(f"Keep this key of {source}: it is not shown again. --list shows which there are.", err=True)


def _show(client: "Soundings", source: str) -> None:
    for one in client.list_keys(source):
        revoked = f", revoked {str(one['revoked_at'])[:10]} by {one['revoked_by']}" if one["revoked_at"] else ""
        made = f"made {str(one['created_at'])[:10]} by {one['created_by']}"
        label = f"  {one['label']}" if one["label"] else ""
        typer.echo(f"{one['key_id']}  {one['state']:<7}  {made}{revoked}{label}")
