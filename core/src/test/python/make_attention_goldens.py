"""Makes the goldens of attention's variants and of norms without statistics: what PyTorch computes, in float64, from their equations.

    python make_attention_goldens.py [DIRECTORY]        default: ../resources/io/fluxo/golden beside this file

Needs torch, numpy and safetensors; the committed file was made with torch 2.13.0 (CPU). Everything is drawn from the cases' seeds.

attention_kinds.safetensors   per case: input x, random weights r, output y, and the gradients of sum(r * y) with respect to x and to every parameter:
                              CASE/x  CASE/r  CASE/y  CASE/grad/x  CASE/param/NAME  CASE/grad/NAME
Parameters bear Fluxo's names and shapes; queries, keys and values of all heads stand side by side.
"""

import math
import pathlib
import sys

import torch

from make_goldens import causal, save

#       name                       kind              heads key_value_heads d_head mask             layer
KINDS = [
    ("gated_element",              "gated",          2,    2,              3,     "causal",        0),
    ("gated_head",                 "gated",          2,    2,              3,     "bidirectional", 0),
    ("sink",                       "sink",           2,    1,              3,     "causal",        0),
    ("off_by_one",                 "off_by_one",     2,    2,              3,     "causal",        0),
    ("softpick",                   "softpick",       2,    2,              3,     "causal",        0),
    ("softpick_bidirectional",     "softpick",       2,    1,              4,     "bidirectional", 0),
    ("differential_layer_0",       "differential",   2,    2,              3,     "causal",        0),
    ("differential_layer_3",       "differential",   4,    2,              2,     "bidirectional", 3),
    ("value_residual",             "value_residual", 2,    2,              3,     "causal",        1),
]
NORMS = [("derf", "derf"), ("dynamic_tanh", "dynamic_tanh"), ("fake_layer_norm", "fake_layer_norm"), ("fake_layer_norm_frozen", "fake_layer_norm")]
D_MODEL, BATCH, POS, EPS = 6, 2, 5, 1e-5


class Draws:
    """Parameters by name, drawn when first asked for."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)
        self.values = {}

    def __call__(self, name, *shape, centre=0.0, std=None):
        if name not in self.values:
            std = 1 / math.sqrt(shape[0]) if std is None else std
            self.values[name] = (centre + std * torch.randn(*shape, generator=self.generator, dtype=torch.float64)).requires_grad_()
        return self.values[name]


def heads_of(x, heads):
    """[batch n heads*width] -> [batch head n width]"""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def shared(x, heads):
    """Each of fewer heads serves its group: [batch fewer n width] -> [batch head n width]"""
    return x.repeat_interleave(heads // x.shape[1], dim=1)


def softpick(scores, forbidden):
    grown = torch.where(forbidden, torch.zeros_like(scores), torch.exp(scores) - 1)
    return torch.relu(grown) / grown.abs().sum(-1, keepdim=True)


def rms(x, gain):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + EPS) * gain


def attention(draws, prefix, kind, name, x, heads, key_value_heads, d_head, mask, layer, first_values=None):
    """One attention; returns its output and the values of all its heads."""
    p = lambda own, *shape, **how: draws(prefix + own, *shape, **how)
    linear = lambda given, own, width: given @ p("W_" + own, given.shape[-1], width) + p("b_" + own, width, std=0.3)
    pairs = 2 if kind == "differential" else 1
    q = heads_of(linear(x, "Q", pairs * heads * d_head), pairs * heads)
    k = shared(heads_of(linear(x, "K", pairs * key_value_heads * d_head), pairs * key_value_heads), pairs * heads)
    own = linear(x, "V", pairs * key_value_heads * d_head)
    values = own if first_values is None else 0.5 * own + 0.5 * first_values
    v = shared(heads_of(values, key_value_heads), heads)
    forbidden = causal(x.shape[1]) if mask == "causal" else torch.zeros(x.shape[1], x.shape[1], dtype=torch.bool)
    scores = (q @ k.transpose(-1, -2) / math.sqrt(d_head)).masked_fill(forbidden, -math.inf)
    if kind in ("sink", "off_by_one"):
        logit = p("sink", heads, 1, 1, std=1.0) if kind == "sink" else torch.zeros(heads, 1, 1, dtype=torch.float64)
        column = logit.expand(x.shape[0], heads, x.shape[1], 1)
        pattern = torch.softmax(torch.cat([scores, column], -1), -1)[..., :-1]
    elif kind == "softpick":
        pattern = softpick(scores, forbidden)
    elif kind == "differential":
        maps = torch.softmax(scores, -1).unflatten(1, (heads, 2))
        start = 0.8 - 0.6 * math.exp(-0.3 * layer)
        vectors = [p("lambda_" + part, d_head, std=0.5) for part in ("q1", "k1", "q2", "k2")]
        factor = torch.exp(vectors[0] @ vectors[1]) - torch.exp(vectors[2] @ vectors[3]) + start
        pattern = maps[:, :, 0] - factor * maps[:, :, 1]
    else:
        pattern = torch.softmax(scores, -1)
    z = (pattern @ v).transpose(1, 2)                                               # [batch n head width]
    if kind == "differential":
        z = rms(z, p("ln_z.w", 2 * d_head, centre=1.0, std=0.3)) * (1 - start)
    if kind == "gated":
        width = d_head if name.endswith("element") else 1
        z = z * torch.sigmoid((x @ p("W_gate", x.shape[-1], heads * width)).unflatten(-1, (heads, width)))
    return linear(z.flatten(2), "O", x.shape[-1]), own


def norm(draws, name, kind, x):
    gain, bias = draws("w", D_MODEL, centre=1.0, std=0.3), draws("b", D_MODEL, std=0.3)
    if kind == "derf":
        return torch.erf(draws("alpha", 1, centre=0.7, std=0.1) * x + draws("s", 1, std=0.3)) * gain + bias
    if kind == "dynamic_tanh":
        return torch.tanh(draws("alpha", 1, centre=0.7, std=0.1) * x) * gain + bias
    centred = x - x.mean(-1, keepdim=True)
    own = torch.sqrt((centred * centred).mean(-1, keepdim=True) + EPS)
    return centred / (1.3 if name.endswith("frozen") else own) * gain + bias


def case(seed, compute):
    draws = Draws(seed)
    x = (1.5 * torch.randn(BATCH, POS, D_MODEL, generator=draws.generator, dtype=torch.float64)).requires_grad_()
    r = torch.randn(BATCH, POS, D_MODEL, generator=draws.generator, dtype=torch.float64)
    y = compute(draws, x)
    (r * y).sum().backward()
    tensors = {"x": x, "r": r, "y": y, "grad/x": x.grad}
    tensors |= {"param/" + name: value for name, value in draws.values.items()}
    return tensors | {"grad/" + name: value.grad for name, value in draws.values.items()}


def main(directory):
    directory.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    cases, tensors = [], {}
    for seed, (name, kind, heads, key_value_heads, d_head, mask, layer) in enumerate(KINDS, 300):
        def compute(draws, x):
            if kind == "value_residual":                                             # the second of two layers, which takes over the first one's values
                stream, values = attention(draws, "first.", kind, name, x, heads, key_value_heads, d_head, mask, 0)
                return attention(draws, "attn.", kind, name, stream, heads, key_value_heads, d_head, mask, layer, values)[0]
            return attention(draws, "attn.", kind, name, x, heads, key_value_heads, d_head, mask, layer)[0]
        cases.append(dict(name=name, seed=seed, part="attention", kind=kind, n_heads=heads, n_key_value_heads=key_value_heads, d_head=d_head, mask=mask, layer=layer))
        tensors |= {f"{name}/{key}": value for key, value in case(seed, compute).items()}
    for seed, (name, kind) in enumerate(NORMS, 400):
        cases.append(dict(name=name, seed=seed, part="norm", kind=kind))
        tensors |= {f"{name}/{key}": value for key, value in case(seed, lambda draws, x: norm(draws, name, kind, x)).items()}
    save(directory / "attention_kinds.safetensors", cases, tensors)


if __name__ == "__main__":
    here = pathlib.Path(__file__).resolve().parent
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parent / "resources/io/fluxo/golden")
