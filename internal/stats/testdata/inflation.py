"""Golden values for Inflation, from numpy: every resample there is, instead of some at random.

    python3 inflation.py > inflation.json
"""

import itertools
import json

import numpy as np

rng = np.random.default_rng(11)


def inflation(candidates):
    clusters = len(candidates[0])
    sums = np.array([[sum(c) for c in candidate] for candidate in candidates], float)
    sizes = np.array([[len(c) for c in candidate] for candidate in candidates], float)
    means = sums.sum(axis=1) / sizes.sum(axis=1)
    draws = np.array(list(itertools.product(range(clusters), repeat=clusters)))
    resampled = sums[:, draws].sum(axis=2) / sizes[:, draws].sum(axis=2)
    best = resampled.argmax(axis=0)  # of equals the first
    return float((resampled.max(axis=0) - means[best]).mean())


def binary(candidates, clusters, size):
    return rng.integers(0, 2, (candidates, clusters, size)).tolist()


def scores(candidates, clusters):
    sizes = rng.integers(1, 4, clusters)
    return [[np.round(rng.random(n), 2).tolist() for n in sizes] for _ in range(candidates)]


cases = [binary(2, 4, 1), binary(3, 5, 2), binary(5, 6, 1), scores(3, 5), scores(4, 6)]
cases.append([[[1], [1], [0]], [[1], [1], [0]]])
cases.append([[[1], [1], [1], [1]], [[0], [0], [0], [0]]])
rows = [json.dumps({"candidates": c, "inflation": inflation(c)}) for c in cases]
print("[\n " + ",\n ".join(rows) + "\n]")
