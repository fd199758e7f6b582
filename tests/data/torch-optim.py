#!/usr/bin/env python3
"""Writes torch-optim.csv and torch-scaler.csv: 100 steps of torch's optimizers, and 10,000 outcomes of its loss scaler.

    pip install torch && python torch-optim.py

torch-optim.csv has a line for each step and element: the optimizer with its options, the step from 1, the element, the gradient,
and the weight and the state after the step. The state is the momentum, or the first and second moment. Gradient, weight and state
are the bits of fp32 in hexadecimal, or "-" for none. Step 0 is the initial state.

torch-scaler.csv has a line for each outcome after which the scale changes: the number of the outcome from 1, and the scale.

torch is under the BSD licence. The files contain numbers that torch computed (torch 2.15, CPU).
"""

import csv
import os
import pathlib
import struct

# torch must not use FMA: each product and each sum is rounded, as on a CPU without FMA.
os.environ["ATEN_CPU_CAPABILITY"] = "default"

import torch

ELEMENTS = 8
STEPS = 100
OUTCOMES = 10_000
SETTINGS = {
    "sgd": (torch.optim.SGD, dict(lr=0.01)),
    "sgd decay": (torch.optim.SGD, dict(lr=0.01, weight_decay=0.1)),
    "sgd momentum": (torch.optim.SGD, dict(lr=0.01, momentum=0.9)),
    "sgd momentum dampening decay": (torch.optim.SGD, dict(lr=0.01, momentum=0.9, dampening=0.25, weight_decay=0.1)),
    "sgd nesterov decay": (torch.optim.SGD, dict(lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.1)),
    "adamw": (torch.optim.AdamW, dict()),
    "adamw decay": (torch.optim.AdamW, dict(lr=0.01, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1)),
    "adamw beta1 0.4": (torch.optim.AdamW, dict(betas=(0.4, 0.999))),
    "adamw beta1 0.5": (torch.optim.AdamW, dict(betas=(0.5, 0.999))),
    "adamw beta1 0": (torch.optim.AdamW, dict(betas=(0.0, 0.999))),
    "adam decay": (torch.optim.Adam, dict(lr=0.01, weight_decay=0.1)),
}


def noise(*numbers):
    """Returns a number in [-1, 1) with 15 bits, by an integer hash that any language can compute."""
    x = 0
    for number in numbers:
        x = (x * 1664525 + number * 22695477 + 1013904223) % 2**32
    x = (x ^ x >> 15) * 2246822519 % 2**32
    return ((x >> 16) - 2**15) / 2**15


def bits(x):
    return struct.pack(">f", x).hex()


def outcome(number):
    """Returns whether the gradients of an outcome are finite. Most are finite, but a bad stretch comes now and then."""
    return noise(number, 7) > (0.0 if number % 5000 > 4960 else -0.999)


def main():
    here = pathlib.Path(__file__).parent
    with open(here / "torch-optim.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["setting", "step", "element", "gradient", "weight", "first", "second"])
        for setting, (Optimizer, options) in SETTINGS.items():
            weights = torch.tensor([noise(i, 1) for i in range(ELEMENTS)])
            optimizer = Optimizer([weights], foreach=False, **options)
            for step in range(STEPS + 1):
                gradients = [noise(i, step, 2) * 2.0 ** (i - 4) for i in range(ELEMENTS)]
                if step > 0:
                    weights.grad = torch.tensor(gradients)
                    optimizer.step()
                state = optimizer.state[weights]
                first = state.get("momentum_buffer", state.get("exp_avg"))
                second = state.get("exp_avg_sq")
                for i in range(ELEMENTS):
                    cells = [bits(tensor[i].item()) if tensor is not None else "-" for tensor in (weights, first, second)]
                    out.writerow([setting, step, i, bits(gradients[i]) if step else "-", *cells])

    scaler = torch.amp.GradScaler("cpu")
    weight = torch.tensor([0.0])
    optimizer = torch.optim.SGD([weight], lr=0.0)
    with open(here / "torch-scaler.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["outcome", "scale"])
        scaler.scale(weight)
        last = scaler.get_scale()
        for number in range(1, OUTCOMES + 1):
            weight.grad = torch.tensor([1.0 if outcome(number) else float("inf")])
            scaler.step(optimizer)
            scaler.update()
            if scaler.get_scale() != last:
                last = scaler.get_scale()
                out.writerow([number, last])


main()
