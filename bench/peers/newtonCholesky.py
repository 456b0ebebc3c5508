"""Fits the data of a folder (bench/support/exchange.ts) with scikit-learn and prints, for each tolerance tried,
    attempt TOLERANCE SECONDS CPU EXCESS DEFICIT RUNS
as common.R does: one value, ridge, logistic, not standardized. Only the fit is timed."""
import os
import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

folder = sys.argv[1]
with open(os.path.join(folder, "job.dcf")) as lines:
    job = dict(line.rstrip("\n").split(": ", 1) for line in lines if ": " in line)
n, p = int(job["rows"]), int(job["features"])
assert job["loss"] == "logistic" and job["standardize"] == "false" and float(job["l1Ratio"]) == 0 and job["values"] == "1"
x = np.fromfile(os.path.join(folder, "x.f64")).reshape(n, p)
y = np.fromfile(os.path.join(folder, "y.f64"))
penalty = np.fromfile(os.path.join(folder, "lambda.f64"))[0]


def objective(intercept, beta):
    psi = x @ beta + intercept
    return np.mean(np.logaddexp(0, psi) - y * psi) + penalty / 2 * (beta @ beta)


ours = np.fromfile(os.path.join(folder, "ours.f64"))
best = objective(ours[0], ours[1:])
print("version scikit-learn", sklearn.__version__)
print("reported", abs(best / np.fromfile(os.path.join(folder, "objective.f64"))[0] - 1))


def fit(tolerance):
    model = LogisticRegression(solver="newton-cholesky", C=1 / (n * penalty), tol=tolerance, max_iter=1000)
    begin, cpu = time.perf_counter(), time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(x, y)
    return time.perf_counter() - begin, time.process_time() - cpu, model


started = time.perf_counter()
for tolerance in map(float, job["tolerances"].split()):
    seconds, cpu, model = fit(tolerance)
    times = [seconds]
    while len(times) < 3 and sum(times) + seconds < float(job["repeatWithin"]):
        times.append(fit(tolerance)[0])
    theirs = objective(model.intercept_[0], model.coef_[0])
    excess = (theirs - best) / best
    print("attempt", tolerance, np.median(times), cpu, excess, (best - theirs) / theirs, len(times), flush=True)
    if excess <= float(job["equal"]):
        break
    if time.perf_counter() - started + 2 * seconds > float(job["budget"]):
        break
