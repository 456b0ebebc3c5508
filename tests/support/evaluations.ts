/** Points of the solver's working scale evaluated over arrays, beside the same points on the original scale. */
import type { PathProblem } from '@scalemix/core';
import type { Evaluation } from '../../packages/core/src/fit/evaluation.ts';
import { MomentsOracle } from '../../packages/core/src/fit/momentsOracle.ts';
import { SweepOracle } from '../../packages/core/src/fit/sweepOracle.ts';
import { WorkingScale } from '../../packages/core/src/fit/workingScale.ts';
import type { Point } from '../../packages/core/src/fit/workingScale.ts';
import type { ArrayData } from './arraySource.ts';
import { source } from './engine.ts';
import type { Coefficients } from './explicitProblem.ts';
import { moments as columnMoments, expandColumns } from './explicitProblem.ts';

export interface Evaluator {
  readonly scale: WorkingScale;
  evaluate(points: readonly Point[], hessianOf?: Int32Array): Promise<Evaluation[]>;
  /** From moments alone; least squares only. */
  readonly fromMoments: MomentsOracle | null;
  toOriginal(point: Point): Coefficients;
  /** The working point of coefficients on the original scale. */
  toWorking(at: Coefficients): Point;
}

export async function evaluator(data: ArrayData, problem: PathProblem): Promise<Evaluator> {
  const rows = source(data);
  const quadratic = problem.loss.name === 'squared';
  const moments = await rows.moments({ kind: 'moments', loss: problem.loss, gram: quadratic });
  const scale = new WorkingScale(rows.describe(), moments, problem);
  const oracle = new SweepOracle(rows, scale, problem.loss, { sweeps: 0, openColumns: 0, grams: 0 }, {});
  const w = data.weights === undefined ? new Float64Array(data.y.length).fill(1) : Float64Array.from(data.weights);
  const columns = expandColumns(data).map((column) => columnMoments(column, w));
  return {
    scale,
    evaluate: (points, hessianOf) => oracle.evaluate(points, hessianOf === undefined ? [] : points.map((_, at) => ({ at, features: hessianOf })), 1),
    fromMoments: quadratic ? new MomentsOracle(scale, moments, rows.describe().responseCentre) : null,
    toOriginal: (point) => {
      const { coefficients, intercept } = scale.toOriginal(point);
      return { b: coefficients, b0: intercept };
    },
    toWorking: ({ b, b0 }) => {
      let intercept = b0;
      const beta = b.map((value, j) => {
        const { mean, deviation } = columns[j]!;
        if (scale.intercept) intercept += value * mean;
        return value * (scale.intercept ? deviation : Math.sqrt(deviation * deviation + mean * mean));
      });
      return { beta, intercept: scale.intercept ? intercept : 0 };
    },
  };
}
