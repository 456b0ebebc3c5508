export * from './sources/index.ts';
export * from './job.ts';
export * from './apply.ts';
export type * from './events.ts';
export type * from './request.ts';
export { resolvePenaltyFactors } from './penaltyFactors.ts';
export { describeInput } from './describe.ts';
export * from './library/index.ts';
