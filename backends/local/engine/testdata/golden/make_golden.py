"""What PyTorch and transformers compute for three tiny random models: the truth of golden_test.go.

    pip install torch==2.15.0 transformers==5.23.0 safetensors==0.8.0 && python make_golden.py

Writes <name>.safetensors (float32 weights) and golden.json (sequences, log-probabilities, loss, gradients, weights after
two AdamW steps, a greedy completion). Weights are far larger than a fresh model's, so that no part of it hides behind
another; sequences run one by one, without padding. All in float32 on the CPU.
"""

import json

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM

SIZES = {"vocab_size": 64, "hidden_size": 32, "num_hidden_layers": 2, "head_dim": 8, "intermediate_size": 48, "max_position_embeddings": 64,
         "attention_bias": False, "bos_token_id": None, "eos_token_id": None, "pad_token_id": None, "attn_implementation": "eager"}
MODELS = {
    "qwen3_tied": (Qwen3ForCausalLM, Qwen3Config, {"num_attention_heads": 4, "num_key_value_heads": 2, "rms_norm_eps": 1e-6, "theta": 1e6, "tie_word_embeddings": True}),
    "qwen3_untied": (Qwen3ForCausalLM, Qwen3Config, {"num_attention_heads": 6, "num_key_value_heads": 3, "rms_norm_eps": 1e-5, "theta": 1e4, "tie_word_embeddings": False}),
    "llama": (LlamaForCausalLM, LlamaConfig, {"num_attention_heads": 4, "num_key_value_heads": 1, "rms_norm_eps": 1e-5, "theta": 5e5, "tie_word_embeddings": False}),
}
LENGTHS = [24, 1, 13]  # predicted positions of each sequence
POSITIONS = [0, 7, 23]  # of the first sequence, whose log-probabilities are kept
ADAM = {"lr": 0.01, "beta1": 0.9, "beta2": 0.95, "eps": 1e-6, "weight_decay": 0.1}
ENTRIES = 24  # kept of each tensor


def short(values):
    """Floats with the nine digits that tell float32 values apart."""
    return [float(f"{x:.9g}") for x in values.flatten().tolist()]


def excerpt(tensor):
    """The norm of a tensor and entries at every stride-th place; an odd stride does not stay in one column."""
    stride = max(1, tensor.numel() // ENTRIES) | 1
    return {"norm": tensor.double().norm().item(), "stride": stride, "entries": short(tensor.flatten()[::stride])}


def build(model_class, config_class, settings):
    settings = dict(settings)
    rope = {"rope_type": "default", "rope_theta": settings.pop("theta")}
    model = model_class(config_class(**SIZES, **settings, rope_parameters=rope)).eval()
    for name, p in model.named_parameters():
        torch.nn.init.normal_(p, mean=1.0 if "norm" in name else 0.0, std=0.25)
    return model


def mean_loss(model, sequences):
    """Cross-entropy per predicted token, each token the same weight."""
    total = sum(torch.nn.functional.cross_entropy(model(s[None, :-1]).logits[0], s[1:], reduction="sum") for s in sequences)
    return total / sum(len(s) - 1 for s in sequences)


def two_steps(model, sequences):
    """AdamW as the engine does it: no weight decay on norms, no clipping."""
    params = list(model.named_parameters())
    groups = [{"params": [p for n, p in params if "norm" not in n], "weight_decay": ADAM["weight_decay"]},
              {"params": [p for n, p in params if "norm" in n], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=ADAM["lr"], betas=(ADAM["beta1"], ADAM["beta2"]), eps=ADAM["eps"], foreach=False)
    losses = []
    for _ in range(2):
        optimizer.zero_grad()
        loss = mean_loss(model, sequences)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, {n: excerpt(p.detach()) for n, p in params}


def greedy(model, prompt, n):
    """The likeliest next token, n times, without a cache."""
    ids = prompt.tolist()
    for _ in range(n):
        ids.append(model(torch.tensor([ids])).logits[0, -1].argmax().item())
    return ids[len(prompt):]


def describe(name, model):
    config = model.config
    sequences = [torch.randint(0, config.vocab_size, (n + 1,)) for n in LENGTHS]
    with torch.no_grad():
        logits = model(sequences[0][None, :-1]).logits[0]
        continued = greedy(model, sequences[2], 16)
    loss = mean_loss(model, sequences)
    loss.backward()
    gradients = {n: excerpt(p.grad) for n, p in model.named_parameters()}
    losses, stepped = two_steps(model, sequences)
    return {
        "config": {"vocab": config.vocab_size, "dim": config.hidden_size, "layers": config.num_hidden_layers, "heads": config.num_attention_heads,
                   "kvheads": config.num_key_value_heads, "headdim": config.head_dim, "ff": config.intermediate_size, "context": config.max_position_embeddings,
                   "ropetheta": config.rope_parameters["rope_theta"], "normeps": config.rms_norm_eps, "tied": config.tie_word_embeddings, "qknorm": name.startswith("qwen3")},
        "sequences": [s.tolist() for s in sequences],
        "positions": POSITIONS,
        "logprobs": [short(logits[i].log_softmax(-1)) for i in POSITIONS],
        "loss": loss.item(),
        "gradients": gradients,
        "adam": ADAM,
        "losses": losses,
        "stepped": stepped,
        "greedy": continued,
    }


def main():
    torch.manual_seed(7)
    torch.use_deterministic_algorithms(True)
    golden = {}
    for name, (model_class, config_class, settings) in MODELS.items():
        model = build(model_class, config_class, settings)
        save_file({n: p.detach().clone() for n, p in model.named_parameters()}, name + ".safetensors")
        golden[name] = describe(name, model)
    with open("golden.json", "w") as f:
        json.dump(golden, f, separators=(",", ":"))
        f.write("\n")


main()
