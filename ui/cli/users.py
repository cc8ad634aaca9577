"""Commands about who may use the pages from other machines."""

from __future__ import annotations

from typing import Annotated

import typer

from rag.settings import archives_folder
from ui.cli.console import output

users = typer.Typer(help="Add, list and remove the users of the pages.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The name that the user logs in with.")]


@users.command("add")
def add_user(
    name: Name,
    password: Annotated[
        str,
        typer.Option(
            help="Asked for when it is left out.",
            prompt=True,
            hide_input=True,
            confirmation_prompt=True,
        ),
    ],
) -> None:
    """Add a user, or give one another password."""
    from ui.web.network.users import Users

    Users(archives_folder()).add(name, password)
    output.print(f"{name} can log in.", markup=False)


@users.command("list")
def list_users() -> None:
    """List the users."""
    from ui.web.network.users import Users

    for name in Users(archives_folder()).names:
        output.print(name, markup=False)


@users.command("remove")
def remove_user(name: Name) -> None:
    """Remove a user and all keys of this user."""
    from ui.web.network.keys import Keys
    from ui.web.network.users import Users

    Users(archives_folder()).remove(name)
    Keys(archives_folder()).remove(name)
    output.print(f"{name} can no longer log in.", markup=False)


@users.command("key")
def make_key(
    name: Name,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Take all keys of this user away instead.")
    ] = False,
) -> None:
    """Print a new key, with which programs log in as this user; it is shown only now."""
    from ui.web.network.keys import Keys
    from ui.web.network.users import Users

    if name not in Users(archives_folder()).names:
        raise ValueError(f"there is no user {name!r}; add one with `rag users add {name}`")
    keys = Keys(archives_folder())
    if revoke:
        output.print(f"{keys.remove(name)} keys of {name} no longer work.", markup=False)
    else:
        output.print(keys.make(name), markup=False, soft_wrap=True)
