"""Token ids by Hugging Face tokenizers 0.23, the truth that golden_test.go compares with.

    pip install tokenizers==0.23.3 && python golden.py [random strings per tokenizer, 40]

Trains one small tokenizer per pattern on corpus.txt and writes <name>.json and ids.json. trained.json is written by the
Go test (-update) and only read here, which shows that Hugging Face loads what Save writes.
"""

import json
import random
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = QWEN.replace(r"\p{N}|", r"\p{N}{1,3}|")

STRINGS = [
    "", " ", "  ", "\n", "\n\n", "a", " a", "a ", "  a  ", "\t\ta\t", "a\tb", "a \n", "a\n b", "a \r\n  b", "\r\n\r\n",
    "it's I'm we'll THEY'RE You'Ve he'd isn't 'tis 's", "'ſ it'ſx 'ﬆ 'll'LL'lL", "rock'n'roll''s '", "x'S'T",
    "0 12 345 6789 1234567 3.14 1,000,000 ٣٤٥ ½ Ⅻ ²", "a1b22c333d4444", "  42", "-7%",
    "...!!!\n\n??", " !\n", "a.b,c;d", "foo_bar(baz)[0] = {\"k\": 'v'} // end\n", "<|im_end|><|im_start|>user\nhi", "<yes><no> <A>",
    "Grüße aus Köln", "cafe\u0301 caf\u00e9", "e\u0301\u0323", "\u0301 \u0301a", "ไทย ภาษา", "हिन्दी", "日本語 古池や 12個", "안녕 하세요", "\u1100\u1161\u11a8", "Ω\u2126 Å\u212b",
    "😀 👩‍👩‍👧 🇩🇪🇯🇵 1️⃣", "a\u00a0b", "a\u2003\u2003b", "\u3000日", "a\u200bb", "a\u0085b", "x\u2028y\u2029z", "\ufeffx", "\x00\x01\x7f", "\x1c\x1d a",
    "a" * 70 + "the" * 40, "😀" * 12, " " * 33, "\n" * 20 + " \n", "\ufffd \U0010ffff",
]
ALPHABET = ["'", "s", "S", "ſ", "t", "re", "ve", "m", "ll", "d", "the", " pond", " ", " ", "\n", "\r", "\t", "\u00a0", "\u3000", "\u0085", "1", "23", "½", "٣",
            ".", "!", "_", "é", "e\u0301", "\u0301", "日", "ー", "😀", "\u200d", "Ж", "ß", "ǅ", "ª", "<|im_end|>", "<|im_", "|>", "\x00", "\u200b"]


def byte_level(use_regex):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)


def split(pattern):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), byte_level(False)])


def train(pre_tokenizer, normalizer=None, post=None, ignore_merges=False):
    t = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    t.pre_tokenizer, t.decoder = pre_tokenizer, decoders.ByteLevel()
    if normalizer:
        t.normalizer = normalizer
    trainer = trainers.BpeTrainer(vocab_size=400, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    t.train(["corpus.txt"], trainer)
    t.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    t.add_tokens([AddedToken("<yes>", normalized=False)])  # recognised, but not special, as <think> is for Qwen3
    if post:
        t.post_processor = post(t)
    return t


def template(t):
    first = processors.TemplateProcessing(single="<|endoftext|> $A", special_tokens=[("<|endoftext|>", t.token_to_id("<|endoftext|>"))])
    return processors.Sequence([processors.ByteLevel(), first])


def cases(t, rng, n):
    for s in STRINGS + ["".join(rng.choices(ALPHABET, k=rng.randint(1, 12))) for _ in range(n)]:
        with_special = t.encode(s, add_special_tokens=False).ids
        # Its own switch, encode_special_tokens, still recognises added tokens that are not special; a bare copy none.
        cuts = [end for _, (_, end) in t.pre_tokenizer.pre_tokenize_str(s)]  # in characters; s is not normalized here
        yield {"text": s, "cuts": cuts, "ids": bare(t).encode(s, add_special_tokens=False).ids, "special": with_special}


def bare(t, memo={}):
    if id(t) not in memo:
        f = json.loads(t.to_str())
        memo[id(t)] = Tokenizer.from_str(json.dumps(f | {"added_tokens": [], "post_processor": None}))
    return memo[id(t)]


def decodings(t, rng):
    ids = t.encode("<|im_start|>日本 😀é<yes> the<|im_end|>", add_special_tokens=False).ids
    for i in range(24):
        some = ids[i:] if i < 6 else rng.choices(ids, k=6)
        yield {"ids": some, "text": t.decode(some), "special": t.decode(some, skip_special_tokens=False)}


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    made = {
        "gpt2": train(byte_level(True)),
        "qwen": train(split(QWEN), normalizers.NFC()),
        "llama3": train(split(LLAMA3), post=template, ignore_merges=True),
        "smollm": train(pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level(True)])),
    }
    for name, t in made.items():
        t.save(name + ".json", pretty=False)
    made["trained"] = Tokenizer.from_file("trained.json")
    golden = {}
    for name, t in made.items():
        rng = random.Random(name)
        golden[name] = {"encode": list(cases(t, rng, n)), "decode": list(decodings(t, rng))}
    with open("ids.json", "w") as f:
        f.write(json.dumps(golden, separators=(",", ":")).replace('},{"text"', '},\n{"text"') + "\n")


main()
