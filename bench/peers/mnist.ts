/** 10,000 handwritten digits, 0 against the rest, against glmnet: few rows, many features, most of them nearly constant. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { Comparison } from '../support/compare.ts';
import type { MatrixData } from '../support/designs.ts';
import { matrixSides } from '../support/exchange.ts';
import { GLMNET } from '../support/peer.ts';

/** Pixels of a digit. */
const PIXELS = 784;

/** @param file CSV or CSV.gz with a header: the digit, then its pixels */
export function mnistPath(file: string): Comparison {
  return {
    name: 'mid-1e4',
    peer: GLMNET,
    problem: { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 40 },
    floor: 1,
    tolerances: [1e-7, 1e-8, 1e-9, 1e-10],
    data: async () => matrixSides(await digits(file)),
  };
}

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
