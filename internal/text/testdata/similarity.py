"""Golden values for Similarity, from numpy.

    python3 similarity.py > similarity.json
"""

import json
from collections import Counter

import numpy as np


def grams(text):
    text = text.lower()
    return Counter([text[i : i + 3] for i in range(len(text) - 2)] or ([text] if text else []))


def similarity(a, b):
    x, y = grams(a), grams(b)
    names = sorted(set(x) | set(y))
    u, v = (np.array([c[n] for n in names], float) for c in (x, y))
    norms = np.linalg.norm(u) * np.linalg.norm(v)
    return float(u @ v / norms) if norms else 0.0


pairs = [
    ("Turn down the request, please.", "turn down a request please"),
    ("a haiku about rain", "A haiku about the rain"),
    ("aaaaaa", "aaab"),
    ("café au lait, crème brûlée", "CAFÉ AU LAIT; CRÈME"),
    ("Ёлка и снег", "ёлка, снег и лёд"),
    ("雪が降る夜", "雪の降る夜"),
    ("🙂🙂🙂🙂", "🙂🙂🙂"),
    ("one\ntwo\tthree", "one two three"),
    ("ab", "AB"),
    ("ab", "abc"),
    ("", "abc"),
    ("", ""),
    ("x" * 500 + "yz", "x" * 300 + "zy"),
]
print(json.dumps([{"a": a, "b": b, "similarity": similarity(a, b)} for a, b in pairs], ensure_ascii=False, indent=1))
