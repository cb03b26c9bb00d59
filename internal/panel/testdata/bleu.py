"""Golden values for BLEU and self-BLEU, from NLTK.

    python3 bleu.py > bleu.json
"""

import json
import random

from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

random.seed(3)
words = "the a lamp river stone is of cold under waits morning light".split()
smooth = SmoothingFunction().method1


def text(n):
    return [random.choice(words) for _ in range(n)]


def self_bleu(texts):
    return sum(sentence_bleu(texts[:i] + texts[i + 1:], t, smoothing_function=smooth) for i, t in enumerate(texts)) / len(texts)


cases = [[text(random.randint(1, 25)) for _ in range(k)] for k in (2, 3, 4, 6, 8)]
cases += [[["a", "lamp"], ["a", "lamp"]], [["the", "cold", "river", "waits", "of"]] * 3, [["stone"], ["river"]]]
print(json.dumps([{
    "texts": texts,
    "bleu": sentence_bleu(texts[1:], texts[0], smoothing_function=smooth),
    "self_bleu": self_bleu(texts),
} for texts in cases]))
