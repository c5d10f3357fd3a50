"""The workloads of workloads.ts in PyTorch: one JSON line for each, times in milliseconds.

    [TORCH_DEVICE=cuda] python3 torch_bench.py THREADS SECONDS WORKLOAD...

Without arguments: its version, and the GFLOP/s of its 512 x 512 x 512 matrix product on one thread.
"""

import json
import os
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

DEVICE = os.environ.get('TORCH_DEVICE', 'cpu')
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


def sgd(model, lr):
    return torch.optim.SGD(model.parameters(), lr, momentum=0.9)


def adam(model, lr):
    return torch.optim.Adam(model.parameters(), lr)


WORKLOADS = {
    'W1': (lambda: simple_cnn(False), (64, 3, 28, 28), 2, sgd, 0.05),
    'W1bn': (lambda: simple_cnn(True), (64, 3, 28, 28), 2, sgd, 0.05),
    'W2': (lenet_like, (64, 1, 28, 28), 10, adam, 1e-3),
    'W3': (perceptron, (128, 784), 10, adam, 1e-3),
    'W4': (lambda: ResNet9(16), (64, 3, 32, 32), 10, sgd, 0.002),
    'W5': (lambda: ResNet9(64), (512, 3, 32, 32), 10, sgd, 0.002),
}


def measure(name, seconds):
    build, shape, classes, optimizer, lr = WORKLOADS[name]
    torch.manual_seed(0)
    model = build().to(DEVICE)
    opt = optimizer(model, lr)
    batches = [(torch.randn(*shape), torch.randint(0, classes, (shape[0],))) for _ in range(4)]
    times = []
    began = time.perf_counter()
    while time.perf_counter() - began < seconds or len(times) < 8:
        start = time.perf_counter()
        x, y = (tensor.to(DEVICE) for tensor in batches[len(times) % 4])
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        loss.item()
        times.append((time.perf_counter() - start) * 1e3)
    return times[len(times) // 4:]


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
        print(json.dumps({'name': name, 'times': measure(name, float(sys.argv[2]))}), flush=True)
