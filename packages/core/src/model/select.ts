import { UsageError } from '../errors.ts';
import type { ModelDocument } from './document.ts';

/**
 * The index of the value that `at` names:
 * - nothing: the only value of a fit, the best one of a cross-validation;
 * - a whole number: the index that the path's table shows, from 0;
 * - any other number: the value of lambda, exactly or rounded to the digits given;
 * - `best`, `1se`: the choice of a cross-validation.
 * A whole number that is one value's index and another's lambda is refused: write the lambda with a point (`2.0`).
 * @throws UsageError AT_NEEDED, AT_UNKNOWN, AT_AMBIGUOUS or AT_NEEDS_CV, listing the values.
 */
export function chooseValue({ lambda, cv }: Pick<ModelDocument, 'lambda' | 'cv'>, at?: string | number): number {
  if (at === undefined) {
    if (lambda.length === 1) return 0;
    if (cv !== null) return cv.best;
    throw new UsageError('AT_NEEDED', `The model holds ${lambda.length} values of lambda: say which with --at INDEX or --at LAMBDA. ${listing(lambda)}`);
  }
  const name = String(at).trim();
  if (name === 'best' || name === '1se') {
    if (cv !== null) return name === 'best' ? cv.best : cv.oneStandardError;
    throw new UsageError('AT_NEEDS_CV', `--at ${name} needs a cross-validated model, and this one was not cross-validated (scalemix cv does that). Give --at INDEX or --at LAMBDA. ${listing(lambda)}`);
  }
  const value = name === '' ? NaN : Number(name);
  if (!Number.isFinite(value)) throw unknown(name, lambda);
  const exact = lambda.indexOf(value);
  if (/^\d+$/.test(name) && typeof at === 'string') {
    const index = value < lambda.length ? value : -1;
    if (index >= 0 && exact >= 0 && exact !== index) {
      throw new UsageError('AT_AMBIGUOUS', `--at ${name} is the index of lambda ${lambda[index]} and the lambda of index ${exact}. Write the lambda as ${name}.0, or give index ${exact}.`);
    }
    if (index >= 0) return index;
  }
  if (exact >= 0) return exact;
  const digits = Math.max(1, name.replace(/e.*$/i, '').replace(/^[+-]?0*\.?0*/, '').replace('.', '').length);
  const rounded = lambda.flatMap((candidate, index) => (digits <= 17 && Number(candidate.toPrecision(digits)) === value ? [index] : []));
  if (rounded.length === 1) return rounded[0]!;
  if (rounded.length > 1) {
    throw new UsageError('AT_AMBIGUOUS', `--at ${name} fits ${rounded.length} values of lambda: ${rounded.map((index) => `${lambda[index]} (index ${index})`).join(', ')}. Give more digits, or the index.`);
  }
  throw unknown(name, lambda);
}

function unknown(name: string, lambda: readonly number[]): UsageError {
  return new UsageError('AT_UNKNOWN', `--at ${JSON.stringify(name)} is none of the model's values: give an index from 0 to ${lambda.length - 1}, or a lambda. ${listing(lambda)}`);
}

/** Index and lambda of the values; of a long path the first, some between, and the last. */
function listing(lambda: readonly number[]): string {
  const shown = 12;
  const step = Math.max(1, (lambda.length - 1) / (shown - 1));
  const indexes = lambda.length <= shown ? lambda.map((_, index) => index) : Array.from({ length: shown }, (_, i) => Math.round(i * step));
  const values = indexes.map((index) => `${index}: ${Number(lambda[index]!.toPrecision(4))}`).join(', ');
  return `Values${lambda.length > shown ? ' (some of them)' : ''}: ${values}.`;
}
