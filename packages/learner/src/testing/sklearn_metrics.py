"""Writes fixtures/sklearn_metrics.json: predictions, targets and weights, and what scikit-learn makes of them.

    python3 packages/learner/src/testing/sklearn_metrics.py     (numpy, scikit-learn 1.9.1)
"""

import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

warnings.filterwarnings("ignore")
rng = np.random.default_rng(11)


def f32(values):
    return np.asarray(values, dtype=np.float32)


def softmax(logits):
    e = np.exp(logits.astype(np.float64) - logits.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits.astype(np.float64)))


def nested(values):
    return np.asarray(values).tolist()


def decided(y, p, w, averages):
    """Figures of decisions, by scikit-learn's names and the average."""
    out = {}
    for average in averages:
        kw = dict(average=average, sample_weight=w, zero_division=0)
        out[f"precision {average}"] = sk.precision_score(y, p, **kw)
        out[f"recall {average}"] = sk.recall_score(y, p, **kw)
        out[f"f1 {average}"] = sk.f1_score(y, p, **kw)
        out[f"f2 {average}"] = sk.fbeta_score(y, p, beta=2, **kw)
        out[f"jaccard {average}"] = sk.jaccard_score(y, p, **kw)
    return out


def agreement(y, p, w):
    return {
        "accuracy": sk.accuracy_score(y, p, sample_weight=w),
        "balanced_accuracy": sk.balanced_accuracy_score(y, p, sample_weight=w),
        "matthews": sk.matthews_corrcoef(y, p, sample_weight=w),
        "kappa": sk.cohen_kappa_score(y, p, sample_weight=w),
    }


def per_class(y, p, w, labels):
    kw = dict(average=None, sample_weight=w, zero_division=0, labels=labels)
    return {
        "precision each": nested(sk.precision_score(y, p, **kw)),
        "recall each": nested(sk.recall_score(y, p, **kw)),
        "f1 each": nested(sk.f1_score(y, p, **kw)),
    }


def both(figures, w):
    return {"plain": figures(None), "weighted": figures(w)}


def case(pred, target, w, batches, figures, **more):
    return dict(pred=nested(pred), target=nested(target), weights=nested(w), batches=batches, expected=both(figures, w), **more)


def report(y, p, w, labels):
    names = [str(label) for label in labels]
    return sk.classification_report(y, p, labels=labels, target_names=names, output_dict=True, sample_weight=w, zero_division=0)


def calibration_error(confidence, right, w, bins=10):
    w = np.ones(len(right)) if w is None else w
    index = np.minimum(np.floor(confidence * bins).astype(int), bins - 1)
    parts = [index == i for i in range(bins)]
    return sum(abs((w[i] * right[i]).sum() - (w[i] * confidence[i]).sum()) for i in parts) / w.sum()


def looked_at(y, p, probabilities, labels):
    """What interpretations show, in the same two ways; the points of a calibration curve have no weights in scikit-learn."""
    confidence, right = probabilities.max(1), (p == y).astype(int)
    fractions, means = calibration_curve(right, confidence, n_bins=10)

    def figures(w):
        return {
            "confusion": nested(sk.confusion_matrix(y, p, labels=labels, sample_weight=w)),
            "report": report(y, p, w, labels),
            "calibration_error": calibration_error(confidence, right, w),
        }

    return {**both(figures, w), "calibration": nested(np.stack([means, fractions], 1))}


n = 37
batches = [16, 16, 5]
w = f32(rng.uniform(0.1, 3, n))
w[[3, 20]] = 0

# One unit, yes or no; scores rounded so that some are equal.
x1 = f32(np.round(rng.normal(size=(n, 1)) * 2, 1))
y1 = (x1[:, 0] + rng.normal(size=n) * 2 > 0.5).astype(int)


def binary(w):
    p, s = (sigmoid(x1[:, 0]) > 0.5).astype(int), x1[:, 0].astype(float)
    return {
        **decided(y1, p, w, ["binary", "macro", "micro", "weighted"]),
        **agreement(y1, p, w),
        "roc_auc": sk.roc_auc_score(y1, s, sample_weight=w),
        "average_precision": sk.average_precision_score(y1, s, sample_weight=w),
    }


# Two classes, two logits.
x2 = f32(rng.normal(size=(n, 2)) * 2)
y2 = (x2[:, 1] - x2[:, 0] + rng.normal(size=n) * 3 > 0).astype(int)


def two(w):
    p, s = x2.argmax(1), softmax(x2)[:, 1]
    return {
        **decided(y2, p, w, ["binary", "macro"]),
        **agreement(y2, p, w),
        "roc_auc": sk.roc_auc_score(y2, s, sample_weight=w),
        "average_precision": sk.average_precision_score(y2, s, sample_weight=w),
        "perplexity": np.exp(sk.log_loss(y2, softmax(x2), sample_weight=w)),
    }


# Five classes, of which the last is never true, and the one before never predicted.
x5 = f32(rng.normal(size=(n, 5)))
y5 = rng.integers(0, 4, n)
x5[np.arange(n), y5] += 1
x5[:, 3] -= 9
x5[0, 4] = 9


def five(w):
    p = x5.argmax(1)
    return {
        **decided(y5, p, w, ["macro", "micro", "weighted"]),
        **per_class(y5, p, w, [0, 1, 2, 3, 4]),
        **agreement(y5, p, w),
        "top_2": sk.top_k_accuracy_score(y5, x5, k=2, labels=range(5), sample_weight=w),
        "average_precision macro": sk.average_precision_score(np.eye(5)[y5], softmax(x5), average="macro", sample_weight=w),
        "perplexity": np.exp(sk.log_loss(y5, softmax(x5), labels=range(5), sample_weight=w)),
    }


# Four classes, all true.
x4 = f32(rng.normal(size=(n, 4)))
y4 = np.concatenate([np.arange(4), rng.integers(0, 4, n - 4)])
x4[np.arange(n), y4] += 0.7


def four(w):
    s = softmax(x4)
    auc = lambda average: sk.roc_auc_score(y4, s, multi_class="ovr", average=average, sample_weight=w)
    ap = lambda average: sk.average_precision_score(np.eye(4)[y4], s, average=average, sample_weight=w)
    return {
        **{f"roc_auc {a}": auc(a) for a in ["macro", "weighted", "micro"]},
        **{f"average_precision {a}": ap(a) for a in ["macro", "weighted", "micro"]},
    }


# Three labels, each a yes or no.
xl = f32(rng.normal(size=(n, 3)) * 2)
yl = (xl + rng.normal(size=(n, 3)) * 2 > 0.5).astype(int)


def labels(w):
    p, s = (sigmoid(xl) > 0.5).astype(int), xl.astype(float)
    return {
        **decided(yl, p, w, ["macro", "micro", "weighted"]),
        **{f"roc_auc {a}": sk.roc_auc_score(yl, s, average=a, sample_weight=w) for a in ["macro", "weighted", "micro"]},
        **{f"average_precision {a}": sk.average_precision_score(yl, s, average=a, sample_weight=w) for a in ["macro", "weighted", "micro"]},
    }


# Pixels: 7 pictures of 3 x 4, three classes; a weight for each picture.
pn = 7
pw = f32(rng.uniform(0.1, 3, pn))
xp = f32(rng.normal(size=(pn, 3, 4, 3)))
yp = rng.integers(0, 3, (pn, 3, 4))


def pixels(w):
    each = None if w is None else np.repeat(w, 12)
    y, p = yp.ravel(), xp.argmax(-1).ravel()
    return {
        "dice_multi": sk.f1_score(y, p, average="macro", sample_weight=each),
        "jaccard macro": sk.jaccard_score(y, p, average="macro", sample_weight=each),
        "perplexity": np.exp(sk.log_loss(y, softmax(xp).reshape(-1, 3), sample_weight=each)),
    }


# Pixels: yes or no.
xm = f32(rng.normal(size=(pn, 3, 4, 2)))
ym = rng.integers(0, 2, (pn, 3, 4))


def mask(w):
    each = None if w is None else np.repeat(w, 12)
    y, p = ym.ravel(), xm.argmax(-1).ravel()
    return {"dice": sk.f1_score(y, p, sample_weight=each), "jaccard": sk.jaccard_score(y, p, sample_weight=each)}


fpr, tpr, _ = sk.roc_curve(y1, x1[:, 0], sample_weight=w, drop_intermediate=False)
curves = {
    "roc": nested(np.stack([fpr, tpr], 1)),
    "precision_recall": nested(np.stack(sk.precision_recall_curve(y1, x1[:, 0], sample_weight=w)[:2], 1)),
}

# Values: one, and two of different scale around a large mean.
yr = f32(rng.normal(size=n) * 3 + 2000)
xr = f32(yr + rng.normal(size=n) + 0.5)[:, None]
yv = f32(np.stack([rng.normal(size=n), rng.normal(size=n) * 40 - 7], 1))
xv = f32(yv + rng.normal(size=(n, 2)) * [0.5, 30] + [0.2, 4])


def values(y, x):
    y, x = y.astype(float), x.astype(float).reshape(y.shape)
    return lambda w: {
        "mae": sk.mean_absolute_error(y, x, sample_weight=w),
        "rmse": np.sqrt(sk.mean_squared_error(y, x, sample_weight=w)),
        "r2": sk.r2_score(y, x, sample_weight=w),
        "explained_variance": sk.explained_variance_score(y, x, sample_weight=w),
    }


cases = {
    "binary": case(x1, y1, w, batches, binary, curves=curves),
    "two": case(x2, y2, w, batches, two),
    "five": case(x5, y5, w, batches, five, looked_at=looked_at(y5, x5.argmax(1), softmax(x5), range(5))),
    "four": case(x4, y4, w, batches, four),
    "labels": case(xl, yl, w, batches, labels),
    "pixels": case(xp, yp, pw, [3, 3, 1], pixels),
    "mask": case(xm, ym, pw, [3, 3, 1], mask),
    "value": case(xr, yr, w, batches, values(yr, xr)),
    "values": case(xv, yv, w, batches, values(yv, xv)),
}
path = pathlib.Path(__file__).parents[2] / "fixtures" / "sklearn_metrics.json"
path.write_text(json.dumps({"made_by": f"scikit-learn {sklearn.__version__}", "cases": cases}) + "\n")
