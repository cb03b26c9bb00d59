#!/usr/bin/env python3
"""Golden values of the losses of a pair: TRL's own lines, run on a few log probabilities.

    python3 -m venv env && env/bin/pip install trl torch && env/bin/python steps/testdata/pair_losses.py

writes steps/testdata/pair_losses.json. What TRL's DPOTrainer does for a loss type is cut out of its source and run in
float64; gradients by autograd. cDPO (label smoothing under sigmoid), which this TRL no longer has, is left to finite differences.
"""
import inspect, json, pathlib, re, textwrap, types

import torch
import torch.nn.functional as F
import trl
from trl.trainer import dpo_trainer

torch.manual_seed(3)
source = inspect.getsource(dpo_trainer.DPOTrainer)


def branch(name):
    """The lines under `if loss_type == "name":`."""
    m = re.search(rf'( +)(?:el)?if loss_type == "{name}":\n((?:\1    .*\n|\n)+)', source)
    return compile(textwrap.dedent(m.group(2)), name, "exec")


cases = []
for name, beta, smoothing in [("sigmoid", .1, 0), ("hinge", .1, 0), ("ipo", .1, 0), ("robust", .2, .1), ("sigmoid_norm", 2, 0), ("apo_zero", .2, 0)]:
    for lengths in [(7, 4), (3, 12), (5, 5)]:
        chosen, rejected = [(-3 * torch.rand(n, dtype=torch.float64)).requires_grad_() for n in lengths]
        ref_chosen, ref_rejected = [-3 * torch.rand(n, dtype=torch.float64) for n in lengths]
        width = max(lengths)
        mask = torch.tensor([[1.0] * n + [0.0] * (width - n) for n in lengths], dtype=torch.float64)
        scope = {
            "torch": torch, "F": F, "self": types.SimpleNamespace(beta=beta, label_smoothing=smoothing),
            "chosen_logratios": (chosen.sum() - ref_chosen.sum()).unsqueeze(0), "rejected_logratios": (rejected.sum() - ref_rejected.sum()).unsqueeze(0),
            "completion_mask": mask, "shift_completion_mask": mask,
        }
        scope["chosen_scores"], scope["rejected_scores"] = scope["chosen_logratios"], scope["rejected_logratios"]
        scope["delta_score"] = scope["chosen_scores"] - scope["rejected_scores"]
        exec(branch(name), scope)
        loss = scope["per_sequence_loss"].mean()
        loss.backward()
        cases.append({
            "loss": name, "beta": beta, "label_smoothing": smoothing,
            "chosen": chosen.tolist(), "rejected": rejected.tolist(), "ref_chosen": ref_chosen.tolist(), "ref_rejected": ref_rejected.tolist(),
            "value": loss.item(), "by_chosen": chosen.grad[0].item(), "by_rejected": rejected.grad[0].item(),
        })

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"trl": trl.__version__, "torch": torch.__version__.split("+")[0], "cases": cases}, indent=1) + "\n")
