"""golden.safetensors, written by the reference implementation, and golden.json, its numbers.

    pip install safetensors==0.8.0 numpy ml_dtypes && python golden.py
"""

import json

import ml_dtypes
import numpy as np
from safetensors.numpy import save_file

# Ties, the edges of each format, subnormals, infinities.
NUMBERS = [0.0, -0.0, 1.0, -1.5, 1 / 3, 1.00390625, 1.01171875, 65504, 65519.996, 65520, -1e5, 6e-8, 2.9802322e-08, 2.9802326e-08, 6.0975552e-05,
           1e-40, 3.3895314e38, 3.4e38, np.inf, -np.inf, 2049, 2051]
x = np.array(NUMBERS, np.float32)
with np.errstate(over="ignore"):
    tensors = {
        "z.wide": x.reshape(2, 11),
        "a.brain": x.astype(ml_dtypes.bfloat16),
        "half <&>": x.astype(np.float16).reshape(11, 2),
        "scalar": np.array(7, np.float32),
        "empty": np.zeros((0, 3), np.float32),
    }
save_file(tensors, "golden.safetensors", metadata={"format": "np \u00e9"})
golden = {name: {"shape": list(t.shape), "bits": t.astype(np.float32).view(np.uint32).ravel().tolist()} for name, t in tensors.items()}
with open("golden.json", "w") as f:
    json.dump(golden, f, separators=(",", ":"))
    f.write("\n")
