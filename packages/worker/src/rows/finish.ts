/**
 * The last touch to the stored blocks, when all has been read: provisional
 * codes become final ones, missing values get their fill, classes become 0 and 1.
 * In place; blocks in the spill file are read, changed and written back.
 */
import type { RowLayout, StoredBlock } from '@scalemix/core';
import { blockParts } from './blockParts.ts';
import type { BlockParts } from './blockParts.ts';
import type { LevelPlan } from './levels.ts';
import { MISSING_CODE, SKIPPED_CODE } from './levels.ts';
import { readSpilled } from './spill.ts';
import type { SpillFile } from './spill.ts';

export interface FinishPlan {
  /** For each code column, how its codes change; null: not at all. */
  readonly codes: readonly (LevelPlan | null)[];
  /** Dense columns with missing values and what they become. */
  readonly fills: readonly { readonly index: number; readonly value: number }[];
  /** How the numbers of folds change; null: not at all. */
  readonly folds: LevelPlan | null;
  /** The value of each stored code of a text response, whose negative codes become 0; null: the response stays as it is. */
  readonly response: Float64Array | null;
}

export function finishBlocks(blocks: readonly StoredBlock[], layout: RowLayout, plan: FinishPlan, memories: readonly WebAssembly.Memory[], spill: SpillFile | null): void {
  if (plan.response === null && plan.folds === null && plan.fills.length === 0 && plan.codes.every((levels) => levels === null)) return;
  let staging = new ArrayBuffer(0);
  for (const block of blocks) {
    if (block.segment >= 0) {
      finishBlock(blockParts(memories[block.segment]!.buffer, block.base, layout, block.rows, block.entries), layout.dense, plan);
      continue;
    }
    if (staging.byteLength < block.bytes) staging = new ArrayBuffer(block.bytes);
    const bytes = new Uint8Array(staging, 0, block.bytes);
    readSpilled(spill!.descriptor, bytes, block.base);
    finishBlock(blockParts(staging, 0, layout, block.rows, block.entries), layout.dense, plan);
    spill!.write(bytes, block.base);
  }
}

function finishBlock(parts: BlockParts, stride: number, plan: FinishPlan): void {
  const { rows, dense, response } = parts;
  plan.codes.forEach((levels, c) => {
    if (levels !== null) replaceCodes(parts.codes[c]!, levels);
  });
  if (plan.folds !== null) replaceCodes(parts.folds!, plan.folds);
  for (const { index, value } of plan.fills) {
    for (let i = 0, at = index; i < rows; i++, at += stride) if (dense![at] !== dense![at]) dense![at] = value;
  }
  const values = plan.response;
  if (values === null) return;
  for (let i = 0; i < rows; i++) response[i] = response[i]! < 0 ? 0 : values[response[i]!]!;
}

function replaceCodes(codes: Uint32Array, { replace, fill }: LevelPlan): void {
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === MISSING_CODE) codes[i] = fill;
    else codes[i] = code === SKIPPED_CODE ? 0 : replace[code]!;
  }
}
