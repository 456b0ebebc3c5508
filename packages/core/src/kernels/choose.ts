import { FailureError } from '../errors.ts';
import { calibrate } from './calibrate.ts';
import type { Calibration } from './calibrate.ts';
import type { KernelId, Kernels } from './kernels.ts';
import { kernelModule } from './load.ts';
import { createScalarKernels } from './scalar.ts';
import { TILE, testScalarKernels, testWasmKernels } from './selfTest.ts';
import type { SelfTest } from './selfTest.ts';
import { createWasmKernels } from './wasm.ts';
import { wideVectorsRequested } from './wideVectors.ts';

/** What the caller wants of the kernels. A `KernelChoice` is one, so that other threads get exactly the same. */
export interface KernelRequest {
  /** `auto`: WebAssembly where its self-test passes, else scalar. @default 'auto' */
  readonly family?: 'auto' | 'wasm' | 'scalar' | undefined;
  /** Tiles for 256-bit vectors: same bits, another speed. @default measured, in about 20 ms */
  readonly wide?: boolean | undefined;
  /** Of the stored dense rows; part of the kernel id. @default 'f64' */
  readonly precision?: KernelId['precision'] | undefined;
  /** The compiled kernels of another thread. @default compiled here */
  readonly module?: WebAssembly.Module | undefined;
}

/** A request with nothing left open. Structured clone carries it to other threads. */
export interface KernelChoice {
  readonly family: 'wasm' | 'scalar';
  readonly wide: boolean;
  readonly precision: KernelId['precision'];
  readonly module: WebAssembly.Module | undefined;
  readonly id: KernelId;
  /** Why this family and width, in a phrase. */
  readonly reason: string;
}

let calibration: Calibration | undefined;
const selfTests = new Map<string, SelfTest>();

function wasmSelfTest(module: WebAssembly.Module, wide: boolean): SelfTest {
  const key = wide ? 'wide' : 'narrow';
  const known = selfTests.get(key) ?? testWasmKernels(module, wide);
  selfTests.set(key, known);
  return known;
}

function idOf(test: SelfTest, precision: KernelId['precision']): KernelId {
  return { family: test.family, precision, tile: TILE, hash: test.hash };
}

function chooseScalar(precision: KernelId['precision'], reason: string): KernelChoice {
  return { family: 'scalar', wide: false, precision, module: undefined, id: idOf(testScalarKernels(), precision), reason };
}

/**
 * Settles which kernels to use: the self-test (a few milliseconds, once a
 * thread), then, unless `wide` is given, the calibration. Wide tiles are
 * chosen only if they give the same bits as narrow ones here. Throws
 * FailureError KERNEL_SELF_TEST if WebAssembly was asked for and fails its test.
 */
export function chooseKernels(request: KernelRequest = {}): KernelChoice {
  const precision = request.precision ?? 'f64';
  if (request.family === 'scalar') return chooseScalar(precision, 'requested');

  const module = request.module ?? kernelModule();
  const narrow = wasmSelfTest(module, false);
  if (!narrow.passed) {
    if (request.family !== 'wasm') return chooseScalar(precision, `the WebAssembly kernels failed their self-test: ${narrow.failure}`);
    throw new FailureError('KERNEL_SELF_TEST', `The WebAssembly kernels failed their self-test: ${narrow.failure}. Use the scalar kernels (--kernel scalar).`);
  }
  const id = idOf(narrow, precision);
  const decide = (wide: boolean, reason: string): KernelChoice => ({ family: 'wasm', wide, precision, module, id, reason });

  if (request.wide === false) return decide(false, 'narrow tiles requested');
  const wide = wasmSelfTest(module, true);
  if (!wide.passed || wide.hash !== narrow.hash) return decide(false, 'wide tiles do not give the bits of narrow ones here');
  if (request.wide === true) return decide(true, 'wide tiles requested');

  calibration ??= calibrate(module);
  if (!calibration.identical) return decide(false, 'compiled wide tiles do not give the bits of narrow ones here');
  if (calibration.useWide) return decide(true, 'wide tiles are faster here');
  return decide(false, wideVectorsRequested() ? 'narrow tiles are faster here' : 'narrow tiles are faster without 256-bit vectors');
}

/**
 * The kernels over an arena whose first ARENA_RESERVED bytes are theirs. What has been chosen is taken as it is, without
 * another self-test; see chooseKernels for what a request costs and throws.
 */
export function createKernels(memory: WebAssembly.Memory, request: KernelRequest | KernelChoice = {}): Kernels {
  const choice = 'id' in request ? request : chooseKernels(request);
  return choice.module
    ? createWasmKernels(choice.module, memory, choice.wide, choice.id)
    : createScalarKernels(memory, choice.id);
}

/** What `scalemix doctor` prints of the kernels. */
export interface KernelDescription {
  readonly choice: KernelChoice;
  readonly node: string;
  readonly v8: string;
  /** Whether this process asked V8 for 256-bit vectors. */
  readonly wideVectorsRequested: boolean;
  /** Whether relaxed_madd rounds once on this machine. */
  readonly fused: boolean;
  readonly selfTests: { readonly scalar: SelfTest; readonly narrow: SelfTest; readonly wide: SelfTest };
  /** Speed of both tile widths, GFLOP/s of a 192 x 96 Gram on one thread. */
  readonly calibration: Calibration;
}

/** Tests and times every variant, whatever was requested. About 30 ms. */
export function describeKernels(request: KernelRequest = {}): KernelDescription {
  const module = request.module ?? kernelModule();
  const narrow = wasmSelfTest(module, false), wide = wasmSelfTest(module, true);
  calibration ??= calibrate(module);
  return {
    choice: chooseKernels(request),
    node: process.version,
    v8: process.versions.v8,
    wideVectorsRequested: wideVectorsRequested(),
    fused: narrow.family === 'wasm-fma',
    selfTests: { scalar: testScalarKernels(), narrow, wide },
    calibration,
  };
}
