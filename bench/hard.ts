/**
 * Logistic lasso and ridge paths on hard data (tests/support/hardData.ts): whether every value is certified, and how
 * many sweeps and column passes that takes. On all threads, 40 values from the largest lambda to 1e-4 of it (1e-2
 * where there are more columns than rows).
 */
import { enableWideVectors } from '@scalemix/core';
import { fitPath, lasso, logistic, ridge } from 'scalemix';
import type { ArrayColumn } from 'scalemix';
import { hardCases } from '../tests/support/hardData.ts';
import type { HardData } from '../tests/support/hardData.ts';
import type { Options } from './support/benchmark.ts';
import { row } from './support/row.ts';
import type { Figure } from './support/row.ts';

const VALUES = 40;

export const takes = ['only'] as const;
export const figures = hardCases.map(({ name }) => name);

function columnsOf({ dense, codes }: HardData): Record<string, ArrayColumn> {
  const columns: Record<string, ArrayColumn> = Object.fromEntries(dense.map((column, j) => [`x${j + 1}`, column]));
  if (codes !== null) columns['level'] = Array.from(codes, (code) => `l${String(code).padStart(3, '0')}`);
  return columns;
}

export async function run({ only }: Pick<Options, 'only'>): Promise<Figure[]> {
  enableWideVectors();
  const measured: Figure[] = [];
  for (const hard of hardCases) {
    if (only !== null && !only.includes(hard.name)) continue;
    const data = hard.make(hard.rows, hard.columns);
    const x = columnsOf(data);
    for (const penalty of [lasso(), ridge()]) {
      const before = process.cpuUsage();
      const { converged, gap, objective, sweeps, columnPasses, grams, timing } = (await fitPath({ x, y: data.y }, { loss: logistic(), penalty, lambdas: VALUES })).toJSON();
      const { user, system } = process.cpuUsage(before);
      const name = `${hard.name}-${penalty.name}`;
      const worst = Math.max(...gap.map((value, k) => (value ?? NaN) / objective[k]!));
      console.error(`${name}: ${hard.rows} x ${hard.columns}, ${hard.about}; ${grams} Grams, largest relative gap ${worst.toExponential(1)}`);
      measured.push(
        {
          ...row(`${name}-certified`, converged.filter(Boolean).length / VALUES, 'of the values', 1),
          detail: { about: hard.about, penalty: penalty.name, rows: hard.rows, columns: hard.columns, sweeps, 'column passes': columnPasses, grams, 'certified gap': worst, seconds: timing.fit, cpu: (user + system) / 1e6 },
        },
        row(`${name}-sweeps`, sweeps, 'sweeps'),
      );
    }
  }
  return measured;
}
