"""The PyTorch side of `./fluxo bench --peer`: times the same case and prints one JSON line per step (medians, in milliseconds)."""
import argparse
import json
import statistics
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

    def forward(self, ids):
        return self.head(self.last(self.blocks(self.token(ids) + self.position.weight)))


def measure(body, seconds):
    for _ in range(5):
        body()
    times, begun = [], time.perf_counter()
    while len(times) < 5 or time.perf_counter() - begun < seconds:
        before = time.perf_counter()
        body()
        times.append((time.perf_counter() - before) * 1e3)
    return {"ms": statistics.median(times), "best_ms": min(times), "runs": len(times)}


def block_steps(options):
    block = Block(options)
    run = torch.compile(block) if options.compile else block
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
    run = torch.compile(model) if options.compile else model
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3, betas=(0.9, 0.98), eps=1e-9)
    ids = torch.randint(options.vocab, (options.batch, options.tokens + 1))

    def step():
        optimizer.zero_grad(set_to_none=True)
        logits = run(ids[:, :-1])
        F.cross_entropy(logits.reshape(-1, options.vocab), ids[:, 1:].reshape(-1)).backward()
        optimizer.step()

    return {"train": step}


def kernel_steps(options):
    steps = {}
    for m, n, k in ((128, 128, 128), (256, 256, 256), (512, 512, 512), (1024, 1024, 1024), (2048, 2048, 2048), (512, 3072, 768)):
        a, b = numpy.random.randn(m, k).astype("float32"), numpy.random.randn(k, n).astype("float32")
        c = numpy.empty((m, n), "float32")
        steps[f"numpy.matmul {m}x{n}x{k}"] = lambda a=a, b=b, c=c: numpy.matmul(a, b, out=c)
    x, gain, bias = torch.randn(512, 3072), torch.randn(3072), torch.randn(3072)
    steps["layerNorm 512x3072"] = lambda: F.layer_norm(x, (3072,), gain, bias)
    steps["gelu 512x3072"] = lambda: F.gelu(x, approximate="tanh")
    steps["softmax 512x3072"] = lambda: F.softmax(x, -1)
    return steps


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["block", "train", "kernels"])
    for name in ("batch", "tokens", "model", "heads", "ff", "layers", "vocab", "threads"):
        parser.add_argument("--" + name, type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--placement", choices=["pre", "post"], required=True)
    parser.add_argument("--activation", choices=["gelu", "relu"], required=True)
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    peer = "torch-" + torch.__version__ + ("-compile" if options.compile else "")
    steps = {"block": block_steps, "train": train_steps, "kernels": kernel_steps}[options.what](options)
    for name, body in steps.items():
        who = "numpy-" + numpy.__version__ if name.startswith("numpy.") else peer
        print(json.dumps({"peer": who, "step": name.removeprefix("numpy."), **measure(body, options.seconds)}), flush=True)


if __name__ == "__main__":
    main()
