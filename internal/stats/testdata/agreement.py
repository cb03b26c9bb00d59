"""Golden values for agreement, from scikit-learn and scipy.

    python3 agreement.py > agreement.json
"""

import itertools
import json

import numpy as np
from scipy import stats
from sklearn.metrics import cohen_kappa_score

rng = np.random.default_rng(11)


def rated(sizes, levels, same):
    """Two raters' levels of the items of each cluster; some clusters are easier than others."""
    a = [rng.choice(levels, n).tolist() for n in sizes]
    b = [[x if rng.random() < p else rng.choice(levels).item() for x in xs] for xs, p in zip(a, rng.beta(4 * same, 4 * (1 - same), len(sizes)))]
    return a, b


def bca(a, b, weights, confidence):
    """Every resample of the clusters once, so that both sides look at one distribution."""
    g, levels = len(a), sorted({x for xs in a + b for x in xs})

    def kappa(indices):
        x = [v for i in np.asarray(indices, int) for v in a[i]]
        y = [v for i in np.asarray(indices, int) for v in b[i]]
        ranks = {level: i for i, level in enumerate(levels)}
        return cohen_kappa_score([ranks[v] for v in x], [ranks[v] for v in y], labels=range(len(levels)), weights=weights)

    every = np.array([kappa(i) for i in itertools.product(range(g), repeat=g)])
    assert np.isfinite(every).all()

    class Previous:
        bootstrap_distribution = every

    interval = stats.bootstrap((np.arange(g),), kappa, n_resamples=0, vectorized=False, method="BCa",
                               confidence_level=confidence, bootstrap_result=Previous()).confidence_interval
    return {"a": a, "b": b, "confidence": confidence, "kappa": kappa(range(g)), "low": interval.low, "high": interval.high}


def correlated(n, round_to):
    a = np.round(rng.random(n), round_to)
    b = np.round(np.clip(a + rng.normal(0, 0.3, n), 0, 1), round_to)
    return {"a": a.tolist(), "b": b.tolist(), "pearson": stats.pearsonr(a, b).statistic, "spearman": stats.spearmanr(a, b).statistic}


print(json.dumps({
    "kappa": [bca(*rated([4, 6, 3, 5, 4], ["a", "b", "tie"], 0.6), None, 0.9), bca(*rated([7, 5, 6, 8], ["no", "yes"], 0.5), None, 0.8)],
    # Evenly spaced levels, for which quadratic weights are the squared distances of the numbers.
    "quadratic": [bca(*rated([4, 6, 3, 5, 4], [1, 2, 3, 4, 5], 0.4), "quadratic", 0.9), bca(*rated([6, 5, 7, 4], [0, 0.5, 1], 0.5), "quadratic", 0.8)],
    "correlation": [correlated(40, 1), correlated(25, 6)],
}))
