"""The PyTorch side of `./fluxo bench --peer`: times the same case and prints one JSON line per step (medians, in milliseconds).

With --rounds the steps are prepared once and timed again for every line of standard input; an empty line follows the last step of a round.
"""
import argparse
import json
import math
import statistics
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.project = nn.Linear(width, 3 * width)
        self.merge = nn.Linear(width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        parts = self.project(x).view(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_causal=True)
        return self.merge(mixed.transpose(1, 2).reshape(batch, tokens, width))


class Block(nn.Module):
    def __init__(self, options):
        super().__init__()
        self.pre = options.placement == "pre"
        self.attention = Attention(options.model, options.heads)
        act = nn.ReLU() if options.activation == "relu" else nn.GELU(approximate="tanh")
        self.mlp = nn.Sequential(nn.Linear(options.model, options.ff), act, nn.Linear(options.ff, options.model))
        self.ln1, self.ln2 = nn.LayerNorm(options.model), nn.LayerNorm(options.model)

    def forward(self, x):
        if self.pre:
            x = x + self.attention(self.ln1(x))
            return x + self.mlp(self.ln2(x))
        x = self.ln1(x + self.attention(x))
        return self.ln2(x + self.mlp(x))


class Model(nn.Module):
    def __init__(self, options):
        super().__init__()
        self.token = nn.Embedding(options.vocab, options.model)
        self.position = nn.Embedding(options.tokens, options.model)
        self.blocks = nn.Sequential(*(Block(options) for _ in range(options.layers)))
        self.last = nn.LayerNorm(options.model) if options.placement == "pre" else nn.Identity()
        self.head = nn.Linear(options.model, options.vocab, bias=False)
        if options.tied:
            self.head.weight = self.token.weight

    def forward(self, ids):
        return self.head(self.last(self.blocks(self.token(ids) + self.position.weight)))


class Clock:
    """Times calls. A GPU works on after a call has returned, so it is waited for; what takes less than 2 ms is called several times in a row."""

    LEAST_MS = 2

    def __init__(self, device):
        self.device = device

    def time(self, body, calls):
        before = time.perf_counter()
        for _ in range(calls):
            body()
        if self.device == "cuda":
            torch.cuda.synchronize()
        return (time.perf_counter() - before) * 1e3 / calls

    def warm_up(self, body):
        self.time(body, 5)

    def measure(self, body, seconds):
        one = self.time(body, 1)
        calls = 1 if one >= self.LEAST_MS else math.ceil(self.LEAST_MS / min(one, self.time(body, 1)))
        times, begun = [], time.perf_counter()
        while len(times) < 5 or time.perf_counter() - begun < seconds:
            times.append(self.time(body, calls))
        return {"ms": statistics.median(times), "best_ms": min(times), "runs": calls * len(times)}


def prepared(options, call):
    """The call as it is timed: compiled if asked, and with products in bfloat16 where everything else is float32, as on Fluxo's side."""
    run = torch.compile(call) if options.compile else call
    if options.dtype != "bf16":
        return run

    def mixed(*arguments):
        with torch.autocast(options.device, torch.bfloat16):
            return run(*arguments)

    return mixed


def block_steps(options):
    block = Block(options)
    run = prepared(options, block)
    x = torch.randn(options.batch, options.tokens, options.model, requires_grad=True)
    seed = torch.randn(options.batch, options.tokens, options.model)

    def forward():
        with torch.no_grad():
            run(x)

    def both():
        x.grad = None
        block.zero_grad(set_to_none=True)
        run(x).backward(seed)

    return {"forward": forward, "forward_backward": both}


def train_steps(options):
    model = Model(options)
    run = prepared(options, model)
    fused = True if options.device == "cuda" else None
    if options.optimizer == "adamw":
        optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3, betas=(0.9, 0.98), eps=1e-9, weight_decay=0.01, fused=fused)
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=5e-3, betas=(0.9, 0.98), eps=1e-9, fused=fused)
    ids = torch.randint(options.vocab, (options.batch, options.tokens + 1))

    def step():
        optimizer.zero_grad(set_to_none=True)
        logits = run(ids[:, :-1])
        loss = F.cross_entropy(logits.reshape(-1, options.vocab).to(torch.get_default_dtype()), ids[:, 1:].reshape(-1))
        loss.backward()
        optimizer.step()
        loss.item()  # Fluxo's step is done when its loss has come to the host

    return {"train": step}


def model_steps(options):
    model = Model(options)
    run = prepared(options, model)
    ids = torch.randint(options.vocab, (options.batch, options.tokens))

    def forward():
        with torch.no_grad():
            run(ids)

    return {"forward": forward}


def product(options, m, n, k):
    a, b = torch.randn(m, k), torch.randn(k, n)
    run = prepared(options, torch.matmul)
    return lambda: run(a, b)


def numpy_product(m, n, k):
    a, b = numpy.random.randn(m, k).astype("float32"), numpy.random.randn(k, n).astype("float32")
    c = numpy.empty((m, n), "float32")
    return lambda: numpy.matmul(a, b, out=c)


def kernel_steps(options):
    steps = {}
    for m, n, k in ((128, 128, 128), (256, 256, 256), (512, 512, 512), (1024, 1024, 1024), (2048, 2048, 2048), (512, 3072, 768)):
        if options.device == "cpu" and options.dtype == "f32":
            steps[f"numpy.matmul {m}x{n}x{k}"] = numpy_product(m, n, k)
        else:
            steps[f"matmul {m}x{n}x{k}"] = product(options, m, n, k)
    x, gain, bias = torch.randn(512, 3072), torch.randn(3072), torch.randn(3072)
    steps["layerNorm 512x3072"] = lambda: F.layer_norm(x, (3072,), gain, bias)
    steps["gelu 512x3072"] = lambda: F.gelu(x, approximate="tanh")
    steps["softmax 512x3072"] = lambda: F.softmax(x, -1)
    return steps


def matmul_steps(options):
    return {f"matmul {size}x{size}x{size}": product(options, size, size, size) for size in options.sizes}


def attention_steps(options):
    shape = (options.batch, options.heads, options.tokens, options.model // options.heads)
    parts = [torch.randn(shape, requires_grad=True) for _ in range(3)]
    seed = torch.randn(shape)

    def attend(q, k, v):
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)

    run = prepared(options, attend)

    def forward():
        with torch.no_grad():
            run(*parts)

    def both():
        for part in parts:
            part.grad = None
        mixed = run(*parts)
        mixed.backward(seed.to(mixed.dtype))

    return {"forward": forward, "forward_backward": both}


STEPS = {"block": block_steps, "train": train_steps, "model": model_steps, "kernels": kernel_steps, "matmul": matmul_steps, "attention": attention_steps}
# of tensors
DTYPES = {"f32": torch.float32, "f64": torch.float64, "bf16": torch.float32}


def tell(options, clock, steps):
    peer = "torch-" + torch.__version__ + ("-compile" if options.compile else "")
    for name, body in steps.items():
        who = "numpy-" + numpy.__version__ if name.startswith("numpy.") else peer
        row = {"peer": who, "step": name.removeprefix("numpy."), **clock.measure(body, options.seconds)}
        if options.device == "cuda":
            row["peak_bytes"] = torch.cuda.max_memory_allocated()
        print(json.dumps(row), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=list(STEPS))
    for name in ("batch", "tokens", "model", "heads", "ff", "layers", "vocab", "threads"):
        parser.add_argument("--" + name, type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--placement", choices=["pre", "post"], required=True)
    parser.add_argument("--activation", choices=["gelu", "relu"], required=True)
    parser.add_argument("--optimizer", choices=["adam", "adamw"], default="adam")
    parser.add_argument("--dtype", choices=list(DTYPES), default="f32")
    parser.add_argument("--sizes", type=int, nargs="*", default=[])
    parser.add_argument("--tied", action="store_true")
    parser.add_argument("--device", choices=["cpu", "cuda", "cuda-tf32"], default="cpu")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--rounds", action="store_true")
    options = parser.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = options.device == "cuda-tf32"
    options.device = options.device.removesuffix("-tf32")
    torch.set_num_threads(options.threads)
    torch.set_default_device(options.device)
    torch.set_default_dtype(DTYPES[options.dtype])
    torch.manual_seed(0)
    clock = Clock(options.device)
    steps = STEPS[options.what](options)
    for body in steps.values():
        clock.warm_up(body)
    if options.rounds:
        for _ in sys.stdin:
            tell(options, clock, steps)
            print(flush=True)
    else:
        tell(options, clock, steps)


if __name__ == "__main__":
    main()
