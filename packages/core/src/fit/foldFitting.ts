/** What the folds of a cross-validation are fitted with. */
import type { RowSource } from '../rowSource.ts';
import type { SolvedPath } from './path.ts';
import type { FitOptions, PathProblem } from './problem.ts';
import type { TrainingSets } from './sweepOracle.ts';
import type { ValueSetting } from './value.ts';
import type { Point, WorkingScale } from './workingScale.ts';

export interface FoldFitting {
  readonly source: RowSource;
  readonly problem: PathProblem;
  readonly solved: SolvedPath;
  /** Of the folds. */
  readonly setting: ValueSetting;
  readonly folds: TrainingSets;
  readonly options: FitOptions;
}

/** A feature that is constant without the fold has no coefficient there. The point itself where none has one. */
export function withoutConstants(point: Point, { isUsable }: WorkingScale): Point {
  return point.beta.every((b, j) => b === 0 || isUsable[j] === 1) ? point : { ...point, beta: point.beta.map((b, j) => (isUsable[j] === 1 ? b : 0)) };
}
