/** What a peer in another process is given: a folder of binary files and a description of the job. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CrossValidationProblem, PathProblem, PathResult } from '@scalemix/core';
import type { PlainData } from '../cases/case.ts';

/** Bytes of a write. */
const PIECE = 1 << 28;

/** Runs `work` on a folder that holds what every comparison needs; the folder is gone afterwards. */
export async function withFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'scalemix-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function writeArray(folder: string, name: string, values: Float64Array | Int32Array): void {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const file = openSync(join(folder, name), 'w');
  try {
    for (let at = 0; at < bytes.length; at += PIECE) writeSync(file, bytes, at, Math.min(PIECE, bytes.length - at));
  } finally {
    closeSync(file);
  }
}

/** x.f64, y.f64, codes-0.i32, ...; lambda.f64, ours.f64 (of each value intercept and coefficients) and objective.f64; job.dcf. */
export function writeJob(folder: string, data: PlainData, problem: PathProblem & Partial<CrossValidationProblem>, path: PathResult, settings: Readonly<Record<string, string | number>>): void {
  const features = path.coefficients[0]!.length;
  writeArray(folder, 'x.f64', data.x);
  writeArray(folder, 'y.f64', data.y);
  data.categories.forEach(({ codes }, c) => writeArray(folder, `codes-${c}.i32`, codes));
  const ours = new Float64Array(path.lambda.length * (features + 1));
  path.coefficients.forEach((coefficients, k) => {
    ours[k * (features + 1)] = path.intercept[k]!;
    ours.set(coefficients, k * (features + 1) + 1);
  });
  writeArray(folder, 'lambda.f64', path.lambda);
  writeArray(folder, 'ours.f64', ours);
  writeArray(folder, 'objective.f64', path.objective);
  const job = {
    rows: data.y.length,
    columns: data.columns,
    levels: data.categories.map(({ levels }) => levels).join(' '),
    features,
    values: path.lambda.length,
    loss: problem.loss.name,
    l1Ratio: problem.penalty.l1Ratio,
    standardize: problem.standardize ?? true,
    ...(problem.folds && { folds: problem.folds.count }),
    ...settings,
  };
  writeFileSync(join(folder, 'job.dcf'), Object.entries(job).map(([name, value]) => `${name}: ${value}\n`).join(''));
}
