"""The figure that scikit-learn's histogram gradient boosting has on the rows that validate.

    python3 accuracy_sklearn.py FILE TARGET accuracy|roc_auc|r2 SEED
"""

import os
import sys

# Threads that wait for each other take minutes where the processors are busy.
os.environ['OMP_NUM_THREADS'] = '1'

import pandas
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import accuracy_score, r2_score, roc_auc_score

path, target, figure, seed = sys.argv[1:]
frame = pandas.read_csv(path, keep_default_na=False, na_values=[''])
valid = frame.pop('valid').astype(bool)
y = frame.pop(target)

for name in list(frame):
    if pandas.api.types.is_numeric_dtype(frame[name]) or pandas.api.types.is_bool_dtype(frame[name]):
        continue
    dates = pandas.to_datetime(frame[name], errors='coerce', format='ISO8601', utc=True)
    if dates.notna().all():
        parts = ['year', 'month', 'day', 'day_of_week', 'day_of_year']
        frame = frame.drop(columns=name).assign(**{f'{name}_{part}': getattr(dates.dt, part) for part in parts})
    else:
        # As many categories as it takes; rarer ones are missing.
        kept = frame[name].value_counts().index[:250]
        frame[name] = frame[name].where(frame[name].isin(kept)).astype('category')

kind = HistGradientBoostingRegressor if figure == 'r2' else HistGradientBoostingClassifier
model = kind(categorical_features='from_dtype', random_state=int(seed)).fit(frame[~valid], y[~valid])
x, wanted = frame[valid], y[valid]
if figure == 'accuracy':
    print(accuracy_score(wanted, model.predict(x)))
elif figure == 'roc_auc':
    print(roc_auc_score(wanted, model.predict_proba(x)[:, 1]))
else:
    print(r2_score(wanted, model.predict(x)))
