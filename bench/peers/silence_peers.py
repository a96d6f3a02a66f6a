#!/usr/bin/env python3
"""Who will fall silent, by other methods, on the same days and the same customers as `earshot backtest`.

  pip install numpy pandas lifetimes
  bench/peers/silence_peers.py --data ../shared/data/churn [--earshot build/release/earshot]

At the cut: recency (days since the last activity), BG/NBD of lifetimes, a logistic regression on recency, frequency and age (fitted on an
earlier day, the horizon before the cut or half of the history, whichever is later), and Earshot. AUC over all customers and over those
with two repeat days or more, Brier where it gives a probability. Then the alarm of a fixed number of days of silence, chosen on the
silences before the fit date for a precision of 0.8. Nothing after the cut or fit date is used to fit. Times are of the fit alone.
"""
import argparse, re, subprocess, sys, tempfile, time

import numpy as np
import pandas as pd

SETS = [('cdnow', 'cdnow_events.csv.gz', '1997-09-30', 273, '1997-09-30'),
        ('online_retail_ii', 'online_retail_ii_events.csv.gz', '2011-06-10', 182, '2010-11-30'),
        ('grocery', 'grocery_events.csv.gz', '2006-12-31', 364, '2006-12-31')]
H = 182


def auc(silent, score):
    rank = pd.Series(score).rank().values
    ones = silent.sum()
    zeros = len(silent) - ones
    return (rank[silent].sum() - ones * (ones + 1) / 2) / (ones * zeros)


def activity_days(path):
    rows = pd.read_csv(path)
    rows = rows[rows.type == 'purchase']
    day = pd.to_datetime(rows.ts).dt.tz_localize(None).dt.normalize()
    return pd.DataFrame({'customer': rows.customer_id, 'day': (day - pd.Timestamp('1970-01-01')).dt.days}).drop_duplicates()


def number(date):
    return (pd.Timestamp(date) - pd.Timestamp('1970-01-01')).days


def histories(days, cut):
    of = days[days.day <= cut].groupby('customer').day.agg(['min', 'max', 'count'])
    return pd.DataFrame({'x': of['count'] - 1, 'tx': of['max'] - of['min'], 'T': cut - of['min']}, index=of.index)


def is_silent(days, cut, horizon, customers):
    later = days[(days.day > cut) & (days.day <= cut + horizon)].customer.unique()
    return ~customers.isin(later)


def features(known):
    recency = known['T'] - known.tx
    return np.column_stack([np.ones(len(known)), np.log1p(recency), np.log1p(known.x), np.log1p(known['T'])])


def logit(x, y):
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        weights += np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(x.shape[1]), x.T @ (y - p) - 1e-3 * weights)
    return weights


def show(name, silent, score, known, probability=None, seconds=None):
    established = (known.x >= 2).values
    line = f'{name:<16} {auc(silent, score):.4f}  {auc(silent[established], np.asarray(score)[established]):.4f}'
    line += f'  {np.mean((probability - silent) ** 2):.4f}' if probability is not None else '        '
    print(line + (f'  {seconds:8.3f} s' if seconds is not None else ''))


def at_the_cut(name, days, cut, horizon, earshot, path, date):
    known = histories(days, cut)
    silent = np.asarray(is_silent(days, cut, horizon, known.index))
    print(f'\n{name}: {len(known)} customers at the end of {date}, silent for {horizon} days\nmethod           AUC     x >= 2  Brier   fit')
    show('recency', silent, known['T'] - known.tx, known)
    try:
        from lifetimes import BetaGeoFitter
        begun = time.perf_counter()
        fitter = BetaGeoFitter().fit(known.x, known.tx / 7, known['T'] / 7)
        seconds = time.perf_counter() - begun
        r, alpha = fitter.params_['r'], fitter.params_['alpha']
        alive = np.where(known.x == 0, 1.0, fitter.conditional_probability_alive(known.x, known.tx / 7, known['T'] / 7))
        gone = 1 - alive * (1 - ((alpha + known['T'] / 7) / (alpha + known['T'] / 7 + horizon / 7)) ** (r + known.x))
        show('lifetimes BG/NBD', silent, gone, known, gone, seconds)
    except ImportError:
        print('lifetimes is not installed', file=sys.stderr)
    before = max(cut - horizon, int(days.day.min()) + (cut - int(days.day.min())) // 2)
    past = histories(days, before)
    begun = time.perf_counter()
    weights = logit(features(past), np.asarray(is_silent(days, before, cut - before, past.index)).astype(float))
    seconds = time.perf_counter() - begun
    p = 1 / (1 + np.exp(-features(known) @ weights))
    show('RFM logit', silent, p, known, p if cut - before == horizon else None, seconds)
    with tempfile.NamedTemporaryFile(suffix='.csv') as scores:
        begun = time.perf_counter()
        subprocess.run([earshot, 'backtest', '--events', path, '--activity', 'purchase', '--cut', date, '--horizon', f'{horizon}d', '--scores', scores.name],
                       check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - begun
        ours = pd.read_csv(scores.name).set_index('customer_id').prob.reindex(known.index)
    show('Earshot', silent, ours, known, ours)
    print(f'(Earshot: {seconds:.3f} s for the whole command: reading, fit, scores, report)')


def gaps(days, first, last, end):
    ordered = days.sort_values(['customer', 'day'])
    following = ordered.groupby('customer').day.shift(-1).fillna(end)
    mine = (ordered.day > first) & (ordered.day <= last)
    return (following - ordered.day)[mine].values


def fixed_days(days, fit, end):
    before = gaps(days, int(days.day.min()) - 1, fit - H, fit)
    if len(before) < 100:
        return None  # no silence could be watched for H days before the fit date
    for limit in range(1, H):
        fired = before > limit
        if fired.sum() and (before[fired] >= H).mean() >= 0.8:
            break
    after = gaps(days, fit, end - H, end)
    fired = after > limit
    gone = after >= H
    return limit, (gone & fired).sum() / max(1, fired.sum()), (H - limit) * (gone & fired).sum() / gone.sum()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument('--data', required=True)
    arguments.add_argument('--earshot', default='build/release/earshot')
    given = arguments.parse_args()
    for name, file, cut, horizon, fit in SETS:
        path = f'{given.data}/{file}'
        days = activity_days(path)
        at_the_cut(name, days, number(cut), horizon, given.earshot, path, cut)
        rule = fixed_days(days, number(fit), int(days.day.max()))
        if rule is None:
            print('fixed days: no silence before the fit date could be watched for', H, 'days')
        else:
            print(f'fixed days: {rule[0]} days of silence, precision {rule[1]:.3f}, lead {rule[2]:.1f} days')
        said = subprocess.run([given.earshot, 'backtest', '--events', path, '--activity', 'purchase', '--fit-date', fit, '--rho', '0.8'], check=True,
                              capture_output=True, text=True).stdout
        ours = re.search(r'^all +\d+ +\d+ +\d+ +([\d.]+) +[\d.]+ +([\d.]+)', said, re.M)
        print(f'Earshot, rho 0.8: precision {ours[1]}, lead {ours[2]} days')


if __name__ == '__main__':
    main()
