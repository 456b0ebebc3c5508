import type { Moments, RowSource } from '@scalemix/core';

export interface FeatureMoments {
  /** On the original scale. */
  readonly means: Float64Array;
  /** Standard deviations, denominator W. */
  readonly scales: Float64Array;
}

/**
 * A source that keeps the feature moments the solver asks for, which the model
 * reports: they cost a read of the rows, and are not worth a second one.
 */
export function keepMoments(source: RowSource): { readonly source: RowSource; readonly moments: () => FeatureMoments } {
  let kept: Moments | null = null;
  return {
    source: {
      describe: () => source.describe(),
      moments: async (request, options) => (kept = await source.moments(request, options)),
      evaluate: (request, options) => source.evaluate(request, options),
      choose: (selector) => source.choose(selector),
      gather: (selector, options) => source.gather(selector, options),
      take: (selector, options) => source.take(selector, options),
      close: () => source.close(),
    },
    moments: () => {
      const { centres, features } = source.describe();
      return {
        means: Float64Array.from(features, (_, j) => (kept?.mean[j] ?? 0) + centres[j]!),
        scales: Float64Array.from(features, (_, j) => Math.sqrt(kept?.variance[j] ?? 0)),
      };
    },
  };
}
