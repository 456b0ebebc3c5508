import { createHash } from 'node:crypto';
import type { RowSource } from '@scalemix/core';
import { momentsRequest, passRequest, sampleSelector } from './mixedRows.ts';

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

/** Everything a solver asks of a source, digested: moments, passes, a sample and passes over it. */
export async function allBits(source: RowSource): Promise<Record<string, string>> {
  const features = source.describe().features.length;
  const sample = await source.gather(sampleSelector(features));
  return {
    moments: bitsOf(await source.moments(momentsRequest)),
    pass: bitsOf(await source.evaluate(passRequest(features))),
    large: bitsOf(await source.evaluate(passRequest(features, true))),
    sampleRows: String(sample.describe().rows),
    sampleMoments: bitsOf(await sample.moments(momentsRequest)),
    samplePass: bitsOf(await sample.evaluate(passRequest(features))),
  };
}
