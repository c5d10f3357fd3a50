"""The GPT of char-gpt.ts in PyTorch, on the same batches: its losses and that of validation, as one JSON line.

    python3 char_gpt_torch.py SEED CHARACTERS TRAIN LENGTH VALID LENGTH

TRAIN and VALID are files of int32 [batches, 2, 16, LENGTH], inputs and targets, each of its own LENGTH.
"""

import json
import sys

import numpy
import torch
from torch.nn import functional as F

from torch_bench import CharacterGpt


def batches(file, length):
    return torch.from_numpy(numpy.fromfile(file, dtype=numpy.int32).astype(numpy.int64)).view(-1, 2, 16, int(length))


seed, characters, length = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[4])
train, valid = batches(*sys.argv[3:5]), batches(*sys.argv[5:7])
torch.set_num_threads(1)
torch.manual_seed(seed)
model = CharacterGpt(characters, length, dropout=0.1)
opt = torch.optim.Adam(model.parameters(), 1e-3)
losses = []
for x, y in train:
    opt.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    opt.step()
    losses.append(loss.item())
model.eval()
with torch.no_grad():
    held_back = sum(F.cross_entropy(model(x), y).item() for x, y in valid) / len(valid)
print(json.dumps({'losses': losses, 'valid': held_back}))
