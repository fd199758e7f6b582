"""Tests the program `ulp convert`: each element must equal the element that numpy and ml_dtypes compute.

The environment variable ULP is the path of the program.
"""

import filecmp
import json
import os
import subprocess
import tempfile
import unittest

import numpy as np
from checkpoints import assert_same, hard, read, read_shards, write, write_shards
from reference import FLOATS, TARGETS, cast, dequantize, is_float, quantize, saturate

ULP = os.path.abspath(os.environ["ULP"])
# The values of `--scale`. Each has the block that shares a scale, and the suffix of the scales' names. None is a whole tensor.
SCALES = [
    ("tensor", None, "_scale"),
    ("row", (1, 1 << 20), "_scale"),
    ("block:128x128", (128, 128), "_scale_inv"),
    ("block:7x300", (7, 300), "_scale_inv"),
]


class Convert(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(directory.name)
        self.random = np.random.default_rng(7)
        # The tests include overflow and NaN on purpose.
        self.enterContext(np.errstate(all="ignore"))

    def convert(self, *arguments):
        done = subprocess.run([ULP, "convert", *arguments], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return done.stdout

    def weights(self):
        """Returns tensors like those of models. Some tensors are larger than one piece of the converter's work."""
        normal = self.random.standard_normal
        return {
            "a.weight": (normal((300, 517)) * 3).astype(np.float32),
            "b.weight": normal((1024, 260)).astype(np.float16),
            "c.weight": (normal((129, 128)) * 1e-41).astype(np.float32),
            "d.weight": cast(normal((1, 1000)) * 1e30, "BF16"),
            "zero.weight": np.zeros((200, 3), np.float32),
            "tiny.weight": np.full((2, 2), 5e-324),
            "infinite.weight": np.array([[1.0, np.inf, -np.inf, np.nan]], np.float32),
            "norm.weight": np.abs(normal(77)).astype(np.float32),
            "none.weight": np.zeros((0, 64), np.float32),
            "no_columns.weight": np.zeros((64, 0), np.float32),
            "scalar": np.array(3.0, np.float32),
            "ids": np.arange(9),
        }

    def test_every_dtype(self):
        tensors = hard(self.random)
        write("in", tensors)
        for to in TARGETS:
            self.convert("in", to, "--to", to)
            found = read(to)
            self.assertEqual(found.keys(), tensors.keys())
            for name, tensor in tensors.items():
                assert_same(found[name], cast(tensor, to) if is_float(tensor) else tensor, f"{name} to {to}")

    def test_saturated(self):
        tensors = hard(self.random)
        write("in", tensors)
        for to in TARGETS:
            self.convert("in", to, "--to", to, "--saturate")
            found = read(to)
            for name, tensor in tensors.items():
                if not is_float(tensor) or tensor.dtype == FLOATS[to]:
                    expected = tensor
                else:
                    expected = cast(saturate(tensor.astype(np.float64), to), to)
                assert_same(found[name], expected, f"{name} to {to}")

    def test_scales(self):
        tensors = self.weights()
        write("in", tensors)
        for option, block, suffix in SCALES:
            self.convert("in", option, "--to", "f8_e4m3", "--scale", option)
            found = read(option)
            for name, tensor in tensors.items():
                about = f"{name} to {option}"
                scales = found.pop(name + suffix, None)
                if tensor.ndim != 2 or not tensor.size:
                    self.assertIsNone(scales, about)
                    assert_same(found[name], tensor, about)
                    continue
                narrow, expected = quantize(tensor, "F8_E4M3", block)
                assert_same(scales, expected, f"scales of {about}")
                assert_same(found[name], narrow, about)
            self.assertEqual(found.keys(), tensors.keys())

    def test_the_way_back(self):
        tensors = self.weights()
        write("in", tensors)
        for option, block, suffix in SCALES:
            self.convert("in", f"narrow-{option}", "--to", "f8_e4m3", "--scale", option)
            self.convert(f"narrow-{option}", f"back-{option}", "--to", "bf16")
            narrow, back = read(f"narrow-{option}"), read(f"back-{option}")
            self.assertEqual(back.keys(), tensors.keys())
            for name, tensor in tensors.items():
                scales = narrow.get(name + suffix)
                if scales is not None:
                    expected = dequantize(narrow[name], scales, block)
                else:
                    expected = cast(tensor, "BF16") if is_float(tensor) else tensor
                assert_same(back[name], expected, f"{name} from {option}")

    def shards(self):
        """Writes a checkpoint to the directory `in`, and returns the tensors that its conversion must give.

        Some scales are in another shard than their tensors. The checkpoint's configuration names an unusual block size.
        """
        normal = self.random.standard_normal
        narrow, scales = {}, {}
        for number in range(5):
            codes, scale = quantize(normal((100 + 50 * number, 333)).astype(np.float32), "F8_E4M3", (64, 32))
            narrow[f"layers.{number}.weight"] = codes
            scales[f"layers.{number}.weight_scale_inv"] = scale
        wide = {"embed": normal((50, 8)).astype(np.float32), "positions": np.arange(12)}
        first = dict(list(narrow.items())[:2]) | dict(list(scales.items())[:1])
        rest = {name: tensor for name, tensor in (narrow | scales).items() if name not in first}
        config = {"torch_dtype": "float32", "quantization_config": {"quant_method": "fp8", "weight_block_size": [64, 32]}}
        write_shards("in", [first, wide, rest], config)
        expected = {
            name: dequantize(tensor, scales[f"{name}_scale_inv"], (64, 32)) for name, tensor in narrow.items()
        }
        return expected | {"embed": cast(wide["embed"], "BF16"), "positions": wide["positions"]}

    def test_shards(self):
        expected = self.shards()
        self.convert("in", "out", "--to", "bf16")
        found = read_shards("out")
        self.assertEqual(found.keys(), expected.keys())
        for name, tensor in expected.items():
            assert_same(found[name], tensor, name)
        with open("out/config.json") as config:
            self.assertEqual(json.load(config), {"torch_dtype": "bfloat16"})

    def test_parts(self):
        self.shards()
        self.convert("in", "whole", "--to", "bf16")
        for part in ("2/2", "1/2"):
            self.convert("in", "parts", "--to", "bf16", "--part", part)
            self.assertFalse(os.path.exists("parts"))
        self.convert("in", "parts", "--to", "bf16", "--finish")
        names = sorted(os.listdir("whole"))
        self.assertEqual(sorted(os.listdir("parts")), names)
        self.assertEqual(filecmp.cmpfiles("whole", "parts", names, shallow=False), (names, [], []))
        self.assertEqual(sorted(os.listdir(".")), ["in", "parts", "whole"])


if __name__ == "__main__":
    unittest.main()
