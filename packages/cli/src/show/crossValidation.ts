/** A cross-validated path as a person reads it: how well each value predicts rows held out, which to take, how sure that is. */
import { hasConverged } from '@scalemix/core';
import type { CrossValidation, ModelDocument } from '@scalemix/core';
import { painter } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { counted, significant } from './numbers.ts';
import { plotLines } from './plot.ts';
import { fit, printable, sentences } from './text.ts';
import { chosenRows, lambdaAxis, valueTable } from './values.ts';
import { effort, foldVerdict, headline, verdict } from './verdict.ts';

export function crossValidationReport(model: ModelDocument, terminal: Terminal, all: boolean): string {
  const cv = model.cv!;
  const paint = painter(terminal);
  const shown = chosenRows(model.lambda.length, all, [cv.best, cv.oneStandardError]);
  const table = valueTable(model, terminal, shown, (k) => remark(model, cv, k), [
    { heading: 'held-out deviance', short: 'held-out', tiny: 'held', cell: (k) => significant(cv.mean[k]!) },
    { heading: 'std. error', tiny: 'se', cell: (k) => significant(cv.standardError[k]!, 2) },
  ]);
  const lines = [paint('bold', sentences(headline(model, 'path'), terminal)), sentences(howFolded(cv), terminal), '', ...table];
  if (model.lambda.length > 2) lines.push('', ...plot(model, cv, terminal));
  const verdicts = sentences(`${verdict(model)}\n${foldVerdict(cv)}`, terminal);
  lines.push('', sentences(choice(model, cv), terminal), paint(hasConverged(model) ? 'green' : 'yellow', verdicts), paint('dim', sentences(effort(model), terminal)));
  return `${lines.join('\n')}\n`;
}

function howFolded({ folds, by, seed, column, values }: CrossValidation): string {
  if (by === 'modulo') return `${folds} folds by row number`;
  if (by === 'shuffle') return `${folds} folds of shuffled rows, seed ${seed}`;
  return `${folds} folds, the values of ${printable(column!)}: ${fit(values!.join(', '), 60)}`;
}

function remark(model: ModelDocument, cv: CrossValidation, k: number): string {
  const chosen = [...(k === cv.best ? ['best'] : []), ...(k === cv.oneStandardError ? ['1se'] : [])].join(', ');
  const failedFolds = cv.converged.filter((fold) => !fold[k]).length;
  const failed = [...(model.converged[k] ? [] : [model.reason[k] ?? 'STALLED']), ...(failedFolds > 0 ? [`in ${counted(failedFolds, 'fold')}`] : [])];
  return [...(chosen === '' ? [] : [chosen]), ...(failed.length > 0 ? [`NOT CONVERGED (${failed.join(', ')})`] : [])].join('  ');
}

function plot(model: ModelDocument, cv: CrossValidation, terminal: Terminal): string[] {
  const { order, ...axis } = lambdaAxis(model, terminal);
  const mark = (k: number, name: string): { x: number; name: string } => ({ x: axis.x[order.indexOf(k)]!, name });
  const marks = cv.best === cv.oneStandardError ? [mark(cv.best, 'best, 1se')] : [mark(cv.oneStandardError, '1se'), mark(cv.best, 'best')].sort((a, b) => a.x - b.x);
  return plotLines([{ y: order.map((k) => cv.mean[k]!), errors: order.map((k) => cv.standardError[k]!), letter: '*' }], { ...axis, height: 10, title: 'held-out deviance, with one standard error', marks });
}

function choice(model: ModelDocument, cv: CrossValidation): string {
  const of = (k: number): string => `lambda ${significant(model.lambda[k]!)} (index ${k}, ${counted(model.nonzero[k]!, 'coefficient')} not zero), held-out deviance ${significant(cv.mean[k]!)} +- ${significant(cv.standardError[k]!, 2)}`;
  return `best: ${of(cv.best)}\n1se:  ${of(cv.oneStandardError)}, the largest lambda within one standard error of the best`;
}
