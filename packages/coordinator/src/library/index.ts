export * from './specs.ts';
export { fitPath } from './fitPath.ts';
export type { FileData, FitPathOptions } from './fitPath.ts';
export { FittedPath, FittedValue } from './fittedPath.ts';
export type { PredictOptions, PredictedRows } from './fittedPath.ts';
export type { ArrayColumn, ArrayData, ArrayPredictors } from './data.ts';
