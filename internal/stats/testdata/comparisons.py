"""Golden values for win rates, rankings, calibration and over-optimisation, from
scipy, statsmodels, choix, scikit-learn, NumPy, and counting.

    python3 comparisons.py > comparisons.json
"""

import itertools
import json

import choix
import numpy as np
import statsmodels.api as sm
from scipy import optimize
from sklearn.calibration import calibration_curve

rng = np.random.default_rng(5)


def duels(n, theta, phi, sd):
    length, other = rng.integers(20, 200, n), rng.integers(20, 200, n)
    d = length - other
    p = 1 / (1 + np.exp(-(theta + phi * np.tanh(d / sd))))
    won = (rng.random(n) < p).astype(float)
    won[rng.random(n) < 0.15] = 0.5
    x = np.column_stack([np.ones(n), np.tanh(d / d.std(ddof=1))])

    def loss(b, ridge):
        z = x @ b
        return -(won * z - np.logaddexp(0, z)).sum() + ridge / 2 * b[1] ** 2

    ridged = optimize.minimize(loss, [0, 0], args=(0.01,), method="BFGS", options={"gtol": 1e-11}).x
    plain = sm.GLM(won, x, family=sm.families.Binomial()).fit(tol=1e-14, maxiter=200).params
    alike = np.abs(length / other - 1) < 0.2
    return {"length": length.tolist(), "other": other.tolist(), "won": won.tolist(), "rate": won.mean(),
            "theta": ridged[0], "phi": ridged[1], "plain_theta": plain[0], "plain_phi": plain[1],
            "alike": int(alike.sum()), "alike_rate": won[alike].mean()}


def league(m, n, missing):
    """Games of m players; every win and every half win twice, so that all are whole."""
    strength = rng.normal(0, 1, m)
    games, data = [], []
    met = [p for p in itertools.combinations(range(m), 2) if p not in missing]
    for k in range(n):
        i, j = met[k % len(met)]
        won = 0.5 if rng.random() < 0.1 else float(rng.random() < 1 / (1 + np.exp(strength[j] - strength[i])))
        games.append({"a": i, "b": j, "won": won})
        data += [(i, j)] * int(2 * won) + [(j, i)] * int(2 - 2 * won)
    for i, j in met:
        data += [(i, j), (j, i)]
    theta = choix.opt_pairwise(m, data, alpha=0, method="Newton-CG", tol=1e-12)
    return {"games": games, "theta": (theta - theta.mean()).tolist()}


def robin(m):
    beats = np.zeros((m, m), int)
    for i, j in itertools.combinations(range(m), 2):
        beats[(i, j) if rng.random() < 0.5 else (j, i)] = 1
    circles = sum(
        (beats[i, j] and beats[j, k] and beats[k, i]) or (beats[j, i] and beats[k, j] and beats[i, k])
        for i, j, k in itertools.combinations(range(m), 3))
    most = (m**3 - m) / 24 if m % 2 else (m**3 - 4 * m) / 24
    return {"wins": beats.sum(1).tolist(), "circles": int(circles), "zeta": 1 - circles / most}


def calibrated(n, bins):
    p = rng.random(n)
    y = rng.random(n) < p**1.5
    share, said = calibration_curve(y, p, n_bins=bins)
    edges = np.linspace(0, 1, bins + 1)
    counts = np.bincount(np.searchsorted(edges[1:-1], p), minlength=bins)
    return {"p": p.tolist(), "y": y.tolist(), "bins": bins, "ece": (np.abs(share - said) * counts[counts > 0]).sum() / n}


def curve(form):
    d = np.array([0.4, 0.9, 1.5, 2.2, 3.0, 4.1])
    z = -d * np.log(d) if form == "rl" else -d * d
    y = 0.9 * d + 0.35 * z + rng.normal(0, 0.02, len(d))
    (a, b), *_ = np.linalg.lstsq(np.column_stack([d, z]), y, rcond=None)
    at = np.linspace(0.05, 40, 400_000)
    fitted = at * (a - b * (np.log(at) if form == "rl" else at))
    return {"form": form, "d": d.tolist(), "gained": y.tolist(), "alpha": a, "beta": b, "peak": at[fitted.argmax()]}


print(json.dumps({
    "duels": [duels(60, 0.3, 1.2, 60), duels(200, -0.8, 0.0, 50), duels(25, 0.1, -2.0, 40)],
    "leagues": [league(3, 40, []), league(5, 150, [(0, 4), (1, 3)])],
    "robins": [robin(5), robin(6), robin(9), robin(4)],
    "calibration": [calibrated(300, 10), calibrated(80, 5)],
    "curves": [curve("rl"), curve("best of n")],
}))
