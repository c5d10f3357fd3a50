"""The workloads of workloads.ts in PyTorch: one JSON line for each, times in milliseconds, by the clock and of the processor.

    [TORCH_DEVICE=cuda] [TORCH_FORM=compile|channels_last] python3 torch_bench.py THREADS SECONDS WORKLOAD...

Without arguments: its version, and the GFLOP/s of its 512 x 512 x 512 matrix product on one thread.
"""

import json
import os
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

DEVICE = os.environ.get('TORCH_DEVICE', 'cpu')
FORM = os.environ.get('TORCH_FORM', 'eager')
# A GPU shall compute in float32 too: PyTorch gives convolutions 10 bits of it.
torch.backends.cudnn.allow_tf32 = False


def simple_cnn(bn):
    channels = [3, 16, 16, 2]
    layers = []
    for i in range(3):
        normalized = bn and i < 2
        layers += [nn.Conv2d(channels[i], channels[i + 1], 3, 2, 1, bias=not normalized), nn.ReLU()]
        if normalized:
            layers.append(nn.BatchNorm2d(channels[i + 1]))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())


def lenet_like():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Linear(128, 10),
    )


def perceptron():
    return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))


class ResNet9(nn.Module):
    def __init__(self, width):
        super().__init__()

        def block(inputs, outputs):
            return nn.Sequential(nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())

        sizes = [(3, 1), (1, 2), (2, 2), (2, 2), (2, 4), (4, 8), (8, 8), (8, 8)]
        self.blocks = nn.ModuleList([block(a if a == 3 else a * width, b * width) for a, b in sizes])
        self.head = nn.Linear(8 * width, 10)

    def forward(self, x):
        b = self.blocks
        x = F.max_pool2d(b[1](b[0](x)), 2)
        x = x + b[3](b[2](x))
        x = F.max_pool2d(b[5](F.max_pool2d(b[4](x), 2)), 2)
        x = x + b[7](b[6](x))
        return self.head(F.max_pool2d(x, 4).flatten(1))


def separable_net():
    def conv(inputs, outputs, kernel, stride=1, groups=1):
        convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())

    layers = [conv(3, 32, 3)]
    for inputs, outputs, stride in [(32, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2)]:
        layers += [conv(inputs, inputs, 3, stride, inputs), conv(inputs, outputs, 1)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, 10))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()

        def twice(inputs, outputs):
            first, second = nn.Conv2d(inputs, outputs, 3, 1, 1), nn.Conv2d(outputs, outputs, 3, 1, 1)
            return nn.Sequential(first, nn.ReLU(), second, nn.ReLU())

        self.down = nn.ModuleList([twice(1, 16), twice(16, 32), twice(32, 64)])
        self.up = nn.ModuleList([nn.ConvTranspose2d(64, 32, 2, 2), nn.ConvTranspose2d(32, 16, 2, 2)])
        self.back = nn.ModuleList([twice(64, 32), twice(32, 16)])
        self.head = nn.Conv2d(16, 2, 1)

    def forward(self, x):
        a = self.down[0](x)
        b = self.down[1](F.max_pool2d(a, 2))
        x = self.down[2](F.max_pool2d(b, 2))
        x = self.back[0](torch.cat([b, self.up[0](x)], 1))
        x = self.back[1](torch.cat([a, self.up[1](x)], 1))
        return self.head(x)


class Tabular(nn.Module):
    def __init__(self):
        super().__init__()
        self.embeddings = nn.ModuleList([nn.Embedding(100, 21) for _ in range(10)])
        self.dropout = nn.Dropout(0.04)
        self.norm = nn.BatchNorm1d(8)
        layers = []
        for inputs, outputs in [(218, 200), (200, 100), (100, 50)]:
            layers += [nn.Linear(inputs, outputs, bias=False), nn.ReLU(), nn.BatchNorm1d(outputs), nn.Dropout(0.1)]
        self.body = nn.Sequential(*layers, nn.Linear(50, 2))

    def forward(self, cats, conts):
        embedded = torch.cat([table(cats[:, i]) for i, table in enumerate(self.embeddings)], 1)
        return self.body(torch.cat([self.dropout(embedded), self.norm(conts)], 1))


def sound_net():
    layers = []
    for inputs, outputs, kernel, stride in [(1, 32, 80, 4), (32, 32, 3, 1), (32, 64, 3, 1), (64, 64, 3, 1)]:
        layers += [nn.Conv1d(inputs, outputs, kernel, stride, bias=False), nn.BatchNorm1d(outputs), nn.ReLU(), nn.MaxPool1d(4)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(64, 10))


class TextClassifier(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.embedding = nn.Embedding(5000, 64)
        self.recurrent = layer(64, 64, batch_first=True)
        self.head = nn.Linear(64, 2)

    def forward(self, x):
        return self.head(self.recurrent(self.embedding(x))[0][:, -1])


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(5000, 64, padding_idx=0)
        self.recurrent = nn.LSTM(64, 64, batch_first=True, bidirectional=True)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        lengths = (x != 0).sum(1)
        packed = pack_padded_sequence(self.embedding(x), lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.recurrent(packed)[0], batch_first=True, total_length=x.shape[1])
        return self.head(states).transpose(1, 2)


class Block(nn.Module):
    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads, self.dropout = heads, nn.Dropout(dropout)
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.feedforward = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = self.qkv(self.norms[0](x)).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        dropped = self.dropout.p if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=dropped, is_causal=True)
        x = x + self.dropout(self.out(y.transpose(1, 2).reshape(batch, length, width)))
        return x + self.dropout(self.feedforward(self.norms[1](x)))


class CharacterGpt(nn.Module):
    def __init__(self, characters=65, length=64, width=128, heads=4, blocks=4, dropout=0.0):
        super().__init__()
        self.tokens, self.places = nn.Embedding(characters, width), nn.Embedding(length, width)
        self.blocks = nn.Sequential(*(Block(width, heads, dropout) for _ in range(blocks)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, characters)
        for part in self.modules():
            if isinstance(part, (nn.Linear, nn.Embedding)):
                nn.init.normal_(part.weight, std=0.02)
            if isinstance(part, nn.Linear):
                nn.init.zeros_(part.bias)

    def forward(self, x):
        y = self.blocks(self.tokens(x) + self.places(torch.arange(x.shape[1], device=x.device)))
        return self.head(self.norm(y)).transpose(1, 2)


def sgd(model, lr):
    return torch.optim.SGD(model.parameters(), lr, momentum=0.9)


def adam(model, lr):
    return torch.optim.Adam(model.parameters(), lr)


def labelled(classes, *shape):
    return lambda: ((torch.randn(*shape),), torch.randint(0, classes, (shape[0],)))


def texts():
    return (torch.randint(1, 5000, (32, 80)),), torch.randint(0, 2, (32,))


def discs():
    y = torch.randint(0, 2, (16, 64, 64))
    return (torch.randn(16, 1, 64, 64) + y[:, None],), y


def rows():
    return (torch.randint(0, 100, (128, 10)), torch.randn(128, 8)), torch.randint(0, 2, (128,))


def tagged():
    # Of the lengths of workloads.ts; -100 is what PyTorch's cross-entropy leaves out.
    beyond = torch.arange(80)[None] >= torch.randint(20, 81, (32, 1))
    x, y = torch.randint(1, 5000, (32, 80)), torch.randint(0, 10, (32, 80))
    return (x.masked_fill(beyond, 0),), y.masked_fill(beyond, -100)


def characters():
    x = torch.randint(0, 65, (16, 65))
    return (x[:, :-1],), x[:, 1:]


WORKLOADS = {
    'W1': (lambda: simple_cnn(False), labelled(2, 64, 3, 28, 28), sgd, 0.05),
    'W1bn': (lambda: simple_cnn(True), labelled(2, 64, 3, 28, 28), sgd, 0.05),
    'W2': (lenet_like, labelled(10, 64, 1, 28, 28), adam, 1e-3),
    'W3': (perceptron, labelled(10, 128, 784), adam, 1e-3),
    'W4': (lambda: ResNet9(16), labelled(10, 64, 3, 32, 32), sgd, 0.002),
    'W5': (lambda: ResNet9(64), labelled(10, 512, 3, 32, 32), sgd, 0.002),
    'W6': (lambda: TextClassifier(nn.LSTM), texts, adam, 1e-3),
    'W7': (lambda: TextClassifier(nn.GRU), texts, adam, 1e-3),
    'W8': (CharacterGpt, characters, adam, 1e-3),
    'W9': (separable_net, labelled(10, 64, 3, 32, 32), adam, 1e-3),
    'W10': (UNet, discs, adam, 1e-3),
    'W11': (Tabular, rows, adam, 1e-3),
    'W12': (sound_net, labelled(10, 32, 1, 8000), adam, 1e-3),
    'W13': (Tagger, tagged, adam, 1e-3),
}


def measure(name, seconds):
    build, batch, optimizer, lr = WORKLOADS[name]
    torch.manual_seed(0)
    model = build().to(DEVICE)
    batches = [batch() for _ in range(4)]
    if FORM == 'channels_last':
        if batches[0][0][0].dim() != 4:
            raise SystemExit(f'error: {name} has no images whose channels could be last')
        model = model.to(memory_format=torch.channels_last)
        batches = [((x.to(memory_format=torch.channels_last),), y) for (x,), y in batches]
    opt = optimizer(model, lr)
    run = torch.compile(model) if FORM == 'compile' else model
    times, cpu = [], []

    def step():
        start, used = time.perf_counter(), time.process_time()
        xs, y = batches[len(times) % 4]
        opt.zero_grad()
        loss = F.cross_entropy(run(*(x.to(DEVICE) for x in xs)), y.to(DEVICE))
        loss.backward()
        opt.step()
        loss.item()
        times.append((time.perf_counter() - start) * 1e3)
        cpu.append((time.process_time() - used) * 1e3)

    # Compiling takes the first ones.
    for _ in range(3):
        step()
    began = time.perf_counter()
    while time.perf_counter() - began < seconds or len(times) < 8:
        step()
    warm = len(times) // 4
    return {'times': times[warm:], 'cpu': cpu[warm:]}


def product():
    torch.set_num_threads(1)
    a, b = torch.randn(512, 512), torch.randn(512, 512)
    best = float('inf')
    for _ in range(12):
        start = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - start)
    return 2 * 512 ** 3 / best / 1e9


if __name__ == '__main__' and len(sys.argv) == 1:
    print(torch.__version__, product())
elif __name__ == '__main__':
    torch.set_num_threads(int(sys.argv[1]))
    for name in sys.argv[3:]:
        print(json.dumps({'name': name, **measure(name, float(sys.argv[2]))}), flush=True)
