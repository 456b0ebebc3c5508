/**
 * Where statistics come from: rows on threads, in this thread, behind an
 * encoding, or in a log. A row source is made of one; so whatever wraps
 * statistics (codec, recording, replay) wraps the whole of a source, samples
 * gathered from it included.
 */
import { finishStatistic } from '@scalemix/core';
import type { Description, FeatureMap, GatheredRows, ReadOptions, RowLayout, RowSource, SampleSelector, SomeRows, StatisticRequest } from '@scalemix/core';

export interface Statistics {
  readonly description: Description;
  /** How the rows are stored. */
  readonly layout: RowLayout;
  /** Which feature each stored column is. */
  readonly map: FeatureMap;
  /** The statistic of all rows, merged in tree order. */
  collect(request: StatisticRequest, options?: ReadOptions): Promise<Float64Array>;
  /** The rows the selector chooses, in order. */
  gather(selector: SampleSelector, options?: ReadOptions): Promise<GatheredRows>;
  /** Statistics of gathered rows. */
  over(rows: GatheredRows): Statistics;
  /** Both in one, where nobody has to see the rows on their way. @default one after the other */
  sample?(selector: SampleSelector, options?: ReadOptions): Promise<Statistics>;
  /** Lets the rows go; nothing can be asked of them any more. */
  close(): void;
}

export function rowSource(statistics: Statistics): RowSource {
  return {
    ...someRows(statistics, {}),
    choose: (selector) => someRows(statistics, { among: selector }),
    gather: async (selector, options) => rowSource(statistics.sample === undefined ? statistics.over(await statistics.gather(selector, options)) : await statistics.sample(selector, options)),
    take: async (selector, options) => ({ rows: await statistics.gather(selector, options), map: statistics.map }),
    close: () => statistics.close(),
  };
}

function someRows(statistics: Statistics, some: { readonly among?: SampleSelector }): SomeRows {
  const features = statistics.description.features.length;
  return {
    describe: () => statistics.description,
    moments: async (request, options) => finishStatistic(request, features, await statistics.collect({ ...request, ...some }, options)),
    evaluate: async (request, options) => finishStatistic(request, features, await statistics.collect({ ...request, ...some }, options)),
  };
}
