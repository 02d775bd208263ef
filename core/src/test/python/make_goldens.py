"""Makes the goldens that Fluxo is held against: what PyTorch computes, in float64.

    python make_goldens.py [DIRECTORY]        default: ../resources/io/fluxo/golden beside this file

Needs torch, numpy and safetensors. The committed files were made with torch 2.13.0 (CPU). Everything is drawn from the seeds below, so that
the same versions on the same kind of machine give the same bytes.

encoder_layer.safetensors   torch.nn.TransformerEncoderLayer, per case: input x, random weights r, output y of the layer, and the gradients
                            of sum(r * y) with respect to x and to every parameter:  CASE/x  CASE/r  CASE/y  CASE/grad/x  CASE/param/NAME
                            CASE/grad/NAME
training.safetensors        a small character model trained for three steps, per run: each step's windows of token ids (a token's target is
                            its successor), the losses (each before its step), and every parameter before the first step and after each,
                            stacked along a first axis of four:  RUN/windows  RUN/losses  RUN/param/NAME

stacks.safetensors          the blocks of one placement between x_0 and what the final norm reads, per case as in encoder_layer, the parameters under their names in
                            a model of two layers

All files describe their cases in the metadata entry `cases`. Parameters bear Fluxo's names; Fluxo keeps a projection as [in, out], so that
torch's Linear weights ([out, in]) are stored transposed and the packed in_proj_weight [3d, d] as three.
"""

import json
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.numpy import save_file

ACTIVATIONS = {"relu": F.relu, "gelu": F.gelu, "gelu_tanh": lambda x: F.gelu(x, approximate="tanh")}

#       name                  d_model heads d_mlp  act_fn      placement mask             batch pos
LAYERS = [
    ("post_relu",             8,      1,    9,     "relu",      "post",  "bidirectional", 2,    5),
    ("post_relu_causal",      8,      2,    9,     "relu",      "post",  "causal",        2,    5),
    ("post_gelu_tanh_causal", 12,     4,    7,     "gelu_tanh", "post",  "causal",        3,    6),
    ("pre_relu",              6,      3,    10,    "relu",      "pre",   "bidirectional", 2,    3),
    ("pre_gelu_causal",       8,      2,    9,     "gelu",      "pre",   "causal",        2,    5),
    ("pre_gelu_tanh",         8,      4,    9,     "gelu_tanh", "pre",   "bidirectional", 1,    7),
]

TRAINED = dict(n_layers=2, d_model=4, n_heads=2, d_mlp=8, n_ctx=5, d_vocab=7, mask="causal", bias=True, norm_affine=True, norm_eps=1e-5)
BATCH, STEPS, LR, BETAS, EPSILON = 3, 3, 5e-3, (0.9, 0.98), 1e-9

#       name                placement act_fn  tied   optimizer weight_decay decay      warmup
RUNS = [
    ("post_adam",           "post",   "relu", False, "adam",   0.0,         "all",      1),
    ("pre_adam_warmup",     "pre",    "gelu", False, "adam",   0.0,         "all",      4),
    ("pre_tied_adam_decay", "pre",    "relu", True,  "adam",   0.05,        "all",      1),
    ("post_adamw",          "post",   "gelu", False, "adamw",  0.1,         "all",      1),
    ("pre_adamw_matrices",  "pre",    "relu", False, "adamw",  0.1,         "matrices", 1),
    ("pre_sgd_decay",       "pre",    "relu", False, "sgd",    0.01,        "all",      2),
]


def randomize(module, generator):
    """Random values for every parameter: matrices of the size training starts from, gains around 1, biases around 0."""
    for name, parameter in module.named_parameters():
        std = 1 / math.sqrt(parameter.shape[-1]) if parameter.dim() > 1 else 0.3
        centre = 1.0 if "norm" in name and name.endswith("weight") else 0.0
        with torch.no_grad():
            parameter.copy_(centre + std * torch.randn(parameter.shape, generator=generator, dtype=torch.float64))


def encoder_layer(d_model, heads, d_mlp, act_fn, placement):
    return nn.TransformerEncoderLayer(d_model, heads, d_mlp, dropout=0.0, activation=ACTIVATIONS[act_fn], layer_norm_eps=1e-5, batch_first=True,
                                      norm_first=placement == "pre", dtype=torch.float64)


def causal(length):
    """True where a position must not look."""
    return torch.ones(length, length, dtype=torch.bool).triu(1)


def layer_tensors(layer, of):
    """Fluxo's name -> of(parameter), for a TransformerEncoderLayer."""
    attention, tensors = layer.self_attn, {}
    weights, biases = of(attention.in_proj_weight).chunk(3), of(attention.in_proj_bias).chunk(3)
    for letter, weight, bias in zip("QKV", weights, biases):
        tensors[f"attn.W_{letter}"], tensors[f"attn.b_{letter}"] = weight.T, bias
    for name, linear in (("attn.{}_O", attention.out_proj), ("mlp.{}_in", layer.linear1), ("mlp.{}_out", layer.linear2)):
        tensors[name.format("W")], tensors[name.format("b")] = of(linear.weight).T, of(linear.bias)
    for name, norm in (("ln1", layer.norm1), ("ln2", layer.norm2)):
        tensors[name + ".w"], tensors[name + ".b"] = of(norm.weight), of(norm.bias)
    return tensors


def layer_case(seed, d_model, heads, d_mlp, act_fn, placement, mask, batch, pos):
    generator = torch.Generator().manual_seed(seed)
    layer = encoder_layer(d_model, heads, d_mlp, act_fn, placement)
    randomize(layer, generator)
    x = (1.5 * torch.randn(batch, pos, d_model, generator=generator, dtype=torch.float64)).requires_grad_()
    r = torch.randn(batch, pos, d_model, generator=generator, dtype=torch.float64)
    y = layer(x, src_mask=causal(pos) if mask == "causal" else None)
    (r * y).sum().backward()
    tensors = {"x": x, "r": r, "y": y, "grad/x": x.grad}
    tensors |= {"param/" + name: value for name, value in layer_tensors(layer, lambda p: p).items()}
    tensors |= {"grad/" + name: value for name, value in layer_tensors(layer, lambda p: p.grad).items()}
    return tensors


class CharModel(nn.Module):
    """Token and position embedding, encoder layers, a final norm under pre-norm, the unembedding."""

    def __init__(self, placement, act_fn, tied):
        super().__init__()
        t = TRAINED
        self.embed = nn.Embedding(t["d_vocab"], t["d_model"], dtype=torch.float64)
        self.positions = nn.Parameter(torch.empty(t["n_ctx"], t["d_model"], dtype=torch.float64))
        self.layers = nn.ModuleList(encoder_layer(t["d_model"], t["n_heads"], t["d_mlp"], act_fn, placement) for _ in range(t["n_layers"]))
        self.norm_final = nn.LayerNorm(t["d_model"], dtype=torch.float64) if placement == "pre" else None
        self.head = None if tied else nn.Linear(t["d_model"], t["d_vocab"], bias=False, dtype=torch.float64)

    def forward(self, tokens):
        x = self.embed(tokens) + self.positions[: tokens.shape[1]]
        for layer in self.layers:
            x = layer(x, src_mask=causal(tokens.shape[1]))
        if self.norm_final is not None:
            x = self.norm_final(x)
        return x @ self.embed.weight.T if self.head is None else self.head(x)

    def tensors(self):
        value = lambda p: p.detach().clone()
        tensors = {"W_E": value(self.embed.weight), "W_pos": value(self.positions)}
        for i, layer in enumerate(self.layers):
            tensors |= {f"blocks.{i}.{name}": tensor for name, tensor in layer_tensors(layer, value).items()}
        if self.norm_final is not None:
            tensors |= {"ln_final.w": value(self.norm_final.weight), "ln_final.b": value(self.norm_final.bias)}
        if self.head is not None:
            tensors["W_U"] = value(self.head.weight).T
        return tensors


def optimizer(model, kind, weight_decay, decay):
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": matrices, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": weight_decay if decay == "all" else 0.0}]
    if kind == "sgd":
        return torch.optim.SGD(groups, lr=LR)
    return {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[kind](groups, lr=LR, betas=BETAS, eps=EPSILON, foreach=False)


def training_run(seed, placement, act_fn, tied, kind, weight_decay, decay, warmup):
    generator = torch.Generator().manual_seed(seed)
    model = CharModel(placement, act_fn, tied)
    randomize(model, generator)
    steps = optimizer(model, kind, weight_decay, decay)
    windows = torch.randint(TRAINED["d_vocab"], (STEPS, BATCH, TRAINED["n_ctx"] + 1), generator=generator)
    losses, history = [], [model.tensors()]
    for t in range(1, STEPS + 1):
        for group in steps.param_groups:
            group["lr"] = LR * min(1.0, t / warmup)
        loss = F.cross_entropy(model(windows[t - 1, :, :-1]).flatten(0, 1), windows[t - 1, :, 1:].flatten())
        steps.zero_grad()
        loss.backward()
        steps.step()
        losses.append(loss.item())
        history.append(model.tensors())
    tensors = {f"param/{name}": torch.stack([moment[name] for moment in history]) for name in history[0]}
    return tensors | {"windows": windows.to(torch.int32), "losses": torch.tensor(losses, dtype=torch.float64)}


STACK = dict(n_layers=2, d_model=6, n_heads=2, d_mlp=7, act_fn="gelu", mask="causal", norm_affine=True, norm_eps=1e-5)

#       name                  placement            keys of its own
STACKS = [
    ("post_scaled",           "post_scaled",       dict(alpha=1.5)),
    ("keel",                  "keel",              {}),
    ("siamese",               "siamese",           {}),
    ("hyper_connections",     "hyper_connections", dict(streams=3, dynamic=True)),
    ("hyper_static",          "hyper_connections", dict(streams=2, dynamic=False)),
    ("mhc",                   "mhc",               dict(streams=3)),
    ("deep_delta",            "deep_delta",        dict(beta=0.5)),
    ("attn_res",              "attn_res",          {}),
    ("attn_res_blocks",       "attn_res",          dict(sub_layers=2)),
    ("ngpt",                  "ngpt",              dict(alpha=0.05)),
    ("hybrid_norm",           "hybrid_norm",       {}),
]


class Cells:
    """Parameters under Fluxo's names, drawn where an equation first asks for them."""

    def __init__(self, generator):
        self.generator, self.all = generator, {}

    def __call__(self, name, *shape):
        if name not in self.all:
            centre = 1.0 if name.endswith(".w") and "depth" not in name.rsplit(".", 2)[-2] else 0.0
            std = 1 / math.sqrt(shape[0]) if len(shape) > 1 else 0.3
            self.all[name] = (centre + std * torch.randn(*shape, generator=self.generator, dtype=torch.float64)).requires_grad_()
        return self.all[name]


def stack(placement, own, cell, x0):
    """The residual wirings, each from its paper's equations: k counts sub-layers."""
    d, heads, hidden, blocks = STACK["d_model"], STACK["n_heads"], STACK["d_mlp"], STACK["n_layers"]

    def norm(name, z):
        return F.layer_norm(z, (d,), cell(name + ".w", d), cell(name + ".b", d), STACK["norm_eps"])

    def rms(z, eps):
        return z / torch.sqrt((z * z).mean(-1, keepdim=True) + eps)

    def f(k, z):
        path = f"blocks.{k // 2}."
        if k % 2 == 1:
            inner = F.gelu(z @ cell(path + "mlp.W_in", d, hidden) + cell(path + "mlp.b_in", hidden))
            return inner @ cell(path + "mlp.W_out", hidden, d) + cell(path + "mlp.b_out", d)
        q, key, v = ((z @ cell(path + "attn.W_" + c, d, d) + cell(path + "attn.b_" + c, d)).unflatten(-1, (heads, -1)).transpose(1, 2) for c in "QKV")
        out = F.scaled_dot_product_attention(q, key, v, is_causal=True).transpose(1, 2).flatten(-2)
        return out @ cell(path + "attn.W_O", d, d) + cell(path + "attn.b_O", d)

    def ln(k, suffix=""):
        return f"blocks.{k // 2}.ln{k % 2 + 1}{suffix}"

    def at(k, part):
        return f"blocks.{k // 2}.{part}{k % 2 + 1}"

    def hybrid(path, z):
        """Attention with a norm of each head's queries, keys and values; softmax written out."""
        q, key, v = (F.layer_norm((z @ cell(path + "W_" + c, d, d) + cell(path + "b_" + c, d)).unflatten(-1, (heads, -1)), (d // heads,), cell(path + c.lower() + "_norm.w", d // heads),
                                  cell(path + c.lower() + "_norm.b", d // heads), STACK["norm_eps"]) for c in "QKV")
        scores = torch.einsum("bnhe,bmhe->bhnm", q, key) / math.sqrt(d // heads)
        later = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        mixed = torch.einsum("bhnm,bmhe->bnhe", scores.masked_fill(later, -math.inf).softmax(-1), v)
        return mixed.flatten(-2) @ cell(path + "W_O", d, d) + cell(path + "b_O", d)

    x, n = x0, own.get("streams", 0)
    if placement == "hybrid_norm":
        for k in range(blocks):
            x = norm(ln(2 * k + 1), x + hybrid(f"blocks.{k}.attn.", x))
            x = x + f(2 * k + 1, x)
        return x
    if placement == "post_scaled":
        for k in range(2 * blocks):
            x = norm(ln(k), own["alpha"] * x + f(k, x))
        return x
    if placement == "keel":
        for k in range(2 * blocks):
            x = norm(ln(k), 2 * blocks * x + f(k, norm(ln(k, "_in"), x)))
        return x
    if placement == "siamese":
        y = x0
        for k in range(2 * blocks):
            x = norm(ln(k), x)
            u = f(k, norm(at(k, "fuse"), x + norm(ln(k, "_y"), y)))
            x, y = x + u / math.sqrt(2 * (k // 2 + 1)), y + u
        return norm("ln_final_x", x) + norm("ln_final_y", y)
    if placement == "deep_delta":
        for k in range(2 * blocks):
            c, path = norm(ln(k), x), at(k, "delta")
            u = f(k, c)
            direction = u / (u.norm(dim=-1, keepdim=True) + 1e-5)
            beta = 2 * torch.sigmoid(c @ cell(path + ".w_beta", d, 1) + cell(path + ".b_beta", 1))
            v = 4 * torch.sigmoid(x @ cell(path + ".w_v", d, 1) + cell(path + ".b_v", 1))
            x = x + beta * (v - (direction * x).sum(-1, keepdim=True)) * direction
        return x
    if placement == "ngpt":
        for k in range(2 * blocks):
            stored = cell(f"blocks.{k // 2}.alpha_" + ("mlp" if k % 2 else "attn"), d)
            h = F.normalize(x, dim=-1)
            x = F.normalize(h + (stored * own["alpha"] * math.sqrt(d)).abs() * (F.normalize(f(k, h), dim=-1) - h), dim=-1)
        return x
    if placement == "attn_res":
        sources, size = [x0], own.get("sub_layers", 1)
        for k in range(2 * blocks + 1):
            path = at(k, "depth") if k < 2 * blocks else "depth_final"
            s = torch.stack(sources)                                                                       # source batch pos d_model
            weights = (rms(s, 1e-8) * cell(path + ".ln.w", d) @ cell(path + ".w", d, 1)).softmax(0)
            h = (weights * s).sum(0)
            if k < 2 * blocks:
                u = f(k, norm(ln(k), h))
                sources = sources + [u] if k % size == 0 else sources[:-1] + [sources[-1] + u]
        return h
    streams = torch.stack([x0] * n, dim=2)                                                                 # batch pos stream d_model
    for k in range(2 * blocks):
        path = at(k, "hyper")
        if placement == "mhc":
            flat = rms(streams.flatten(2), 1e-6)
            made = lambda name, count: cell(f"{path}.{name}.a", 1) * (flat @ cell(f"{path}.{name}.phi", n * d, count)) + cell(f"{path}.{name}.b", count)
            pre, post, mix = torch.sigmoid(made("pre", n)), 2 * torch.sigmoid(made("post", n)), made("res", n * n).unflatten(-1, (n, n)).exp()
            for _ in range(20):
                mix = mix / mix.sum(-2, keepdim=True)
                mix = mix / mix.sum(-1, keepdim=True)
        else:
            pre, post, mix = cell(path + ".A_m", n), cell(path + ".B", n), cell(path + ".A_r", n, n).T
            if own["dynamic"]:
                normed = norm(path + ".ln", streams)
                added = lambda w, s, *shape: cell(path + s, 1) * torch.tanh(normed @ cell(path + w, *shape))
                pre = pre + added(".W_m", ".s_alpha", d, 1).squeeze(-1)
                post = post + added(".W_B", ".s_beta", d, 1).squeeze(-1)
                mix = mix + added(".W_r", ".s_alpha", d, n).transpose(-1, -2)
        batch, pos = x0.shape[:2]
        pre, post, mix = pre.expand(batch, pos, n), post.expand(batch, pos, n), mix.expand(batch, pos, n, n)
        u = f(k, norm(ln(k), torch.einsum("bpn,bpnd->bpd", pre, streams)))
        streams = torch.einsum("bptf,bpfd->bptd", mix, streams) + torch.einsum("bpn,bpd->bpnd", post, u)
    return streams.sum(2)


def stack_case(seed, placement, own):
    generator = torch.Generator().manual_seed(seed)
    cell = Cells(generator)
    x = (1.5 * torch.randn(2, 3, STACK["d_model"], generator=generator, dtype=torch.float64)).requires_grad_()
    y = stack(placement, own, cell, x)
    r = torch.randn(y.shape, generator=generator, dtype=torch.float64)
    (r * y).sum().backward()
    tensors = {"x": x, "r": r, "y": y, "grad/x": x.grad}
    return tensors | {"param/" + name: value for name, value in cell.all.items()} | {"grad/" + name: value.grad for name, value in cell.all.items()}


def save(file, cases, tensors):
    arrays = {name: np.ascontiguousarray(value.detach().numpy()) for name, value in tensors.items()}
    save_file(arrays, file, metadata={"cases": json.dumps({"torch": torch.__version__, "cases": cases})})
    print(file, file.stat().st_size, "bytes")


def main(directory):
    directory.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    cases, tensors = [], {}
    for seed, (name, d_model, heads, d_mlp, act_fn, placement, mask, batch, pos) in enumerate(LAYERS):
        cases.append(dict(name=name, seed=seed, d_model=d_model, n_heads=heads, d_mlp=d_mlp, act_fn=act_fn, placement=placement, mask=mask))
        case = layer_case(seed, d_model, heads, d_mlp, act_fn, placement, mask, batch, pos)
        tensors |= {f"{name}/{key}": value for key, value in case.items()}
    save(directory / "encoder_layer.safetensors", cases, tensors)

    cases, tensors = [], {}
    for seed, (name, placement, act_fn, tied, kind, weight_decay, decay, warmup) in enumerate(RUNS, 100):
        cases.append(dict(TRAINED, name=name, seed=seed, placement=placement, act_fn=act_fn, tied_head=tied, optimizer=kind, lr=LR, betas=BETAS,
                          epsilon=EPSILON, weight_decay=weight_decay, decay=decay, warmup=warmup, batch=BATCH, steps=STEPS))
        run = training_run(seed, placement, act_fn, tied, kind, weight_decay, decay, warmup)
        tensors |= {f"{name}/{key}": value for key, value in run.items()}
    save(directory / "training.safetensors", cases, tensors)

    cases, tensors = [], {}
    for seed, (name, placement, own) in enumerate(STACKS, 200):
        cases.append(dict(STACK, name=name, seed=seed, placement=dict(own, kind=placement)))
        tensors |= {f"{name}/{key}": value for key, value in stack_case(seed, placement, own).items()}
    save(directory / "stacks.safetensors", cases, tensors)


if __name__ == "__main__":
    here = pathlib.Path(__file__).resolve().parent
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parent / "resources/io/fluxo/golden")
