"""Tests the program `ulp check`: its figures must equal the figures that numpy computes from the casts of ml_dtypes."""

import json
import os
import subprocess
import tempfile
import unittest

import ml_dtypes
import numpy as np
from checkpoints import hard, write, write_shards
from reference import FLOATS, TARGETS, cast, is_float, saturate

ULP = os.path.abspath(os.environ["ULP"])
COUNTS = ["overflowed", "became_zero", "became_nan", "subnormal", "nans", "infinities"]
ERRORS = ["largest_relative_error", "mean_relative_error"]


def figures(before, to, after):
    """Returns the figures that a row must have for these float64 numbers."""
    with_infinity = np.isinf(np.array(np.inf).astype(FLOATS[to]).astype(np.float64))
    finite = np.isfinite(before)
    # Without saturation, a number that overflows is no longer finite. An infinity that stays an infinity has not overflowed.
    overflowed = ~np.isnan(before) & ~np.isfinite(after) & ~(np.isinf(before) & with_infinity)
    kept = finite & np.isfinite(after)
    b, a = before[kept], after[kept]
    error = np.abs(a - b)
    relative = error[b != 0] / np.abs(b[b != 0])
    signal, noise = np.sum(b * b), np.sum(error * error)
    normal = float(ml_dtypes.finfo(FLOATS[to]).smallest_normal)
    return {
        "amax": np.abs(before[finite]).max(initial=0.0),
        "overflowed": np.count_nonzero(overflowed),
        "became_zero": np.count_nonzero((a == 0) & (b != 0)),
        "became_nan": np.count_nonzero(np.isnan(after) & ~np.isnan(before)),
        "subnormal": np.count_nonzero((a != 0) & (np.abs(a) < normal)),
        "nans": np.count_nonzero(np.isnan(before)),
        "infinities": np.count_nonzero(np.isinf(before)),
        "largest_relative_error": relative.max(initial=0.0),
        "mean_relative_error": relative.mean() if relative.size else 0.0,
        "snr_db": 10 * np.log10(signal / noise) if 0 < noise < np.inf and 0 < signal < np.inf else None,
    }


class Check(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(directory.name)
        self.random = np.random.default_rng(11)
        # The tests include overflow and NaN on purpose.
        self.enterContext(np.errstate(all="ignore"))

    def check(self, *arguments):
        done = subprocess.run([ULP, "check", *arguments, "--json"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return json.loads(done.stdout)

    def compare(self, found, expected, about):
        for key in ["amax", *COUNTS]:
            self.assertEqual(found[key], expected[key], f"{about}: {key}")
        for key in ERRORS:
            np.testing.assert_allclose(found[key], expected[key], rtol=1e-9, err_msg=f"{about}: {key}")
        if expected["snr_db"] is None:
            self.assertIsNone(found["snr_db"], about)
        else:
            np.testing.assert_allclose(found["snr_db"], expected["snr_db"], atol=1e-6, err_msg=about)

    def test_every_dtype(self):
        tensors = hard(self.random)
        write("in", tensors)
        for to in TARGETS:
            rows = {row["name"]: row for row in self.check("in", "--to", to)}
            self.assertEqual(rows.keys(), {name for name, tensor in tensors.items() if is_float(tensor)})
            for name, row in rows.items():
                before, after = (x.astype(np.float64).ravel() for x in (tensors[name], cast(tensors[name], to)))
                self.assertEqual(row["shape"], list(tensors[name].shape))
                self.compare(row, figures(before, to, after), f"{name} to {to}")

    def weights(self):
        """Returns tensors of several magnitudes. Some tensors are larger than one piece of the program's work."""
        normal = self.random.standard_normal
        tensors = {f"layers.{i}.weight": (normal((401, 509)) * 10.0**i).astype(np.float32) for i in range(-6, 7)}
        tensors["half"] = normal(77_777).astype(np.float16)
        tensors["brain"] = (normal(300) * 1e30).astype(np.float32).astype(FLOATS["BF16"])
        tensors["broken"] = np.array([1.0, np.nan, np.inf, -np.inf, 3e38, -1e-45], np.float32)
        tensors["ids"] = np.arange(7)
        return tensors

    def test_all_formats(self):
        tensors = self.weights()
        names = list(tensors)
        write_shards("in", [{name: tensors[name] for name in names[i::3]} for i in range(3)], {})
        floats = [tensor for tensor in tensors.values() if is_float(tensor)]
        formats = {row["format"]: row for row in self.check("in", "--to", "all", "--threads", "3")}
        before = np.concatenate([tensor.astype(np.float64).ravel() for tensor in floats])
        for to in TARGETS:
            row = formats[str(FLOATS[to])]
            after = np.concatenate([cast(tensor, to).astype(np.float64).ravel() for tensor in floats])
            self.compare(row, figures(before, to, after), f"all to {to}")
            self.assertEqual(row["elements"], before.size)
            self.assertEqual(row["bytes"], before.size * FLOATS[to].itemsize)
            self.assertEqual(row["tensors"], self.check("in", "--to", to))

    def test_saturated(self):
        tensors = self.weights()
        write("in", tensors)
        for to in ("F16", "F8_E4M3", "F8_E5M2"):
            for row in self.check("in", "--to", to, "--saturate"):
                tensor = tensors[row["name"]].astype(np.float64)
                if tensors[row["name"]].dtype == FLOATS[to]:
                    continue
                plain = figures(tensor.ravel(), to, cast(tensor, to).astype(np.float64).ravel())
                after = cast(saturate(tensor, to), to).astype(np.float64).ravel()
                expected = figures(tensor.ravel(), to, after)
                # Infinities, too, exceed the largest finite value, and saturate to this value.
                expected["overflowed"] = plain["overflowed"] + np.count_nonzero(
                    np.isinf(tensor) & np.isinf(cast(tensor, to).astype(np.float64))
                )
                self.compare(row, expected, f"{row['name']} to {to}")


if __name__ == "__main__":
    unittest.main()
