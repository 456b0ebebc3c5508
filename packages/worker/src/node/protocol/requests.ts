/** Requests as messages and back. What is decoded has been checked: sizes, orders and ranges. */
import { DataError, statisticSize } from '@scalemix/core';
import type { FoldSpec, LossSpec, PassFolds, PassRequest, SampleSelector, StatisticRequest } from '@scalemix/core';
import { scalemix } from './pass.js';
import { bytesOf, vectorOf } from './vectors.ts';

export type RowRequest = StatisticRequest | SampleSelector;

export function encodeRequest(request: RowRequest): Uint8Array {
  return scalemix.Request.encode(requestMessage(request)).finish();
}

function requestMessage(request: RowRequest): scalemix.Request.$Properties {
  switch (request.kind) {
    case 'moments':
      return { moments: { loss: lossMessage(request.loss), gram: request.gram, folds: request.folds === undefined ? null : foldsMessage(request.folds), among: amongMessage(request) } };
    case 'pass':
      return {
        pass: {
          loss: lossMessage(request.loss),
          columns: request.columns,
          coefficients: bytesOf(request.coefficients),
          intercepts: bytesOf(request.intercepts),
          features: featuresMessage(request.features),
          grams: request.grams.map(({ column, features, coarse }) => ({ column, features: featuresMessage(features), coarse: coarse ?? false })),
          folds: request.folds === undefined ? null : passFoldsMessage(request.folds),
          among: amongMessage(request),
        },
      };
    case 'sample':
      return { sample: selectorMessage(request) };
  }
}

function selectorMessage({ seed, rate, classRate, reference, inverseSquare, working, within }: SampleSelector): scalemix.SampleSelector.$Properties {
  return { seed, rate, negativeRate: classRate[0], positiveRate: classRate[1], reference: bytesOf(reference), inverseSquare: bytesOf(inverseSquare), working, within };
}

function amongMessage({ among }: StatisticRequest): scalemix.SampleSelector.$Properties | null {
  return among === undefined ? null : selectorMessage(among);
}

function lossMessage({ name, parameters }: LossSpec): scalemix.Loss.$Properties {
  return { name, parameters: { ...parameters } };
}

function foldsMessage({ count, by, seed }: FoldSpec): scalemix.Folds.$Properties {
  return { count, by: FOLDS_BY.indexOf(by), seed };
}

function passFoldsMessage({ by, heldOut }: PassFolds): scalemix.PassFolds.$Properties {
  return { by: foldsMessage(by), heldOut: heldOut === null ? null : bytesOf(heldOut) };
}

/** In the order of the protocol's enum. */
const FOLDS_BY = ['modulo', 'shuffle', 'column'] as const;

function featuresMessage(features: Int32Array | null): scalemix.Features.$Properties | null {
  return features === null ? null : { indices: bytesOf(features) };
}

/** @throws DataError BAD_MESSAGE for bytes that are no request on p features */
export function decodeRequest(bytes: Uint8Array, features: number): RowRequest {
  const { moments, pass, sample } = decoded(() => scalemix.Request.decode(bytes));
  if (moments) {
    const request: StatisticRequest = { kind: 'moments', loss: lossOf(moments.loss), gram: moments.gram ?? false, ...(moments.folds && { folds: foldsOf(moments.folds) }), ...amongOf(moments.among, features) };
    return checkSize(request, features);
  }
  if (pass) return passOf(pass, features);
  if (sample) return selectorOf(sample, features);
  throw new DataError('BAD_MESSAGE', 'A message holds no request.');
}

function passOf(pass: scalemix.PassRequest.$Properties, features: number): PassRequest {
  const columns = pass.columns ?? 0;
  if (columns < 1) throw new DataError('BAD_MESSAGE', 'A message asks for a pass without columns.');
  const request: PassRequest = {
    kind: 'pass',
    loss: lossOf(pass.loss),
    columns,
    coefficients: vectorOf(Float64Array, pass.coefficients ?? NOTHING, columns * features, 'coefficients'),
    intercepts: vectorOf(Float64Array, pass.intercepts ?? NOTHING, columns, 'intercepts'),
    features: featuresOf(pass.features, features),
    grams: (pass.grams ?? []).map((gram) => {
      const column = gram.column ?? 0;
      if (column >= columns) throw new DataError('BAD_MESSAGE', `A message asks for the Gram of column ${column} of ${columns}.`);
      return { column, features: featuresOf(gram.features, features), ...(gram.coarse === true && { coarse: true }) };
    }),
    ...(pass.folds && { folds: passFoldsOf(pass.folds, columns) }),
    ...amongOf(pass.among, features),
  };
  return checkSize(request, features);
}

function selectorOf({ seed, rate, negativeRate, positiveRate, reference, inverseSquare, working, within }: scalemix.SampleSelector.$Properties, features: number): SampleSelector {
  return {
    kind: 'sample',
    seed: seed ?? 0,
    rate: rate ?? 0,
    classRate: [negativeRate ?? 0, positiveRate ?? 0],
    reference: vectorOf(Float64Array, reference ?? NOTHING, features, 'references'),
    inverseSquare: vectorOf(Float64Array, inverseSquare ?? NOTHING, features, 'scales'),
    working: working ?? 0,
    within: within ?? null,
  };
}

function amongOf(message: scalemix.SampleSelector.$Properties | null | undefined, features: number): { readonly among?: SampleSelector } {
  return message ? { among: selectorOf(message, features) } : {};
}

function checkSize<Request extends StatisticRequest>(request: Request, features: number): Request {
  if (request.folds !== undefined && request.among !== undefined) throw new DataError('BAD_MESSAGE', 'A message asks for sums by fold of chosen rows; they are taken of all rows.');
  const size = statisticSize(request, features);
  if (size > LARGEST) throw new DataError('BAD_MESSAGE', `A message asks for ${size} numbers; at most ${LARGEST} can be sent back.`);
  return request;
}

function passFoldsOf({ by, heldOut }: scalemix.PassFolds.$Properties, columns: number): PassFolds {
  const spec = foldsOf(by ?? {});
  if (!heldOut) return { by: spec, heldOut: null };
  const folds = vectorOf(Int32Array, heldOut, columns, 'folds');
  for (const fold of folds) if (!(fold >= -1 && fold < spec.count)) throw new DataError('BAD_MESSAGE', `A message leaves out fold ${fold} of ${spec.count}.`);
  return { by: spec, heldOut: folds };
}

function foldsOf({ count, by, seed }: scalemix.Folds.$Properties): FoldSpec {
  const named = FOLDS_BY[by ?? 0];
  if (named === undefined || !count || count < 2 || count > MOST_FOLDS) throw new DataError('BAD_MESSAGE', `A message asks for ${count ?? 0} folds of kind ${by ?? 0}.`);
  return { count, by: named, seed: seed ?? 0 };
}

/** Folds that a message may ask for. */
const MOST_FOLDS = 2 ** 16;

/** Numbers of a statistic: 2 GiB, what one message can hold. */
const LARGEST = 2 ** 28;

export const NOTHING = new Uint8Array(0);

/** What protobuf cannot decode is a DataError. */
export function decoded<Message>(decode: () => Message): Message {
  try {
    return decode();
  } catch (cause) {
    throw new DataError('BAD_MESSAGE', `A message cannot be decoded: ${(cause as Error).message}.`, { cause });
  }
}

function lossOf(loss: scalemix.Loss.$Properties | null | undefined): LossSpec {
  if (!loss?.name) throw new DataError('BAD_MESSAGE', 'A message names no loss.');
  return { name: loss.name, parameters: { ...loss.parameters } };
}

function featuresOf(message: scalemix.Features.$Properties | null | undefined, features: number): Int32Array | null {
  if (!message) return null;
  const indices = vectorOf(Int32Array, message.indices ?? NOTHING, null, 'features');
  for (let i = 0; i < indices.length; i++) {
    if (!(indices[i]! >= 0 && indices[i]! < features && (i === 0 || indices[i]! > indices[i - 1]!))) {
      throw new DataError('BAD_MESSAGE', `A message's features are not ascending numbers below ${features}.`);
    }
  }
  return indices;
}
