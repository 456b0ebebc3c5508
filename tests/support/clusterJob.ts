/** A job long enough to be disturbed, and the answer that it must give all the same. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelDocument } from '@scalemix/core';
import { Random } from './random.ts';
import { scalemix } from './commandLine.ts';

const ROWS = 20_000;
const COLUMNS = 30;

/** Hundreds of passes: one that is disturbed after the third is disturbed in the middle. */
export const JOB = ['cv', 'data.csv', '--response', 'late', '--loss', 'logistic', '--folds', '8', '--lambdas', '200'];

/** Writes data.csv to a folder. */
export function writeJobData(folder: string): void {
  const random = new Random(7);
  const lines = [`late,${Array.from({ length: COLUMNS }, (_, column) => `x${column}`).join(',')}`];
  for (let row = 0; row < ROWS; row++) {
    const x = Array.from({ length: COLUMNS }, () => random.uniform() * 2 - 1);
    const psi = x.reduce((sum, value, column) => sum + value * (column % 3 === 0 ? 1.5 : 0.1), 0);
    lines.push(`${random.uniform() < 1 / (1 + Math.exp(-psi)) ? 'yes' : 'no'},${x.map((value) => value.toFixed(6)).join(',')}`);
  }
  writeFileSync(join(folder, 'data.csv'), `${lines.join('\n')}\n`);
}

/** What must be the same on any number of machines. */
export function bitsOf(model: ModelDocument): unknown {
  const { lambda, intercept, coefficients, objective, gap, stationarity, sweeps, cv } = model;
  return { lambda, intercept, coefficients, objective, gap, stationarity, sweeps, cv };
}

export function readModelOf(path: string): ModelDocument {
  return JSON.parse(readFileSync(path, 'utf8')) as ModelDocument;
}

/** The answer of one process. */
export async function referenceBits(folder: string): Promise<unknown> {
  const { code, stderr } = await scalemix([...JOB, '-o', 'reference.json', '--quiet'], { cwd: folder });
  if (code !== 0) throw new Error(stderr);
  return bitsOf(readModelOf(join(folder, 'reference.json')));
}

/** Events of a type in a file of --events, which may not be there yet. */
export function eventsIn(path: string, type: string): number {
  if (!existsSync(path)) return 0;
  return readFileSync(path, 'utf8').split('\n').filter((line) => line.includes(`"type":"${type}"`)).length;
}
