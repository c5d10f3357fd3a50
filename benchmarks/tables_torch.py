"""From a CSV or Parquet file to the last batch of PyTorch's DataLoader over a pandas frame, each time tables.ts asks for it."""

import pandas
import torch
from torch.utils.data import DataLoader, Dataset

from turns import serve


class Rows(Dataset):
    """A row is a sample, normalized, its category a number, as tutorials have it."""

    def __init__(self, path):
        frame = pandas.read_parquet(path) if path.endswith('.parquet') else pandas.read_csv(path)
        kinds = torch.tensor(frame.pop('kind').astype('category').cat.codes.to_numpy(), dtype=torch.int32)
        values = torch.tensor(((frame - frame.mean()) / frame.std()).to_numpy(), dtype=torch.float32)
        self.cats, self.conts, self.ys = kinds, values[:, 1:], values[:, 0]

    def __len__(self):
        return len(self.ys)

    def __getitem__(self, i):
        return self.cats[i], self.conts[i], self.ys[i]


serve(lambda asked: sum(len(ys) for *_, ys in DataLoader(Rows(asked['path']), batch_size=asked['bs'], shuffle=True)))
