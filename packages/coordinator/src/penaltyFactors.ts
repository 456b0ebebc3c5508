import { UsageError, listNames, nearNames } from '@scalemix/core';
import type { Description } from '@scalemix/core';

/**
 * One factor a feature from factors by name. The name of a column sets all its
 * features, the name of a feature (`origin=ATL`) that one, whatever the order.
 * @throws UsageError UNKNOWN_COLUMN
 */
export function resolvePenaltyFactors(factors: ReadonlyMap<string, number>, description: Pick<Description, 'columns' | 'features'>): Float64Array {
  const resolved = new Float64Array(description.features.length).fill(1);
  const columns = new Map(description.columns.map((column) => [column.name, column]));
  const features = new Map(description.features.map((name, j) => [name, j]));
  const single: [number, number][] = [];
  for (const [name, factor] of factors) {
    const column = columns.get(name);
    const feature = features.get(name);
    if (column !== undefined) resolved.fill(factor, column.features[0], column.features[0] + column.features[1]);
    else if (feature !== undefined) single.push([feature, factor]);
    else throw unknownName(name, description);
  }
  for (const [feature, factor] of single) resolved[feature] = factor;
  return resolved;
}

function unknownName(name: string, description: Pick<Description, 'columns' | 'features'>): UsageError {
  const column = description.columns.find((candidate) => candidate.levels !== null && name.startsWith(`${candidate.name}=`));
  if (column !== undefined) {
    const level = name.slice(column.name.length + 1);
    const why = column.levels!.includes(level) ? 'is its base level, which has no coefficient' : 'is not a level of it';
    return new UsageError('UNKNOWN_COLUMN', `Penalty factor ${JSON.stringify(name)}: ${JSON.stringify(level)} ${why}. Name another level, or the column ${column.name} for all of them.`);
  }
  const known = description.columns.map((candidate) => candidate.name);
  const near = nearNames(name, [...new Set([...known, ...description.features])]);
  if (near.length > 0) return new UsageError('UNKNOWN_COLUMN', `Penalty factor ${JSON.stringify(name)} names no predictor. Did you mean ${listNames(near)}?`);
  return new UsageError('UNKNOWN_COLUMN', `Penalty factor ${JSON.stringify(name)} names no predictor. Predictors are ${listNames(known, 12)}, and their features such as ${description.features[0] ?? 'none'}.`);
}
