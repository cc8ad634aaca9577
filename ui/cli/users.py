"""Commands about who may use the pages from other machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from rag.settings import SettingsFile, archives_folder
from ui.cli.console import AsJson, heard, output, write
from ui.counted import counted

if TYPE_CHECKING:
    from ui.web.network.users import Role, Users

users = typer.Typer(help="Add, list and remove the users of the pages.", no_args_is_help=True)

_ROLES = (
    "reader (asks and browses), editor (adds, edits and deletes articles too) or admin (makes and "
    "deletes archives, evaluates, sees feedback too)."
)

Name = Annotated[str, typer.Argument(help="The name that the user logs in with.")]


@users.command("add")
@heard
def add_user(
    name: Name,
    password: Annotated[
        str,
        typer.Option(
            help="If it is left out, you are asked for it.",
            prompt=True,
            hide_input=True,
            confirmation_prompt=True,
        ),
    ],
    role: Annotated[
        str | None,
        typer.Option(help=f"{_ROLES} By default a new user is a reader."),
    ] = None,
) -> None:
    """Add a user, or change a user's password."""
    known = _users()
    known.add(name, password, role=_role(role) if role else None)
    write(f"{name} can log in, as {_article(known, name)}.")


@users.command("list")
@heard
def list_users(as_json: AsJson = False) -> None:
    """List the users with their roles."""
    known = _users()
    roles = {name: str(user.role) for name in known.names if (user := known.get(name))}
    if as_json:
        output.print_json(json.dumps([{"name": name, "role": roles[name]} for name in roles]))
        return
    if not roles:
        write("No users yet; `rag users add NAME` adds one.")
    for name, role in roles.items():
        write(f"{name}  {role}")


@users.command("role")
@heard
def set_role(
    name: Name,
    role: Annotated[str, typer.Argument(help=_ROLES)],
) -> None:
    """Give a user another role; it takes effect at the next click."""
    known = _users()
    known.set_role(name, _role(role))
    write(f"{name} is now {_article(known, name)}.")


@users.command("remove")
@heard
def remove_user(name: Name) -> None:
    """Remove a user with all their keys, log-ins and conversations."""
    _users().remove(name)
    write(f"{name} can no longer log in.")


@users.command("key")
@heard
def make_key(
    name: Name,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Revoke all keys of this user instead.")
    ] = False,
) -> None:
    """Print a new key, with which programs log in as this user; it is shown only once."""
    from ui.web.network.keys import Keys

    known = _users()
    if name not in known.names:
        raise ValueError(f"there is no user {name!r}; add one with `rag users add {name}`")
    keys = Keys(known.shared)
    if revoke:
        write(f"Revoked {counted(keys.remove(name), 'key')} of {name}.")
    else:
        typer.echo(keys.make(name))


def _users() -> Users:
    from rag.store.shared.database import Shared
    from ui.web.network.users import Users

    return Users(Shared.beside(archives_folder(), url=SettingsFile.find().settings.database))


def _role(name: str) -> Role:
    from ui.web.network.users import Role

    try:
        return Role(name)
    except ValueError:
        raise ValueError(f"{name!r} is not a role; choose {', '.join(Role)}") from None


def _article(users: Users, name: str) -> str:
    user = users.get(name)
    role = str(user.role) if user else "nobody"
    return f"an {role}" if role[0] in "ae" else f"a {role}"
