#!/usr/bin/env python3
"""Compares `ulp convert` with the libraries that own the schemes of checkpoints.

    pip install torch transformers compressed-tensors accelerate safetensors
    verify/loaders.py target/release/ulp

First, the libraries dequantize the same files as `ulp`, and the bits are compared. Then `ulp` writes a small Llama in each scheme,
transformers loads the model on the CPU, and its logits are compared with those of the bfloat16 model. Prints a line for each check,
and exits with 1 if one fails.
"""

import json
import logging
import pathlib
import shutil
import subprocess
import sys
import tempfile
import warnings

import compressed_tensors
import torch
import transformers
from compressed_tensors.compressors import BaseCompressor
from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme
from safetensors.torch import load_file, save_file
from transformers.integrations.finegrained_fp8 import Fp8Dequantize
from transformers.integrations.mxfp4 import convert_moe_packed_tensors

SAMPLES = pathlib.Path(__file__).parent.parent / "cli" / "tests" / "data" / "checkpoints"
# The options of `ulp convert`, and the largest difference of the logits, as a fraction of their norm.
# Unrelated logits differ by about 1.4.
WRITTEN = {
    "--to f16": 0.02,
    "--to f8_e4m3 --scale tensor": 0.12,
    "--to f8_e4m3 --scale row": 0.12,
    "--to f8_e4m3 --scale block:128x128": 0.12,
    "--to f8_e4m3 --scale block:128x128 --scale-format e8m0": 0.12,
    "--to mxfp8": 0.12,
    "--to mxfp4": 0.45,
    "--to nvfp4": 0.45,
}


class Checks:
    def __init__(self, ulp, folder):
        self.ulp, self.folder, self.failed = ulp, pathlib.Path(folder), 0

    def convert(self, source, *options):
        """Converts a checkpoint, and returns the directory."""
        out = self.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        subprocess.run([self.ulp, "convert", source, out, "-q", *options], check=True, stdout=subprocess.DEVNULL)
        return out

    def check(self, passes, *words):
        print("ok    " if passes else "WRONG ", *words, flush=True)
        self.failed += not passes

    def same(self, library, name, found, expected):
        different = (found.view(torch.int16) != expected.to(torch.bfloat16).view(torch.int16)).sum().item()
        self.check(different == 0, f"{library}: {name}: {different} of {found.numel()} numbers differ")

    def compressed(self):
        """Samples of compressed-tensors."""
        for sample in sorted(SAMPLES.glob("ct-*")):
            config = json.loads((sample / "config.json").read_text())["quantization_config"]
            weights = QuantizationArgs(**config["config_groups"]["group_0"]["weights"])
            compressor = BaseCompressor.get_value_from_registry(config["format"])
            tensors = load_file(sample / "model.safetensors")
            found = load_file(self.convert(sample, "--to", "bf16") / "model.safetensors")
            for module in sorted({name.rpartition(".")[0] for name in tensors if "_proj." in name}):
                parts = {name.rpartition(".")[2]: x for name, x in tensors.items() if name.startswith(f"{module}.")}
                expected = compressor.decompress(parts, QuantizationScheme(targets=["Linear"], weights=weights))["weight"]
                self.same("compressed-tensors", f"{sample.name}, {module}", found[f"{module}.weight"], expected)

    def groups(self):
        """Random matrices of MXFP8 and MXFP6 in the names of compressed-tensors."""
        random = torch.Generator().manual_seed(2)
        for name, bits, suffix, columns in (("mxfp8-quantized", 8, "", 96), ("mxfp6-pack-quantized", 6, "_packed", 72)):
            elements = torch.randint(0, 256, (64, columns), generator=random, dtype=torch.uint8)
            if bits == 8:
                elements[elements & 0x7F == 0x7F] = 0  # no NaN, because NaNs have many codes
                elements = elements.view(torch.float8_e4m3fn)
            scales = torch.randint(100, 140, (64, 3), generator=random, dtype=torch.uint8)
            weights = {"type": "float", "num_bits": bits, "strategy": "group", "group_size": 32, "scale_dtype": "torch.uint8"}
            groups = {"group_0": {"targets": ["Linear"], "weights": weights}}
            config = {"quant_method": "compressed-tensors", "format": name, "config_groups": groups}
            source = self.folder / name
            source.mkdir()
            save_file({f"l.weight{suffix}": elements, "l.weight_scale": scales}, source / "model.safetensors")
            (source / "config.json").write_text(json.dumps({"quantization_config": config}))
            found = load_file(self.convert(source, "--to", "bf16") / "model.safetensors")
            scheme = QuantizationScheme(targets=["Linear"], weights=QuantizationArgs(**weights))
            parts = {f"weight{suffix}": elements, "weight_scale": scales}
            expected = BaseCompressor.get_value_from_registry(name).decompress(parts, scheme)["weight"]
            self.same("compressed-tensors", name, found["l.weight"], expected)

    def gpt_oss(self):
        """The sample of gpt-oss."""
        sample = SAMPLES / "gpt-oss"
        tensors = load_file(sample / "model.safetensors")
        found = load_file(self.convert(sample, "--to", "bf16") / "model.safetensors")
        for blocks in filter(lambda name: name.endswith("_blocks"), sorted(tensors)):
            name = blocks.removesuffix("_blocks")
            expected = convert_moe_packed_tensors(tensors[blocks], tensors[f"{name}_scales"])
            self.same("transformers", f"gpt-oss, {name}", found[name], expected.contiguous())

    def deepseek(self):
        """Random matrices in the names of DeepSeek. transformers takes matrices that blocks divide."""
        random = torch.Generator().manual_seed(1)
        codes = lambda *shape: torch.randint(0, 256, shape, generator=random, dtype=torch.uint8)
        powers = lambda *shape: torch.randint(100, 140, shape, generator=random, dtype=torch.uint8)
        tile = torch.rand(2, 3, generator=random) + 0.01
        e8m0 = torch.float8_e8m0fnu
        rows = {
            "DeepSeek V3, F32": ("weight_scale_inv", tile),
            "DeepSeek V3, BF16": ("weight_scale_inv", tile.to(torch.bfloat16)),
            "DeepSeek V3, F8_E8M0": ("weight_scale_inv", powers(2, 3).view(e8m0)),
            "MXFP8, U8": ("weight_scale_inv", powers(256, 12)),
            "MXFP8, F8_E8M0": ("weight_scale_inv", powers(256, 12).view(e8m0)),
            "DeepSeek V4, fp8": ("scale", powers(2, 3).view(e8m0)),
            "DeepSeek V4, fp4": ("scale", powers(256, 12).view(e8m0)),
        }
        tensors = {}
        for number, (name, (suffix, scales)) in enumerate(rows.items()):
            weight = codes(256, 384)
            weight[weight & 0x7F == 0x7F] = 0  # no NaN, because NaNs have many codes
            fp4 = name.endswith("fp4")
            tensors[f"{number}.weight"] = codes(256, 192).view(torch.int8) if fp4 else weight.view(torch.float8_e4m3fn)
            tensors[f"{number}.{suffix}"] = scales
        source = self.folder / "deepseek"
        source.mkdir()
        save_file(tensors, source / "model.safetensors")
        config = {"quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}}
        (source / "config.json").write_text(json.dumps(config))
        found = load_file(self.convert(source, "--to", "bf16") / "model.safetensors")
        for number, (name, (_, scales)) in enumerate(rows.items()):
            expected = Fp8Dequantize(None)._dequantize_one(tensors[f"{number}.weight"], scales, torch.bfloat16)
            self.same("transformers", name, found[f"{number}.weight"], expected)

    def written(self):
        """A small Llama in each scheme that is written."""
        torch.manual_seed(0)
        config = transformers.LlamaConfig(
            hidden_size=256,
            intermediate_size=384,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            vocab_size=320,
            tie_word_embeddings=False,
        )
        source = self.folder / "llama"
        transformers.LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(source)
        words = torch.arange(40).reshape(1, -1) * 7 % 320

        def logits(path, dtype):
            model = transformers.AutoModelForCausalLM.from_pretrained(path, device_map="cpu", dtype=dtype)
            with torch.no_grad():
                return model.eval()(words).logits.float()

        expected = logits(source, torch.bfloat16)
        for options, limit in WRITTEN.items():
            out = self.convert(source, *options.split())
            found = logits(out, torch.float16 if options.endswith("f16") else torch.bfloat16)
            difference = ((found - expected).norm() / expected.norm()).item()
            self.check(difference < limit, f"transformers: {options}: the logits differ by {difference:.3f} of their norm")


def main(ulp):
    warnings.filterwarnings("ignore")
    logging.disable()
    transformers.utils.logging.disable_progress_bar()
    print(f"torch {torch.__version__}, transformers {transformers.__version__}, compressed-tensors {compressed_tensors.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        checks = Checks(ulp, folder)
        checks.compressed()
        checks.groups()
        checks.gpt_oss()
        checks.deepseek()
        checks.written()
    sys.exit(checks.failed > 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
