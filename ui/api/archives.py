"""Archives listed, made and deleted, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from ui.api.desk import Desk, DeskOf
from ui.api.faults import WRITING
from ui.api.replies import ArchiveList, ArchiveRecord
from ui.api.requests import NewArchive
from ui.api.roles import ADMINISTERING

router = APIRouter(prefix="/archives", tags=["archives"])


@router.get("")
def list_archives(desk: DeskOf) -> ArchiveList:
    """List the archives of this server."""
    return ArchiveList(archives=[record(desk, name) for name in desk.library.names])


@router.post("", status_code=201, responses=WRITING, dependencies=ADMINISTERING)
def make_archive(wish: NewArchive, desk: DeskOf) -> ArchiveRecord:
    """Make an empty archive."""
    return record(desk, desk.library.create(wish.name).folder.name)


@router.get("/{name}")
def get_archive(name: str, desk: DeskOf) -> ArchiveRecord:
    """Return an archive in numbers."""
    return record(desk, name)


@router.delete("/{name}", status_code=204, responses=WRITING, dependencies=ADMINISTERING)
def delete_archive(name: str, desk: DeskOf) -> None:
    """Delete an archive with all its articles; not the one that the server was started with."""
    desk.library.delete(name)


def record(desk: Desk, name: str) -> ArchiveRecord:
    """Return the archive of a name in numbers; `MissingError` when there is none."""
    stats = desk.library.get(name).stats()
    fields = ArchiveRecord.model_fields.keys() - {"name"}
    return ArchiveRecord(name=name, **{field: getattr(stats, field) for field in fields})
