"""Batches of PyTorch's DataLoader over arrays or a folder of pictures, each time images.ts asks for them."""

import numpy
import torch
from torch.utils.data import DataLoader, Dataset
from torchvision import datasets, transforms

from turns import serve

# Each worker is a process, which shares the processors with the others.
torch.set_num_threads(1)


class Digits(Dataset):
    """Bytes in memory, a picture a sample."""

    def __init__(self, path):
        self.pixels = torch.from_numpy(numpy.fromfile(path, dtype=numpy.uint8).reshape(-1, 1, 28, 28))

    def __len__(self):
        return len(self.pixels)

    def __getitem__(self, i):
        return self.pixels[i].float().div(255), 0


def changes(size):
    """What fastai's get_transforms does, as near as torchvision has it."""
    return transforms.Compose([
        transforms.Resize(size),
        transforms.RandomCrop(size),
        transforms.RandomHorizontalFlip(),
        transforms.RandomPerspective(0.2, p=0.75),
        transforms.RandomApply([transforms.RandomAffine(10, scale=(1, 1.1), interpolation=transforms.InterpolationMode.BILINEAR)], p=0.75),
        transforms.RandomApply([transforms.ColorJitter(brightness=0.2, contrast=0.2)], p=0.75),
        transforms.ToTensor(),
    ])


def work(asked):
    if asked['kind'] == 'memory':
        samples = Digits(asked['path'])
    else:
        transform = changes(asked['size']) if asked['kind'] == 'jpeg' else transforms.ToTensor()
        samples = datasets.ImageFolder(asked['path'], transform=transform)
    return sum(len(x) for x, _ in DataLoader(samples, batch_size=asked['bs'], shuffle=True, num_workers=asked['workers']))


serve(work)
