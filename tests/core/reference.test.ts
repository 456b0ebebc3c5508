import { readdirSync } from 'node:fs';
import test from 'ava';
import { createKernels, fitPath, inOrder } from '@scalemix/core';
import type { KernelRequest, PathResult, PenaltySpec } from '@scalemix/core';
import { arraySource } from '../support/arraySource.ts';
import { readReference, referenceData } from '../support/referenceCase.ts';
import type { ReferenceCase } from '../support/referenceCase.ts';

const directory = new URL('../fixtures/reference/', import.meta.url).pathname;
const cases = readdirSync(directory).filter((file) => file.endsWith('.json.gz'));

function penaltyOf({ l1Ratio }: ReferenceCase): PenaltySpec {
  return { name: l1Ratio === 1 ? 'lasso' : l1Ratio === 0 ? 'ridge' : 'elastic-net', l1Ratio };
}

async function fit(reference: ReferenceCase, kernels: KernelRequest): Promise<{ path: PathResult; order: Int32Array }> {
  const { data, order } = referenceData(reference, directory);
  const source = arraySource(data, (memory) => createKernels(memory, kernels));
  const problem = { loss: { name: reference.loss, parameters: {} }, penalty: penaltyOf(reference), standardize: reference.standardize, lambda: reference.lambda };
  return { path: await fitPath(source, problem, inOrder), order };
}

/** Largest difference of coefficients as a share of the value's largest; values whose coefficients are rounding are left out. */
function difference(reference: ReferenceCase, path: PathResult, order: Int32Array): number {
  let worst = 0;
  reference.coefficientsAt.forEach((k, at) => {
    const wanted = reference.coefficients[at]!;
    const largest = Math.max(...wanted.map(Math.abs));
    if (largest < 1e-9) return;
    wanted.forEach((value, j) => (worst = Math.max(worst, Math.abs(value - path.coefficients[k]![order[j]!]!) / largest)));
  });
  return worst;
}

for (const file of cases) {
  const reference = readReference(`${directory}${file}`);
  for (const family of ['wasm', 'scalar'] as const) {
    test(`${reference.case}: the ${family} kernels reach the objectives and coefficients of ${reference.by.split(' ')[0]!}`, async (t) => {
      const { path, order } = await fit(reference, { family });
      t.true(path.converged.every(Boolean));
      reference.objective.forEach((wanted, k) => {
        t.true(path.objective[k]! <= wanted * (1 + 1e-6), `value ${k}: ${path.objective[k]} against ${wanted}`);
        t.true(path.objective[k]! >= wanted * (1 - 1e-9), `value ${k}: ${path.objective[k]} is below ${wanted}`);
        t.true(path.objective[k]! - wanted <= path.gap[k]! + 1e-9 * wanted, `value ${k}: the certificate holds`);
      });
      const worst = difference(reference, path, order);
      t.true(worst <= 1e-4, `coefficients differ by ${worst}`);
    });
  }
}
