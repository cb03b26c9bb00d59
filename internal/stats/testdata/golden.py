"""Golden values for package stats, from scipy and statsmodels.

    python3 golden.py > golden.json
"""

import itertools
import json

import numpy as np
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.inter_rater import cohens_kappa, to_table
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_confint, samplesize_proportions_2indep_onetail

rng = np.random.default_rng(7)


def binary(sizes, mean):
    """Accepted or not: topics differ in how easily they please."""
    shares = rng.beta(2 * mean, 2 * (1 - mean), len(sizes))
    return [rng.binomial(1, p, n).tolist() for p, n in zip(shares, sizes)]


def scores(sizes, shift):
    """Skewed scores with a common part per topic, to two decimals."""
    return [(np.round(shift + rng.gamma(2) + rng.normal(0, 0.5, n), 2)).tolist() for n in sizes]


def flat(clusters):
    y = np.concatenate([np.asarray(v, float) for v in clusters])
    return y, np.repeat(np.arange(len(clusters)), [len(v) for v in clusters])


def cluster_se(model, groups, coefficient):
    """CR1: the uncorrected sandwich times G/(G-1)."""
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})
    g = len(np.unique(groups))
    return fit.params[coefficient], fit.bse[coefficient] * np.sqrt(g / (g - 1)), g


def mean_case(clusters, confidence):
    y, groups = flat(clusters)
    p, se, g = cluster_se(sm.OLS(y, np.ones_like(y)), groups, 0)
    t = stats.t.ppf(0.5 + confidence / 2, g - 1)
    if set(y) <= {0, 1}:
        trials = p * (1 - p) / se**2
        low, high = proportion_confint(p * trials, trials, 2 * stats.norm.sf(t), method="wilson")
    else:
        low, high = p - t * se, p + t * se
    return {"clusters": clusters, "confidence": confidence, "mean": p, "low": low, "high": high}


def bca_case(clusters, confidence):
    """Every resample once, so that both sides look at one distribution."""
    sums = np.array([sum(v) for v in clusters], float)
    sizes = np.array([len(v) for v in clusters], float)

    def mean(indices):
        i = np.asarray(indices, int)
        return sums[i].sum() / sizes[i].sum()

    g = len(clusters)
    every = np.array([mean(i) for i in itertools.product(range(g), repeat=g)])

    class Previous:
        bootstrap_distribution = every

    interval = stats.bootstrap(
        (np.arange(g),), mean, n_resamples=0, vectorized=False, method="BCa",
        confidence_level=confidence, bootstrap_result=Previous(),
    ).confidence_interval
    return {"clusters": clusters, "confidence": confidence, "mean": mean(range(g)),
            "low": interval.low, "high": interval.high}


def swap_p(a, b):
    """Every exchange of the sides of clusters, the long way."""

    def distance(a, b):
        return abs(np.mean(np.concatenate(b)) - np.mean(np.concatenate(a)))

    observed = distance(a, b)
    hits = [
        distance([y if s else x for x, y, s in zip(a, b, swap)], [x if s else y for x, y, s in zip(a, b, swap)])
        >= observed - 1e-12
        for swap in itertools.product([0, 1], repeat=len(a))
    ]
    return np.mean(hits)


def paired_case(a, b, confidence):
    (ya, ga), (yb, gb) = flat(a), flat(b)
    y, groups = np.concatenate([ya, yb]), np.concatenate([ga, gb])
    x = sm.add_constant(np.repeat([0.0, 1.0], [len(ya), len(yb)]))
    t = stats.t.ppf(0.5 + confidence / 2, len(a) - 1)
    d, se, _ = cluster_se(sm.OLS(y, x), groups, 1)
    case = {"a": a, "b": b, "confidence": confidence,
            "difference": d, "low": d - t * se, "high": d + t * se}
    if all(len(v) == len(w) == len(a[0]) for v, w in zip(a, b)):
        ma, mb = [np.mean(v) for v in a], [np.mean(v) for v in b]
        # The same interval and P by another road, where clusters are of one size.
        other = stats.ttest_rel(mb, ma).confidence_interval(confidence)
        assert np.allclose([other.low, other.high], [case["low"], case["high"]], atol=1e-12)
        case["p"] = stats.permutation_test(
            (mb, ma), lambda x, y, axis: np.mean(x - y, axis=axis), permutation_type="samples",
            n_resamples=np.inf).pvalue
        assert np.isclose(case["p"], swap_p(a, b))
    else:
        case["p"] = swap_p(a, b)
    log, se, _ = cluster_se(sm.GLM(y, x, sm.families.Poisson()), groups, 1)
    case |= {"gain": np.expm1(log), "gain_low": np.expm1(log - t * se), "gain_high": np.expm1(log + t * se)}
    return case


def needed_case(a, b, power, alpha):
    d = np.array([np.mean(y) - np.mean(x) for x, y in zip(a, b)])
    assert stats.ttest_1samp(d, 0).pvalue > alpha
    n = NormalIndPower(ddof=0).solve_power(abs(d.mean()) / d.std(ddof=1), alpha=alpha, power=power, ratio=0)
    return {"a": a, "b": b, "power": power, "alpha": alpha, "needed": int(np.ceil(n)) - len(a)}


def two_proportion_n(p1, p2, alpha, power):
    n = samplesize_proportions_2indep_onetail(p1 - p2, p2, power, 1, alpha, alternative="two-sided")
    return int(np.ceil(n))


uneven = [3, 1, 4, 2, 6, 5, 3, 2]
ps = [0.04, 0.001, 0.2, 0.04, 0.011, 0.9, 0.5]
first = rng.choice(["accept", "reject", "tie"], 60).tolist()
second = [x if keep else y for x, y, keep in zip(first, rng.choice(["accept", "reject", "tie"], 60).tolist(), rng.random(60) < 0.6)]

golden = {
    "z": [{"confidence": c, "z": stats.norm.ppf(0.5 + c / 2)} for c in (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)],
    "t": [{"confidence": c, "df": df, "t": stats.t.ppf(0.5 + c / 2, df)}
          for c in (0.8, 0.95, 0.99) for df in (1, 2, 5, 30, 499)],
    "wilson": [
        dict(zip(("low", "high"), proportion_confint(k, n, 0.05, method="wilson")), successes=k, n=n)
        for k, n in ((76, 500), (128, 500), (50, 100), (11, 16), (0, 20), (20, 20), (1, 1), (3, 6000))
    ],
    "mcnemar": [
        {"a_only": b, "b_only": c, "p": mcnemar([[10, b], [c, 10]], exact=True).pvalue}
        for b, c in ((0, 1), (0, 6), (9, 2), (5, 5), (40, 65), (510, 600), (3000, 2800))
    ],
    "mean": [
        mean_case(binary([4] * 12, 0.3), 0.95),
        mean_case(binary(uneven, 0.5), 0.95),
        mean_case(scores([3] * 10, 2), 0.95),
        mean_case(scores(uneven, -1), 0.9),
    ],
    "bca": [bca_case(scores([2, 3, 1, 4, 2], 0), 0.9), bca_case(binary([5, 5, 2, 6, 3], 0.4), 0.8)],
    "paired": [
        paired_case(scores([3] * 9, 1), scores([3] * 9, 1.4), 0.95),
        paired_case(scores(uneven, 2), scores(uneven[::-1], 2.3), 0.9),
        paired_case(binary([4] * 10, 0.2), binary([4] * 10, 0.6), 0.95),
        paired_case(binary(uneven, 0.4), binary(uneven[::-1], 0.6), 0.9),
    ],
    "needed": [
        needed_case(scores([3] * 9, 1), scores([3] * 9, 1.6), 0.8, 0.05),
        needed_case(binary([4] * 12, 0.3), binary([4] * 12, 0.45), 0.9, 0.01),
    ],
    "holm": {"p": ps, "adjusted": multipletests(ps, method="holm")[1].tolist()},
    "two_proportions": [
        {"p1": p, "p2": q, "alpha": alpha, "power": power, "n": two_proportion_n(p, q, alpha, power)}
        for p, q, alpha, power in ((0.5, 0.55, 0.05, 0.8), (0.15, 0.2, 0.05, 0.8), (0.15, 0.256, 0.05, 0.8),
                                   (0.8, 0.9, 0.05, 0.8), (0.1, 0.3, 0.01, 0.9))
    ],
    "kappa": {"a": first, "b": second, "kappa": cohens_kappa(to_table(np.array([first, second]).T)[0]).kappa},
}


def plain(x):
    return x.item() if isinstance(x, np.generic) else x


print("{" + ",\n".join(
    f"{json.dumps(name)}: " + ("[\n  " + ",\n  ".join(json.dumps(c, default=plain) for c in value) + "\n]"
                               if isinstance(value, list) else json.dumps(value, default=plain))
    for name, value in golden.items()) + "}")
