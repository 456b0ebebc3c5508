/** 10,000 handwritten digits, 0 against the rest: few rows, many features, most of them nearly constant. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { MatrixData } from '../support/designs.ts';
import { LASSO_LOGISTIC, Skipped, matrixSides } from './case.ts';
import type { Case } from './case.ts';

/** Pixels of a digit. */
const PIXELS = 784;

export const mnist: Case = {
  name: 'mid-1e4',
  what: 'logistic lasso path; 40 values; 1e4 digits of 784 pixels',
  problem: { ...LASSO_LOGISTIC, lambdas: 40 },
  async data({ mnist }) {
    if (mnist === null) throw new Skipped('its data are not in this repository: give a CSV of mnist by --mnist FILE (.csv or .csv.gz with a header; the digit, then 784 pixels)');
    return matrixSides(await digits(mnist));
  },
};

async function digits(file: string): Promise<MatrixData> {
  const bytes = createReadStream(file);
  const lines = createInterface({ input: file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes });
  const x: number[] = [], y: number[] = [];
  let header = true;
  for await (const line of lines) {
    if (header || line === '') {
      header = false;
      continue;
    }
    const [digit, ...pixels] = line.split(',').map(Number);
    if (pixels.length !== PIXELS || pixels.some(Number.isNaN)) throw new Error(`${file}: a row is no digit with ${PIXELS} pixels: ${line.slice(0, 60)}`);
    y.push(digit === 0 ? 1 : 0);
    for (const pixel of pixels) x.push(pixel);
  }
  return { x: Float64Array.from(x), columns: PIXELS, y: Float64Array.from(y) };
}
