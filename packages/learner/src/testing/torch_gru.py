"""Writes fixtures/torch_gru.json: what PyTorch's GRU answers, and its gradients, in float64, with weights in the order and the shape of Keras's.

    python3 packages/learner/src/testing/torch_gru.py     (torch 2.15)
"""

import json
import pathlib

import torch

torch.manual_seed(3)


def keras_weights(gru, end):
    """[features, 3 units], [units, 3 units] and [2, 3 units], in the order update, reset, candidate. PyTorch's first two are the other way round."""

    def ordered(name, value):
        weight = getattr(gru, f"{name}_l0{end}")
        reset, update, candidate = (weight if value == "values" else weight.grad).detach().chunk(3)
        return torch.cat([update, reset, candidate])

    def all_of(value):
        kernels = [ordered(name, value).T for name in ("weight_ih", "weight_hh")]
        return kernels + ([torch.stack([ordered(name, value) for name in ("bias_ih", "bias_hh")])] if gru.bias else [])

    return [[flat(each) for each in all_of(value)] for value in ("values", "gradients")]


def flat(tensor):
    return [round(value, 9) for value in tensor.detach().flatten().tolist()]


def case(name, batch, steps, features, units, bias=True, state=True, both=False, lengths=None):
    gru = torch.nn.GRU(features, units, bias=bias, batch_first=True, bidirectional=both).double()
    directions = 2 if both else 1
    # Rounded, so that both begin from the same numbers.
    draw = lambda *shape: (torch.randn(*shape, dtype=torch.float64) * 0.7).round(decimals=3)
    with torch.no_grad():
        for weight in gru.parameters():
            weight.copy_(draw(*weight.shape))
    x = draw(batch, steps, features).requires_grad_()
    first = draw(directions, batch, units).requires_grad_() if state else None
    if lengths:
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
        y, last = gru(packed, first)
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=steps)
    else:
        y, last = gru(x, first)
    above = draw(*y.shape)
    above_last = draw(*last.shape)
    ((y * above).sum() + (last * above_last).sum()).backward()
    ends = ["", "_reverse"][:directions]
    found = [keras_weights(gru, end) for end in ends]
    return {
        "name": name,
        "shape": [batch, steps, features],
        "units": units,
        "bias": bias,
        "both": both,
        "lengths": lengths,
        "x": flat(x),
        "state": flat(first) if state else None,
        "weights": [values for values, _ in found],
        "y": flat(y),
        "last": flat(last),
        "above": flat(above),
        "aboveLast": flat(above_last),
        "gradients": {
            "x": flat(x.grad),
            "state": flat(first.grad) if state else None,
            "weights": [gradients for _, gradients in found],
        },
    }


cases = [
    case("one step of one sample, one unit", 1, 1, 1, 1),
    case("some steps", 3, 5, 4, 6),
    case("without a first state", 2, 4, 3, 5, state=False),
    case("without bias", 2, 3, 2, 3, bias=False),
    case("sequences of different lengths", 3, 5, 2, 7, lengths=[5, 2, 3]),
    case("both ways", 2, 4, 3, 5, both=True),
]
path = pathlib.Path(__file__).parents[2] / "fixtures" / "torch_gru.json"
path.write_text(json.dumps({"torch": torch.__version__.split("+")[0], "cases": cases}) + "\n")
