/** Into how many pieces a read is cut: by what there is to do in it. */
import test from 'ava';
import type { PassRequest, SampleSelector } from '@scalemix/core';
import { piecesOf } from '@scalemix/worker';

const pass: PassRequest = { kind: 'pass', loss: { name: 'logistic', parameters: {} }, columns: 1, coefficients: new Float64Array(0), intercepts: new Float64Array(0), features: null, grams: [] };
const sample: SampleSelector = { kind: 'sample', seed: 0, rate: 0.01, classRate: [1, 1], reference: new Float64Array(0), inverseSquare: new Float64Array(0), working: 0, within: null };

const cases: readonly [what: string, request: Parameters<typeof piecesOf>[0], rows: number, features: number, pieces: number][] = [
  ['few numbers: two a thread', pass, 1000, 10, 8],
  ['many: eight a thread', pass, 1e6, 100, 32],
  ['between: as many as there is work for', pass, 2 ** 18, 16, 16],
  ['columns are work', { ...pass, columns: 8 }, 2 ** 18, 2, 16],
  ['so are Grams', { ...pass, grams: [{ column: 0, features: null }] }, 2 ** 18, 16, 32],
  ['a Gram of one feature is hardly any', { ...pass, grams: [{ column: 0, features: Int32Array.of(0) }] }, 2 ** 18, 16, 17],
  ['chosen rows are few', { ...pass, among: sample }, 2 ** 18, 100, 8],
  ['to choose them all are read', sample, 1e6, 100, 32],
  ['moments of chosen rows may be the first to choose them', { kind: 'moments', loss: pass.loss, gram: false, among: sample }, 1e6, 100, 32],
];

for (const [what, request, rows, features, pieces] of cases) {
  test(what, (t) => t.is(piecesOf(request, rows, features, 4), pieces));
}
