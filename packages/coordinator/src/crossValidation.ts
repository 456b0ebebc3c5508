/** The folds that a job is asked for, and what becomes of them in the model. */
import { checkFoldCount, describeCrossValidation, fitCrossValidation } from '@scalemix/core';
import type { CrossValidation, Description, Executor, FitOptions, FoldSpec, PathProblem, PathResult, RowSource } from '@scalemix/core';
import type { FoldsRequest } from './request.ts';

const FOLDS = 5;
/** Certified relative gap of what is fitted without a fold. */
const FOLD_TOLERANCE = 1e-4;

/** @throws UsageError BAD_FOLDS, before any row is read */
export function checkFoldsRequest(request: FoldsRequest): void {
  if (request.by !== 'column') checkFoldCount(request.count ?? FOLDS);
}

/** @throws as core's fitCrossValidation */
export async function crossValidatedPath(
  request: FoldsRequest, source: RowSource, problem: PathProblem, executor: Executor, options: FitOptions,
): Promise<{ readonly path: PathResult; readonly cv: CrossValidation }> {
  const description = source.describe();
  const folds = foldSpec(request, description);
  const tolerance = request.tolerance ?? Math.max(FOLD_TOLERANCE, problem.tolerance ?? 0);
  const result = await fitCrossValidation(source, { ...problem, folds, foldTolerance: tolerance }, executor, options);
  return { path: result.path, cv: describeCrossValidation(folds, tolerance, description.folds, result) };
}

/** @param values of the column of folds */
export function foldCount(request: FoldsRequest, values: number): number {
  return request.by === 'column' ? values : (request.count ?? FOLDS);
}

function foldSpec(request: FoldsRequest, { folds }: Description): FoldSpec {
  return { by: request.by, count: foldCount(request, folds?.values.length ?? 0), seed: request.by === 'shuffle' ? (request.seed ?? 0) : 0 };
}
