"""Numbers of ByzFL (github.com/LPD-EPFL/byzfl) to check our rules and attacks against.

    python3 bench/peers/byzfl_fixtures.py > src/aggregation/testing/byzfl-fixtures.json

ByzFL computes in NumPy and doubles; the inputs are doubles that are exact as 32-bit floats. Attacks get the first
n - f rows, which are the honest ones.
"""

import json
from importlib.metadata import version

import byzfl
import numpy as np

# n, f, d; ByzFL asks for 2f < n only.
SHAPES = [(4, 1, 3), (5, 1, 4), (8, 2, 6), (10, 4, 5), (11, 2, 5), (15, 3, 8), (26, 6, 6), (31, 10, 4)]
# The minimum-diameter average tries all subsets.
MOST_ROWS_FOR_MDA = 15


def rows_of(n, f, d, seed):
    """n - f rows around a common mean, and f that lie apart but not so far that they would not matter."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=d) + random.normal(size=(n, d)) * random.uniform(0.5, 2, size=d)
    rows[n - f :] += 3 * random.normal(size=d)
    return rows.astype(np.float32).astype(np.float64)


def aggregations(rows, f):
    n = len(rows)

    def result(name, **settings):
        rule = getattr(byzfl, name)(**settings)
        return {"name": name, "settings": settings, "result": tidy(rule(rows.copy()))}

    yield result("Average")
    yield result("Median")
    yield result("TrMean", f=f)
    yield result("GeometricMedian", nu=0.1, T=3)
    yield result("GeometricMedian", nu=1e-9, T=5000)
    yield result("Krum", f=f)
    yield result("MultiKrum", f=f)
    if n <= MOST_ROWS_FOR_MDA:
        yield result("MDA", f=f)
    yield result("MoNNA", f=f, idx=0)
    yield result("MoNNA", f=f, idx=n - 1)
    yield result("Meamed", f=f)
    yield result("CenteredClipping", L=1, tau=1.0)
    yield result("CenteredClipping", L=5, tau=1.0)
    # It starts from where it ended before.
    clipping = byzfl.CenteredClipping(L=2, tau=2.0)
    clipping(rows.copy())
    yield {"name": "CenteredClipping", "settings": {"L": 2, "tau": 2.0}, "call": 2, "result": tidy(clipping(rows.copy()))}


def transformations(rows, f):
    def result(name, **settings):
        rule = getattr(byzfl, name)(**settings)
        return {"name": name, "settings": settings, "result": tidy(rule(rows.copy()))}

    yield result("NNM", f=f)
    yield result("Clipping", c=2.0)
    yield result("ARC", f=f)


def attacks(honest):
    def result(name, **settings):
        attack = getattr(byzfl, name)(**settings)
        return {"name": name, "settings": settings, "result": tidy(attack(honest.copy()))}

    yield result("SignFlipping")
    yield result("InnerProductManipulation", tau=2.0)
    yield result("InnerProductManipulation", tau=0.1)
    yield result("ALittleIsEnough", tau=1.5)
    yield result("Mimic", epsilon=0)
    yield result("Mimic", epsilon=1)


def tidy(array):
    """Twelve digits."""
    if array.ndim > 1:
        return [tidy(row) for row in array]
    return [float(f"{value:.12g}") for value in array]


cases = []
for seed, (n, f, d) in enumerate(SHAPES, start=1):
    rows = rows_of(n, f, d, seed)
    cases.append(
        {
            "n": n,
            "f": f,
            "d": d,
            "rows": [[float(str(np.float32(value))) for value in row] for row in rows],
            "aggregators": list(aggregations(rows, f)),
            "preAggregators": list(transformations(rows, f)),
            "attacks": list(attacks(rows[: n - f])),
        }
    )
source = f"ByzFL {version('byzfl')}, NumPy {np.__version__}, doubles"
head = json.dumps(source)
body = ",\n".join("    " + json.dumps(case) for case in cases)
print(f'{{\n  "source": {head},\n  "cases": [\n{body}\n  ]\n}}')
