"""ByzFL's side of the `aggregation` bench, on NumPy and on PyTorch, with the threads they take by themselves.

Reads lines "LIBRARY RULE N D F" from standard input (LIBRARY is numpy or torch), aggregates N rows of D floats once
and answers each with the milliseconds it took. ByzFL has no Bulyan: the one below is plain NumPy or PyTorch, built
like ByzFL's own Krum and Meamed.
"""

import sys
import time
import warnings
from importlib.metadata import version

warnings.filterwarnings("ignore")

import byzfl
import numpy as np
import torch
from byzfl.utils.misc import check_vectors_type, distance_tool


class Bulyan:
    """El Mhamdi et al. 2018: n - 2f rows by repeated Krum, then per column the mean of n - 4f around the median."""

    def __init__(self, f):
        self.f = f

    def __call__(self, rows):
        tools, rows = check_vectors_type(rows)
        picked = rows[self.select(np.asarray(distance_tool(rows).cdist(rows, rows) ** 2))]
        keep = len(rows) - 4 * self.f
        distances = tools.abs(picked - tools.median(picked, axis=0))
        nearest = tools.argpartition(distances, keep - 1, axis=0)[:keep]
        columns = tools.arange(picked.shape[1])
        return tools.mean(picked.take(nearest * picked.shape[1] + columns), axis=0)

    def select(self, distances):
        left = list(range(len(distances)))
        picks = []
        while len(picks) < len(distances) - 2 * self.f:
            among = np.sort(distances[np.ix_(left, left)], axis=1)
            neighbours = max(1, len(left) - self.f - 2)
            picks.append(left.pop(int(np.argmin(among[:, 1 : 1 + neighbours].sum(axis=1)))))
        return picks


RULES = {
    "median": lambda f: byzfl.Median(),
    "trimmed-mean": lambda f: byzfl.TrMean(f=f),
    "krum": lambda f: byzfl.Krum(f=f),
    "multi-krum": lambda f: byzfl.MultiKrum(f=f),
    "bulyan": lambda f: Bulyan(f),
    "geometric-median": lambda f: byzfl.GeometricMedian(nu=0.1, T=3),
}

print(f"ready {version('byzfl')} {np.__version__} {torch.__version__}", flush=True)
rows = np.zeros((0, 0), dtype=np.float32)
for line in sys.stdin:
    library, rule, n, d, f = line.split()
    shape = (int(n), int(d))
    if rows.shape != shape:
        rows = np.random.default_rng(1).standard_normal(shape, dtype=np.float32)
    aggregate = RULES[rule](int(f))
    argument = torch.from_numpy(rows) if library == "torch" else rows
    started = time.perf_counter()
    aggregate(argument)
    print((time.perf_counter() - started) * 1e3, flush=True)
