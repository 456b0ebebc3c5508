/**
 * Where statistics come from: rows on threads, in this thread, behind an
 * encoding, or in a log. A row source is made of one; so whatever wraps
 * statistics (codec, recording, replay) wraps the whole of a source, samples
 * gathered from it included.
 */
import { finishStatistic } from '@scalemix/core';
import type { Description, FeatureMap, GatheredRows, ReadOptions, RowLayout, RowSource, SampleSelector, StatisticRequest } from '@scalemix/core';

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
}

export function rowSource(statistics: Statistics): RowSource {
  const features = statistics.description.features.length;
  return {
    describe: () => statistics.description,
    moments: async (request, options) => finishStatistic(request, features, await statistics.collect(request, options)),
    evaluate: async (request, options) => finishStatistic(request, features, await statistics.collect(request, options)),
    gather: async (selector, options) => rowSource(statistics.over(await statistics.gather(selector, options))),
  };
}
