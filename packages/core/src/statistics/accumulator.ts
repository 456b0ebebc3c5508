/**
 * From rows to statistics: an accumulator sums one leaf of the reduction tree
 * for one request. It is made anew for each request and keeps nothing that the
 * request and the rows do not determine.
 */
import type { Arena, ResolvedBlock } from '../block/arena.ts';
import type { SampleSelector } from '../block/choice.ts';
import type { BlockStore } from '../block/store.ts';
import { MomentsAccumulator, finishMoments, momentsSize } from './moments.ts';
import type { Moments, MomentsRequest } from './moments.ts';
import { PassAccumulator } from './pass.ts';
import { finishPass, passLayout } from './passRequest.ts';
import type { PassRequest, PassResult } from './passRequest.ts';

export interface Accumulator {
  /** Numbers of the statistic. */
  readonly size: number;
  /** The statistic of the given consecutive blocks, which make up one leaf. `firstRow`: number of its first row, which folds may depend on. */
  leaf(blocks: Iterable<ResolvedBlock>, firstRow: number): Float64Array;
}

export type StatisticRequest = MomentsRequest | PassRequest;

/** The rows that a request is about, where it is not about all of them. */
export function choiceOf(request: StatisticRequest | SampleSelector): SampleSelector | null {
  if (request.kind !== 'sample') return request.among ?? null;
  return request.within === null ? null : { ...request, rate: request.within, within: null };
}

/** @param arenas one a segment of the store, in segment order, with the scratch area at the same address in each. */
export function createAccumulator(arenas: readonly Arena[], store: BlockStore, request: StatisticRequest): Accumulator {
  if (request.among !== undefined && request.folds !== undefined) throw new RangeError('A statistic is taken by fold or of chosen rows, not both.');
  return request.kind === 'moments' ? new MomentsAccumulator(arenas, store, request) : new PassAccumulator(arenas, store, request);
}

/** Numbers of the statistic that answers a request on p features. */
export function statisticSize(request: StatisticRequest, features: number): number {
  return request.kind === 'moments' ? momentsSize(request, features) : passLayout(request, features).size;
}

export function finishStatistic(request: MomentsRequest, features: number, values: Float64Array): Moments;
export function finishStatistic(request: PassRequest, features: number, values: Float64Array): PassResult;
export function finishStatistic(request: StatisticRequest, features: number, values: Float64Array): Moments | PassResult {
  return request.kind === 'moments' ? finishMoments(request, features, values) : finishPass(request, features, values);
}
