/** How well a model predicts, as a person reads it. */
import type { EvaluationReport, ModelDocument } from '@scalemix/core';
import { painter } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { counted, significant } from './numbers.ts';
import { tableLines } from './table.ts';
import { fit, printable, sentences } from './text.ts';

export function evaluationReport(model: ModelDocument, index: number, report: EvaluationReport, terminal: Terminal): string {
  const paint = painter(terminal);
  const dropped = report.dropped > 0 ? `, ${counted(report.dropped, 'row')} left out` : '';
  const lines = [
    paint('bold', sentences(`${printable(model.response.name)} at lambda ${significant(model.lambda[index]!)} (index ${index}): ${counted(report.rows, 'row')}${dropped}`, terminal)),
    '',
    ...measures([
      ['deviance', report.deviance],
      ['null deviance', report.nullDeviance],
      ['deviance ratio', report.devianceRatio],
      ...(report.classification === null ? [] : classificationMeasures(report.classification)),
      ...(report.regression === null ? [] : ([['R2', report.regression.r2], ['RMSE', report.regression.rmse], ['mean absolute error', report.regression.mae]] as const)),
    ]),
  ];
  if (report.classification !== null) lines.push('', ...confusionLines(model, report.classification, paint));
  return `${lines.join('\n')}\n`;
}

type Classification = NonNullable<EvaluationReport['classification']>;
type Measure = readonly [name: string, value: number | null];

function classificationMeasures(found: Classification): Measure[] {
  return [
    ['log loss', found.logLoss],
    ['AUC', found.auc],
    ['accuracy at 0.5', found.accuracy],
    ['Brier score', found.brier],
    ['share of positives', found.positiveShare],
    ['mean probability', found.meanProbability],
  ];
}

function measures(rows: readonly Measure[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value === null ? '-' : significant(value, 5)}`);
}

function confusionLines(model: ModelDocument, { confusion }: Classification, paint: ReturnType<typeof painter>): string[] {
  const positive = printable(model.response.positive ?? 'positive');
  const negative = printable(model.response.negative ?? `not ${positive}`);
  const count = (value: number): string => (Number.isInteger(value) ? value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',') : significant(value, 5));
  return tableLines(
    [{ heading: '', most: 30 }, { heading: `predicted ${fit(positive, 20)}`, align: 'right' }, { heading: `predicted ${fit(negative, 20)}`, align: 'right' }],
    [
      [`${positive}`, count(confusion.truePositive), count(confusion.falseNegative)],
      [`${negative}`, count(confusion.falsePositive), count(confusion.trueNegative)],
    ],
    (line) => paint('dim', line),
  );
}
