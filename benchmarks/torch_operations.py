"""What a step of PyTorch consists of: milliseconds of its operations, to be held against those of native-steps.ts.

    python3 torch_shares.py THREADS WORKLOAD...
"""

import os
import sys
import time

# It says at each start that there is no GPU.
os.environ.setdefault('KINETO_LOG_LEVEL', '5')
import torch
from torch.nn import functional as F
from torch.profiler import ProfilerActivity, profile

from torch_bench import WORKLOADS

STEPS = 30


def shares(name):
    build, batch, optimizer, lr = WORKLOADS[name]
    torch.manual_seed(0)
    model, (xs, y) = build(), batch()
    opt = optimizer(model, lr)

    def step():
        opt.zero_grad()
        loss = F.cross_entropy(model(*xs), y)
        loss.backward()
        opt.step()
        return loss.item()

    times = []
    for _ in range(STEPS):
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1e3)
    least = {}
    for _ in range(STEPS):
        with profile(activities=[ProfilerActivity.CPU], acc_events=True) as prof:
            step()
        for row in prof.key_averages():
            spent = row.self_cpu_time_total / 1000
            count, best = least.get(row.key, (row.count, spent))
            least[row.key] = (count, min(best, spent))
    print(f'\n{name}: {min(times):.2f} ms a step, shortest; of each operation the shortest of {STEPS} steps, while it was watched:')
    for key, (count, spent) in sorted(least.items(), key=lambda item: -item[1][1])[:10]:
        print(f'{spent:7.3f} ms  {count:3d} times  {key}')


if __name__ == '__main__':
    torch.set_num_threads(int(sys.argv[1]))
    for each in sys.argv[2:]:
        shares(each)
