import { createHash } from 'node:crypto';
import type { RowSource } from '@scalemix/core';
import { columnRequest, momentsRequest, passRequest, sampleSelector } from './mixedRows.ts';

/** A digest of all numbers in plain data, bit by bit. */
export function bitsOf(value: unknown): string {
  const hash = createHash('sha256');
  const visit = (item: unknown): void => {
    if (ArrayBuffer.isView(item)) hash.update(new Uint8Array(item.buffer.slice(item.byteOffset, item.byteOffset + item.byteLength) as ArrayBuffer));
    else if (typeof item === 'number') hash.update(new Float64Array([item]));
    else if (Array.isArray(item)) item.forEach(visit);
    else if (item !== null && typeof item === 'object') for (const [key, inner] of Object.entries(item)) visit([key.length, inner]);
  };
  visit(value);
  return hash.digest('hex');
}

/** Everything a solver asks of a source, digested: moments, passes, rows chosen in their places, a part of them gathered, and passes over those. */
export async function allBits(source: RowSource): Promise<Record<string, string>> {
  const features = source.describe().features.length;
  const wide = sampleSelector(features, 0.2);
  const chosen = source.choose(wide);
  const chosenMoments = bitsOf(await chosen.moments(momentsRequest));
  const chosenPass = bitsOf(await chosen.evaluate(passRequest(features)));
  const sample = await source.gather({ ...sampleSelector(features), within: wide.rate });
  const bits = {
    chosenMoments,
    chosenPass,
    moments: bitsOf(await source.moments(momentsRequest)),
    pass: bitsOf(await source.evaluate(passRequest(features))),
    large: bitsOf(await source.evaluate(passRequest(features, true))),
    chosenColumn: bitsOf(await chosen.evaluate(columnRequest(features))),
    sampleRows: String(sample.describe().rows),
    sampleMoments: bitsOf(await sample.moments(momentsRequest)),
    samplePass: bitsOf(await sample.evaluate(passRequest(features))),
  };
  sample.close();
  return bits;
}
