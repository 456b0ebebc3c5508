export * from './document.ts';
export * from './build.ts';
export { describeCrossValidation } from './crossValidation.ts';
export { MODEL_MAX_BYTES, parseModel, saveModel } from './text.ts';
export * from './select.ts';
export * from './rows.ts';
export * from './predict.ts';
export * from './response.ts';
export * from './evaluate.ts';
