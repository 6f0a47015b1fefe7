"""The peer of bench/engines.ts: the same decoder and AdamW in torch, one step for each line read ("product": one product of
two matrices of 512 x 512).

Its first argument is JSON: the model's sizes, the batch and the count of threads.
"""
import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

it = json.loads(sys.argv[1])
torch.set_num_threads(it["threads"])
torch.manual_seed(1)
hidden, heads, context = it["hiddenSize"], it["heads"], it["contextLength"]
width = hidden // heads
angles = torch.outer(
    torch.arange(context), it["ropeTheta"] ** (-torch.arange(0, width, 2) / width))
cosine, sine = torch.cat([angles, angles], 1).cos(), torch.cat([angles, angles], 1).sin()
mask = torch.full((context, context), float("-inf")).triu(1)


def rotate(x):
    first, second = x.chunk(2, -1)
    return x * cosine + torch.cat([-second, first], -1) * sine


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(hidden))

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + it["rmsNormEps"]) * self.gain


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        linear = lambda a, b: nn.Linear(a, b, bias=False)
        self.before, self.between = Norm(), Norm()
        self.q, self.k, self.v, self.o = (linear(hidden, hidden) for _ in range(4))
        inner = it["intermediateSize"]
        self.gate, self.up, self.down = linear(hidden, inner), linear(hidden, inner), linear(inner, hidden)

    def forward(self, x):
        n = self.before(x)
        q, k, v = (p(n).view(len(x), context, heads, width).transpose(1, 2) for p in (self.q, self.k, self.v))
        scores = rotate(q) @ rotate(k).transpose(2, 3) / width ** 0.5 + mask
        x = x + self.o((scores.softmax(-1) @ v).transpose(1, 2).reshape(len(x), context, hidden))
        n = self.between(x)
        return x + self.down(F.silu(self.gate(n)) * self.up(n))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(it["vocabSize"], hidden)
        nn.init.normal_(self.embedding.weight, std=0.02)
        self.layers = nn.ModuleList(Layer() for _ in range(it["layers"]))
        self.norm = Norm()

    def forward(self, ids):
        x = self.embedding(ids)
        for layer in self.layers:
            x = layer(x)
        return self.norm(x) @ self.embedding.weight.T


model = Model()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1)
length = it["batchSize"] * (context + 1)
tokens = torch.tensor([(i * i + 7 * i) % it["vocabSize"] for i in range(length)])
tokens = tokens.view(it["batchSize"], context + 1)


def step():
    loss = F.cross_entropy(model(tokens[:, :-1]).flatten(0, 1), tokens[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return float(loss)


step()
print("ready", torch.__version__, flush=True)
clock = time.process_time if it["threads"] == 1 else time.perf_counter
square = torch.arange(512 * 512).view(512, 512).remainder(17) / 17
for line in sys.stdin:
    start = clock()
    square @ square if line.strip() == "product" else step()
    print(1000 * (clock() - start), flush=True)
