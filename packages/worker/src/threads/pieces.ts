/** Into how many pieces a read of the rows is cut for threads. It changes no bit: sums are merged in the fixed tree in any case. */
import type { SampleSelector, StatisticRequest } from '@scalemix/core';

/** Pieces a thread: small enough that none waits long for the last... */
const MOST = 8;
/** ...and of few numbers no more than these, as handing one out takes as long as reading some 2^17. */
const LEAST = 2;
const NUMBERS = 2 ** 18;

/** How many are wanted, at least, for a request about `rows` rows of p features. */
export function piecesOf(request: StatisticRequest | SampleSelector, rows: number, features: number, threads: number): number {
  return Math.min(MOST * threads, Math.max(LEAST * threads, Math.ceil(numbersRead(request, rows, features) / NUMBERS)));
}

/** Numbers that a pass multiplies with one coefficient, a Gram of q features taken for q / 4 columns of them. About: of chosen rows so many as there are where all weigh one. */
function numbersRead(request: StatisticRequest | SampleSelector, rows: number, features: number): number {
  // Which rows are chosen is found out by reading all of them, which moments are the first to do.
  if (request.kind !== 'pass') return rows * features;
  const grams = request.grams.reduce((sum, gram) => sum + (gram.features?.length ?? features) ** 2 / 4, 0);
  return rows * Math.min(1, request.among?.rate ?? 1) * (features * request.columns + grams);
}
