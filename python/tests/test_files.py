"""Tests of checkpoints: convert, check, inspect, and the command `ulp`."""

import os
import signal
import subprocess
import sys
import sysconfig
import threading

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import ulp_float


@pytest.fixture
def weights(tmp_path):
    random = np.random.default_rng(0)
    tensors = {f"layers.{nth}.weight": random.normal(size=(64, 96)).astype("f4") for nth in range(3)}
    tensors["norm"] = np.full(8, 1e6, dtype="f4")
    tensors["ids"] = np.arange(5)
    save_file(tensors, tmp_path / "model.safetensors")
    return tmp_path / "model.safetensors", tensors


def test_convert(weights, tmp_path):
    src, tensors = weights
    seen = []
    summary = ulp_float.convert(src, tmp_path / "out.safetensors", to="f16", keep=["ids"], progress=lambda *told: seen.append(told))
    assert (summary["to"], summary["overflowed"], summary["cast"]["tensors"]) == ("float16", 8, 4)
    out = load_file(tmp_path / "out.safetensors")
    with np.errstate(over="ignore"):
        for name, x in tensors.items():
            np.testing.assert_array_equal(out[name], x.astype("f2") if x.dtype == np.float32 else x)
    done, total, activity = seen[-1]
    assert done == total > 0 and activity in ("reading", "writing")


def test_convert_rounds_as_cast_does(weights, tmp_path):
    src, tensors = weights
    for nth, options in enumerate(
        [dict(rounding="toward_zero"), dict(saturate=True), dict(rounding="to_odd", saturate=True), dict(seed=3)]
    ):
        ulp_float.convert(src, tmp_path / f"{nth}.safetensors", to="f16", threads=2, sync=False, **options)
        out = load_file(tmp_path / f"{nth}.safetensors")
        if "seed" not in options:
            np.testing.assert_array_equal(out["norm"], ulp_float.cast(tensors["norm"], "f16", **options))
            np.testing.assert_array_equal(out["layers.0.weight"], ulp_float.cast(tensors["layers.0.weight"], "f16", **options))


def test_check_and_inspect(weights):
    src, _ = weights
    report = ulp_float.check(src, to="f16")
    assert "norm" in str(report) and isinstance(report, (dict, list))
    assert ulp_float.check(str(src), to="all", only=["norm"])
    report = ulp_float.inspect(src, to="nvfp4", largest=1)
    assert isinstance(report, dict) and "layers.0.weight" in str(report)


def test_errors_say_what_they_are_about(weights, tmp_path):
    src, _ = weights
    taken = tmp_path / "taken"
    taken.write_text("mine")
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"\xff" * 20)
    for call, kind, path in [
        (lambda: ulp_float.convert(tmp_path / "none", tmp_path / "o", to="bf16"), "io", tmp_path / "none"),
        (lambda: ulp_float.convert(broken, tmp_path / "o", to="bf16"), "header", broken),
        (lambda: ulp_float.convert(src, taken, to="bf16"), "exists", taken),
        (lambda: ulp_float.convert(src, tmp_path / "o", to="nonsense"), "option", src),
        (lambda: ulp_float.convert(src, tmp_path / "o", to="bf16", keep=["("]), "option", src),
        (lambda: ulp_float.convert(src, tmp_path / "o", to="bf16", rounding="up"), "usage", None),
        (lambda: ulp_float.convert(src, tmp_path / "o", to="bf16", seed=1, rounding="to_odd"), "usage", None),
        (lambda: ulp_float.convert(src, tmp_path / "o", to="bf16", threads=0), "usage", None),
        (lambda: ulp_float.convert(src, tmp_path / "o", to="bf16", part=(3, 2)), "usage", None),
        (lambda: ulp_float.check(broken, to="bf16"), "header", broken),
        (lambda: ulp_float.inspect(broken), "header", broken),
    ]:
        with pytest.raises(ulp_float.Error) as raised:
            call()
        error = raised.value
        assert (error.kind, error.path and os.fspath(error.path)) == (kind, path and os.fspath(path)), str(error)
        assert str(error) and error.exit_code == 2
        assert not (tmp_path / "o").exists()
    assert taken.read_text() == "mine"
    with pytest.raises(TypeError, match="lists"):
        ulp_float.convert(src, tmp_path / "o", to="bf16", keep="norm")
    with pytest.raises(ulp_float.Error, match="only convert, check and inspect"):
        ulp_float._native.call(["finfo"])


def test_a_path_is_no_option(weights, tmp_path, monkeypatch):
    src, _ = weights
    monkeypatch.chdir(tmp_path)
    os.rename(src, "--to=f16")
    ulp_float.convert("--to=f16", "-h", to="bf16")
    assert load_file("-h")["norm"].dtype == ml_dtypes.bfloat16


@pytest.fixture
def large(tmp_path):
    save_file({f"w{nth}": np.zeros(1 << 24, dtype="f4") for nth in range(4)}, tmp_path / "large.safetensors")
    return tmp_path / "large.safetensors"


def test_what_progress_raises_ends_it(large, tmp_path):
    class Stop(Exception):
        pass

    def progress(done, total, activity):
        raise Stop

    before = set(os.listdir(tmp_path))
    with pytest.raises(Stop):
        ulp_float.convert(large, tmp_path / "out.safetensors", to="f8_e5m2", progress=progress)
    # The output exists only if it was complete before the first call of `progress`.
    assert set(os.listdir(tmp_path)) - before <= {"out.safetensors"}


@pytest.mark.skipif(os.name != "posix", reason="a signal is sent")
def test_ctrl_c(large, tmp_path):
    """The signal comes while the command works, because `progress` raises it."""
    # If the tests run in the background, the signal is ignored at first.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    before = set(os.listdir(tmp_path))

    def progress(done, total, activity):
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        ulp_float.convert(large, tmp_path / "out.safetensors", to="f8_e5m2", progress=progress)
    assert set(os.listdir(tmp_path)) - before <= {"out.safetensors"}


def test_other_threads_run_meanwhile(large):
    counted = []
    thread = threading.Thread(target=lambda: counted.append(ulp_float.check(large, to="f16")))
    thread.start()
    thread.join()
    assert counted


def test_a_bar_of_tqdm():
    pytest.importorskip("tqdm")
    from ulp_float import _files

    bar = _files._bar()
    with bar:
        for done in (0, 5, 10):
            bar(done, 10, "reading")
        bar(3, 20, "writing")


def test_the_command(weights, tmp_path):
    src, _ = weights
    name = "ulp.exe" if os.name == "nt" else "ulp"
    command = os.path.join(sysconfig.get_path("scripts"), name)
    ran = subprocess.run([command, "convert", src, tmp_path / "out.safetensors", "--to", "bf16", "-q"], capture_output=True, text=True)
    assert ran.returncode == 0 and "4 cast to bfloat16" in ran.stdout, ran.stderr
    assert load_file(tmp_path / "out.safetensors")["norm"].dtype == ml_dtypes.bfloat16
    ran = subprocess.run([command, "convert", src, tmp_path / "out.safetensors", "--to", "bf16"], capture_output=True, text=True)
    # The output that exists is the output that this conversion would make.
    assert ran.returncode == 3 and "exists already" in ran.stderr
    ran = subprocess.run([command, "convert", src, tmp_path / "out.safetensors", "--to", "f16"], capture_output=True, text=True)
    assert ran.returncode == 2 and "exists already" in ran.stderr
    ran = subprocess.run([command, "--version"], capture_output=True, text=True)
    assert ran.returncode == 0 and ran.stdout.startswith("ulp ")
