export * from './specs.ts';
export { crossValidate } from './crossValidate.ts';
export type { CrossValidateOptions } from './crossValidate.ts';
export { fitPath } from './fitPath.ts';
export type { FileData, FitPathOptions } from './options.ts';
export { FittedPath, FittedValue } from './fittedPath.ts';
export type { PredictOptions, PredictedRows } from './fittedPath.ts';
export type { ArrayColumn, ArrayData, ArrayPredictors } from './data.ts';
