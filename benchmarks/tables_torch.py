"""From a CSV file to the last batch of PyTorch's DataLoader over a pandas frame: milliseconds of each round, as a JSON list.

    python3 tables_torch.py FILE BATCH ROUNDS
"""

import json
import sys
import time

import pandas
import torch
from torch.utils.data import DataLoader, Dataset


class Rows(Dataset):
    """A row is a sample, normalized, its category a number, as tutorials have it."""

    def __init__(self, path):
        frame = pandas.read_csv(path)
        kinds = torch.tensor(frame.pop('kind').astype('category').cat.codes.to_numpy(), dtype=torch.int32)
        values = torch.tensor(((frame - frame.mean()) / frame.std()).to_numpy(), dtype=torch.float32)
        self.cats, self.conts, self.ys = kinds, values[:, 1:], values[:, 0]

    def __len__(self):
        return len(self.ys)

    def __getitem__(self, i):
        return self.cats[i], self.conts[i], self.ys[i]


path, batch, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
times = []
for _ in range(rounds):
    start = time.perf_counter()
    for _ in DataLoader(Rows(path), batch_size=batch, shuffle=True):
        pass
    times.append((time.perf_counter() - start) * 1000)
print(json.dumps(times))
