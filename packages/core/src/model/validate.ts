/**
 * Reads a parsed JSON value as a model document: every field is checked for
 * type and size and copied; unknown fields are left behind. Nothing is
 * allocated that the text did not already hold.
 */
import { DataError } from '../errors.ts';
import type { ColumnDescription, MissingDescription, ResponseDescription } from '../rowSource.ts';
import { losses } from '../loss/index.ts';
import type { LossSpec } from '../loss/loss.ts';
import { penalties } from '../penalty/index.ts';
import type { PenaltyName, PenaltySpec } from '../penalty/penalty.ts';
import { MODEL_FORMAT } from './document.ts';
import type { CrossValidation, ModelDocument } from './document.ts';

/** One value of the document under examination, with its path for messages. */
interface Field {
  readonly source: string;
  readonly path: string;
  readonly value: unknown;
}

/** @throws DataError MODEL_CORRUPT naming the first field that is wrong. */
export function readDocument(value: Record<string, unknown>, source: string): ModelDocument {
  const at = (key: string): Field => ({ source, path: key, value: value[key] });
  const lambda = list(at('lambda'), finite);
  const count = lambda.length;
  if (count === 0) refuse(at('lambda'), 'at least one value');
  const features = list(at('features'), text);
  const width = features.length;
  const columns = list(at('columns'), column);
  checkFeatureRanges(at('columns'), columns, width);
  const penaltyFactors = nullable(at('penaltyFactors'), (field) => sized(field, nonNegative, width));
  return {
    format: MODEL_FORMAT,
    loss: loss(at('loss')),
    penalty: penalty(at('penalty')),
    standardize: flag(at('standardize')),
    interceptFitted: flag(at('interceptFitted')),
    tolerance: nonNegative(at('tolerance')),
    rows: integer(at('rows')),
    weightSum: nonNegative(at('weightSum')),
    response: response(at('response')),
    weights: nullable(at('weights'), text),
    offset: nullable(at('offset'), text),
    missing: oneOf(at('missing'), ['error', 'drop', 'mean', 'indicator']),
    na: list(at('na'), text),
    query: nullable(at('query'), text),
    columns,
    features,
    featureMeans: sized(at('featureMeans'), finite, width),
    featureScales: sized(at('featureScales'), nonNegative, width),
    penaltyFactors,
    classes: nullable(at('classes'), (field) => list(field, text)),
    lambda,
    intercept: sized(at('intercept'), finite, count),
    coefficients: sized(at('coefficients'), (field) => sized(field, finite, width), count),
    objective: sized(at('objective'), finite, count),
    gap: sized(at('gap'), finiteOrNull, count),
    stationarity: sized(at('stationarity'), finiteOrNull, count),
    nonzero: sized(at('nonzero'), integer, count),
    devianceRatio: sized(at('devianceRatio'), finiteOrNull, count),
    converged: sized(at('converged'), flag, count),
    reason: sized(at('reason'), (field) => nullable(field, text), count),
    nullLoss: finite(at('nullLoss')),
    saturatedLoss: finite(at('saturatedLoss')),
    sweeps: nonNegative(at('sweeps')),
    columnPasses: nonNegative(at('columnPasses')),
    grams: nonNegative(at('grams')),
    cv: nullable(at('cv'), (field) => crossValidation(field, count)),
    fingerprint: nullable(at('fingerprint'), record),
    timing: timing(at('timing')),
    environment: environment(at('environment')),
  };
}

function refuse(field: Field, expected: string, given = shown(field.value)): never {
  throw new DataError('MODEL_CORRUPT', `${field.source} is damaged: ${field.path} should be ${expected}, and is ${given}. Fit it again, or give an undamaged copy.`);
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const json = JSON.stringify(value);
  return json.length <= 40 ? json : `${json.slice(0, 37)}...`;
}

function inside(field: Field, key: string): Field {
  return { source: field.source, path: `${field.path}.${key}`, value: (field.value as Record<string, unknown>)[key] };
}

function record(field: Field): Record<string, unknown> {
  if (typeof field.value !== 'object' || field.value === null || Array.isArray(field.value)) refuse(field, 'an object');
  return field.value as Record<string, unknown>;
}

function list<Item>(field: Field, item: (field: Field) => Item): Item[] {
  if (!Array.isArray(field.value)) refuse(field, 'a list');
  return field.value.map((value: unknown, index) => item({ source: field.source, path: `${field.path}[${index}]`, value }));
}

function sized<Item>(field: Field, item: (field: Field) => Item, length: number): Item[] {
  if (!Array.isArray(field.value)) refuse(field, 'a list');
  if (field.value.length !== length) refuse(field, `a list of ${length}`, `a list of ${field.value.length}`);
  return list(field, item);
}

function nullable<Value>(field: Field, read: (field: Field) => Value): Value | null {
  return field.value === null ? null : read(field);
}

function finite(field: Field): number {
  if (typeof field.value !== 'number' || !Number.isFinite(field.value)) refuse(field, 'a finite number');
  return field.value;
}

function finiteOrNull(field: Field): number | null {
  return field.value === null ? null : finite(field);
}

function nonNegative(field: Field): number {
  const value = finite(field);
  if (value < 0) refuse(field, 'zero or more');
  return value;
}

function integer(field: Field): number {
  const value = nonNegative(field);
  if (!Number.isSafeInteger(value)) refuse(field, 'a whole number');
  return value;
}

function text(field: Field): string {
  if (typeof field.value !== 'string') refuse(field, 'text');
  return field.value;
}

function flag(field: Field): boolean {
  if (typeof field.value !== 'boolean') refuse(field, 'true or false');
  return field.value;
}

function oneOf<Choice extends string>(field: Field, choices: readonly Choice[]): Choice {
  const choice = choices.find((candidate) => candidate === field.value);
  if (choice === undefined) refuse(field, `one of ${choices.join(', ')}`);
  return choice;
}

function loss(field: Field): LossSpec {
  record(field);
  const parameters = record(inside(field, 'parameters'));
  const entries = Object.entries(parameters).map(([key, value]) => [key, finite({ source: field.source, path: `${field.path}.parameters.${key}`, value })] as const);
  return { name: oneOf(inside(field, 'name'), Object.keys(losses)), parameters: Object.fromEntries(entries) };
}

function penalty(field: Field): PenaltySpec {
  record(field);
  const l1Ratio = finite(inside(field, 'l1Ratio'));
  if (l1Ratio < 0 || l1Ratio > 1) refuse(inside(field, 'l1Ratio'), 'between 0 and 1');
  return { name: oneOf(inside(field, 'name'), Object.keys(penalties) as PenaltyName[]), l1Ratio };
}

function response(field: Field): ResponseDescription {
  record(field);
  const kind = oneOf(inside(field, 'kind'), ['numeric', 'classes']);
  const positive = nullable(inside(field, 'positive'), text);
  if (kind === 'classes' && positive === null) refuse(inside(field, 'positive'), 'the positive class');
  return {
    name: text(inside(field, 'name')),
    kind,
    positive,
    negative: nullable(inside(field, 'negative'), text),
    trials: nullable(inside(field, 'trials'), text),
  };
}

function column(field: Field): ColumnDescription {
  record(field);
  const type = oneOf(inside(field, 'type'), ['numeric', 'categorical', 'sparse']);
  const levels = nullable(inside(field, 'levels'), (levelsField) => list(levelsField, text));
  if ((type === 'categorical') !== (levels !== null)) refuse(inside(field, 'levels'), type === 'categorical' ? 'a list' : 'null');
  if (levels !== null && new Set(levels).size !== levels.length) refuse(inside(field, 'levels'), 'a list without duplicates');
  const dropFirst = flag(inside(field, 'dropFirst'));
  const missing = missingDescription(inside(field, 'missing'), type);
  const [first, count] = sized(inside(field, 'features'), integer, 2) as [number, number];
  const indicator = missing.indicator ? 1 : 0;
  const expected = type === 'numeric' ? 1 + indicator : levels === null ? count : Math.max(levels.length - (dropFirst ? 1 : 0), 0) + indicator;
  if (count !== expected) refuse(inside(field, 'features'), `a range of ${expected} features`);
  if (typeof missing.fill === 'string' && !levels!.includes(missing.fill)) refuse(inside(field, 'missing'), 'a fill that is a level');
  return { name: text(inside(field, 'name')), type, levels, dropFirst, missing, features: [first, count] };
}

function missingDescription(field: Field, type: ColumnDescription['type']): MissingDescription {
  record(field);
  const fill = inside(field, 'fill');
  return {
    count: integer(inside(field, 'count')),
    fill: nullable(fill, (present) => (type === 'categorical' ? text(present) : finite(present))),
    indicator: flag(inside(field, 'indicator')),
  };
}

/** The columns' feature ranges follow one another and cover all features; their names differ. */
function checkFeatureRanges(field: Field, columns: readonly ColumnDescription[], width: number): void {
  let next = 0;
  for (const { name, features } of columns) {
    if (features[0] !== next) refuse({ ...field, path: `${field.path} (${name})` }, `features from ${next}`, `features from ${features[0]}`);
    next += features[1];
  }
  if (next !== width) refuse(field, `${width} features, as many as "features" names`, `${next} features`);
  if (new Set(columns.map(({ name }) => name)).size !== columns.length) refuse(field, 'of different names', 'a list with a name twice');
}

function crossValidation(field: Field, count: number): CrossValidation {
  record(field);
  const at = (key: string): Field => inside(field, key);
  const index = (key: string): number => {
    const found = integer(at(key));
    if (found >= count) refuse(at(key), `below ${count}`);
    return found;
  };
  const folds = integer(at('folds'));
  if (folds < 2) refuse(at('folds'), 'at least 2');
  const table = <Item>(key: string, item: (field: Field) => Item): Item[][] => sized(at(key), (row) => sized(row, item, count), folds);
  const by = oneOf(at('by'), ['modulo', 'shuffle', 'column']);
  const column = nullable(at('column'), text);
  const seed = nullable(at('seed'), integer);
  if ((by === 'column') !== (column !== null)) refuse(at('column'), by === 'column' ? 'the column of the folds' : 'null');
  if ((by === 'shuffle') !== (seed !== null)) refuse(at('seed'), by === 'shuffle' ? 'the seed of the shuffle' : 'null');
  return {
    folds,
    by,
    seed,
    column,
    values: column === null ? null : sized(at('values'), text, folds),
    tolerance: nonNegative(at('tolerance')),
    weights: sized(at('weights'), nonNegative, folds),
    mean: sized(at('mean'), finite, count),
    standardError: sized(at('standardError'), nonNegative, count),
    best: index('best'),
    oneStandardError: index('oneStandardError'),
    deviance: table('deviance', finite),
    relativeGap: table('relativeGap', finiteOrNull),
    converged: table('converged', flag),
    reason: table('reason', (reason) => nullable(reason, text)),
  };
}

function timing(field: Field): ModelDocument['timing'] {
  record(field);
  return { read: nonNegative(inside(field, 'read')), fit: nonNegative(inside(field, 'fit')), total: nonNegative(inside(field, 'total')) };
}

function environment(field: Field): ModelDocument['environment'] {
  record(field);
  return {
    node: text(inside(field, 'node')),
    kernel: text(inside(field, 'kernel')),
    precision: oneOf(inside(field, 'precision'), ['f64', 'f32']),
    threads: integer(inside(field, 'threads')),
    version: text(inside(field, 'version')),
  };
}
