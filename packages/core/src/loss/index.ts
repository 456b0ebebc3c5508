import { UsageError } from '../errors.ts';
import { logisticLoss } from './logistic.ts';
import type { Loss, LossSpec } from './loss.ts';
import { squaredLoss } from './squared.ts';

/** Every loss, by name. */
export const losses: Readonly<Record<string, Loss>> = {
  squared: squaredLoss,
  logistic: logisticLoss,
};

/** @throws UsageError UNKNOWN_LOSS */
export function lossBySpec(spec: LossSpec): Loss {
  const loss = Object.hasOwn(losses, spec.name) ? losses[spec.name] : undefined;
  if (loss === undefined) throw new UsageError('UNKNOWN_LOSS', `There is no loss '${spec.name}'; there are ${Object.keys(losses).join(', ')}.`);
  return loss;
}
