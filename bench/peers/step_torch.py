"""PyTorch's side of the `step` bench: one SGD step on one thread.

Reads lines "CASE STEPS" from standard input (CASE is mlp or cnn), runs that many steps and answers each with
the mean milliseconds per step, so that the caller can alternate with its own measurement in the same run.
"""

import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import torch
from torch import nn

torch.set_num_threads(1)
torch.set_num_interop_threads(1)
torch.set_flush_denormal(True)
torch.manual_seed(1)

BATCH = 32
RATE = 0.1


def mlp():
    model = nn.Sequential(
        nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
    )
    return model, torch.rand(BATCH, 784)


def cnn():
    model = nn.Sequential(
        nn.Conv2d(1, 8, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(256, 10),
    )
    return model, torch.rand(BATCH, 1, 28, 28)


def stepper(build):
    model, x = build()
    y = torch.arange(BATCH) % 10
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    loss_of = nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


steppers = {"mlp": stepper(mlp), "cnn": stepper(cnn)}
print(f"ready {torch.__version__}", flush=True)
for line in sys.stdin:
    case, steps = line.split()
    step = steppers[case]
    started = time.perf_counter()
    for _ in range(int(steps)):
        step()
    print((time.perf_counter() - started) / int(steps) * 1e3, flush=True)
