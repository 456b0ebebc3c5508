import { UsageError } from '../errors.ts';
import { elasticNetPenalty } from './elasticNet.ts';
import type { Penalty, PenaltyName, PenaltySpec } from './penalty.ts';

/** Every penalty by name, given the l1 ratio (which only the elastic net takes). */
export const penalties: Readonly<Record<PenaltyName, (l1Ratio: number) => Penalty>> = {
  none: () => elasticNetPenalty('none', 0),
  ridge: () => elasticNetPenalty('ridge', 0),
  lasso: () => elasticNetPenalty('lasso', 1),
  'elastic-net': (l1Ratio) => elasticNetPenalty('elastic-net', l1Ratio),
};

/** @throws UsageError UNKNOWN_PENALTY, BAD_L1_RATIO */
export function penaltyBySpec(spec: PenaltySpec): Penalty {
  if (!Object.hasOwn(penalties, spec.name)) {
    throw new UsageError('UNKNOWN_PENALTY', `There is no penalty '${spec.name}'; there are ${Object.keys(penalties).join(', ')}.`);
  }
  if (!(spec.l1Ratio >= 0 && spec.l1Ratio <= 1)) {
    throw new UsageError('BAD_L1_RATIO', `The l1 ratio is ${spec.l1Ratio}; it must be between 0 (ridge) and 1 (lasso).`);
  }
  return penalties[spec.name](spec.l1Ratio);
}
