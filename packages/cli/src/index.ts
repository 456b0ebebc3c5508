/**
 * The library: certified penalty paths from a program. The command line of this
 * package runs on the same functions.
 */
export { FittedPath, FittedValue, crossValidate, elasticNet, fitPath, lasso, logistic, none, resumePath, ridge, squared } from '@scalemix/coordinator';
export type { ArrayColumn, ArrayData, ArrayPredictors, CrossValidateOptions, FileData, FitPathOptions, JobEvent, PredictOptions, PredictedRows, ResumePathOptions } from '@scalemix/coordinator';
export { DataError, FailureError, ScalemixError, UsageError, parseModel, saveModel } from '@scalemix/core';
export type { ColumnDescription, CrossValidation, LossSpec, ModelDocument, PenaltySpec } from '@scalemix/core';
