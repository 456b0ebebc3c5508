/**
 * What a fit will take, from its sizes and the speed of the machine. Sweeps and
 * shares below are what fits of real and made data took; an estimate is not
 * a promise.
 */
import { LEADER_SHARE, chooseRoad, foldsWay } from '@scalemix/core';
import type { FoldsWay, RoadChoice } from '@scalemix/core';
import type { Speeds } from './speeds.ts';

export interface Sizes {
  readonly rows: number;
  readonly features: number;
  readonly bytesPerRow: number;
  /** Numbers a row holds (rowWidth). */
  readonly width: number;
  /** Values of lambda. */
  readonly values: number;
  /** Of a cross-validation; 0: none. */
  readonly folds: number;
  readonly quadratic: boolean;
  /** Whether every value penalises every feature. */
  readonly provable: boolean;
  /** Whether any value has a penalty. */
  readonly penalised: boolean;
  /** Whether the penalty sets coefficients to zero. */
  readonly sparse: boolean;
  /** Bytes of rows that are held in memory. */
  readonly memoryLimit: number;
  readonly threads: number;
  /** Those that sweep all rows: of all nodes of a cluster. @default threads */
  readonly rowThreads?: number;
}

export interface Estimate {
  readonly way: RoadChoice;
  /** Of the folds; null where there are none. */
  readonly foldsWay: FoldsWay | null;
  /** Reads of all rows. */
  readonly sweeps: number;
  /** Vectors of coefficients evaluated, as a share of the values. */
  readonly columnPasses: number;
  /** Gram matrices of all rows. */
  readonly grams: number;
  /** Cost of one in the mean, as a share of that of all features. */
  readonly gramShare: number;
  /** Bytes. */
  readonly memory: { readonly rows: number; readonly sample: number; readonly matrices: number; readonly program: number; readonly total: number };
  /** Bytes of rows that do not fit and are kept on disk. */
  readonly spilled: number;
  /** Bytes of rows read from memory (or disk) in all sweeps. */
  readonly swept: number;
  /** Seconds of the fit. */
  readonly seconds: number;
}

/** Sweeps: for moments; to draw a sample; of all values in lockstep, and of several that come from the smaller sample alone. */
const MOMENTS = 1;
const SAMPLING = 1;
const LOCKSTEP = 4;
const LOCKSTEP_FROM_SMALL = 5;
/** In the space of the rows: to bring them here, and of all values to certify them; steps a value takes where the loss is not quadratic. */
const TAKING = 1;
const CERTIFYING = 1;
const ROW_STEPS = 3;
/** Bytes that say of a row of a sample that it is one. */
const CHOSEN_ROW = 12;
/** Sweeps that passes over the larger sample take the time of. */
const REFINING = 1;
/** Vectors of coefficients a value in those, with and without a lasso. */
const LOCKSTEP_PASSES = { sparse: 3.2, dense: 2.4 };
/** Sweeps a value on its own, and of one value alone. */
export const PER_VALUE = { sparse: 3, dense: 1.8 };
const ALONE = 7;
/** Cost of the mean working set's Gram, as a share of that of all features; features in it are also no more than a share of the rows. */
export const WORKING_SHARE = 0.3;
const WORKING_ROWS = 1 / 4;
/** Of all folds together: sweeps, vectors of coefficients a value before they part, and a value and fold; Grams, where the path leaves none. */
const FOLD_SWEEPS = 4;
const FOLD_LEADERS = 0.2;
const FOLD_PASSES = 1.1;
const FOLD_ANCHORS = 4;
/** Seconds to start threads, to hand out a pass to them and to do one without them, and of a step on q features, a share of q^2: of Newton, and of a value to the end on moments. */
const START = 0.1;
const PASS = 4e-4;
const PASS_ALONE = 1e-4;
const STEP = 1e-7;
const MOMENTS_STEP = 3e-7;
/** Matrices a thread has in memory for each that it adds up: sums on their way up the tree, and those not collected yet. */
const SUMS = 12;
/** Bytes of Node, the readers and the threads, before any row. */
const PROGRAM = 170e6;
const PROGRAM_THREAD = 40e6;

/** Passes over the larger sample; over that of one value, and Hessians formed there. */
const LARGER_PASSES = 2;
const SAMPLE_PASSES = 5;
const SAMPLE_GRAMS = 2;

/**
 * What a lockstep asks of rows that it chooses in their places: their weight, then of the larger sample passes over the
 * values that lead, the first with Hessians; of that of one value all passes there are.
 */
export function overChosen({ road, sampleRows, refineRows, sampleInPlace, anchors }: RoadChoice, values: number): { readonly sweeps: number; readonly columns: number; readonly grams: number } {
  if (road === 'lockstep' && sampleInPlace) return { sweeps: SAMPLE_PASSES, columns: SAMPLE_PASSES, grams: SAMPLE_GRAMS };
  if (road !== 'lockstep' || refineRows <= sampleRows) return { sweeps: 0, columns: 0, grams: 0 };
  return { sweeps: 1 + LARGER_PASSES, columns: LARGER_PASSES * Math.min(values, anchors + Math.ceil(LEADER_SHARE * values)), grams: anchors };
}

/** Rows that are brought to the coordinator, from wherever they lie. */
export function rowsBrought({ road, sampleRows, sampleInPlace }: RoadChoice, rows: number): number {
  if (road === 'rowSpace') return rows;
  return road === 'lockstep' && !sampleInPlace ? sampleRows : 0;
}

type Cost = Pick<Estimate, 'sweeps' | 'columnPasses' | 'grams' | 'seconds'> & Pick<Estimate['memory'], 'sample' | 'matrices'>;

export function estimate(sizes: Sizes, speeds: Speeds): Estimate {
  const { rows, features, values, width, folds, quadratic, provable, penalised, sparse, threads, rowThreads = threads } = sizes;
  const question = { rows, features, usable: features, values, width, folds, quadratic, provable, ridge: provable && !sparse };
  const way = chooseRoad(question);
  const kind = sparse ? 'sparse' : 'dense';
  const perValue = values === 1 ? ALONE : PER_VALUE[kind];
  const gramShare = sparse ? Math.min(WORKING_SHARE, ((WORKING_ROWS * rows) / features) ** 2) : 1;
  const matrix = 8 * features * features;
  const { single, many, gram } = speeds;
  const pass = threads === 1 ? PASS_ALONE : PASS;
  const step = STEP * (features * features) * gramShare;
  const momentsStep = (MOMENTS_STEP / STEP) * step;
  const path = ((): Cost => {
    switch (way.road) {
      case 'moments':
        return { sweeps: MOMENTS, columnPasses: 0, grams: 1, seconds: (rows * (single + gram)) / rowThreads + momentsStep * values, sample: 0, matrices: matrix * (SUMS * threads + 2) };
      case 'rowSpace': {
        // A flop of a Gram of all features, in seconds.
        const flop = gram / (features * features);
        const steps = (quadratic ? 1 : ROW_STEPS) * values;
        return {
          sweeps: MOMENTS + TAKING + CERTIFYING,
          columnPasses: 1,
          grams: 0,
          seconds: (rows * ((MOMENTS + TAKING) * single + many)) / rowThreads + (rows * rows * features + (steps * rows ** 3) / 3) * flop + steps * pass,
          sample: rows * (sizes.bytesPerRow + 8 * features),
          matrices: 2 * 8 * rows * rows,
        };
      }
      case 'values': {
        const each = Math.round(perValue * values);
        const seconds = (rows * (MOMENTS * single + each * (single + gramShare * gram))) / rowThreads + each * (pass + step);
        return { sweeps: MOMENTS + each, columnPasses: each / values, grams: each, seconds, sample: 0, matrices: matrix * (SUMS * threads + 2) };
      }
      case 'lockstep': {
        const { anchors, fullAnchors, sampleRows, refineRows, sampleInPlace } = way;
        const refining = refineRows > sampleRows ? REFINING : 0;
        const sampled = PER_VALUE[kind] * values;
        const columnPasses = LOCKSTEP_PASSES[kind];
        const onAll = (rows * ((MOMENTS + SAMPLING) * single + columnPasses * many + fullAnchors * gram)) / rowThreads + (columnPasses * values * step) / threads;
        const onSample = (sampleRows * sampled * (single + gramShare * gram) + refineRows * (refining * many + anchors * gram)) / threads + sampled * (pass + step);
        return {
          sweeps: MOMENTS + SAMPLING + (refining > 0 || values === 1 ? LOCKSTEP : LOCKSTEP_FROM_SMALL),
          columnPasses,
          grams: fullAnchors,
          seconds: onAll + onSample,
          sample: sampleRows * (sampleInPlace ? CHOSEN_ROW : sizes.bytesPerRow) + (refining > 0 ? refineRows * CHOSEN_ROW : 0),
          matrices: matrix * (anchors + fullAnchors * (SUMS * threads + 1)),
        };
      }
    }
  })();
  const ofFolds = folds === 0 ? null : foldsWay({ rows, features, fromMoments: way.road === 'moments', penalised: penalised || quadratic });
  const more = ((): Omit<Cost, 'sample'> => {
    switch (ofFolds) {
      case null:
        return { sweeps: 0, columnPasses: 0, grams: 0, seconds: 0, matrices: 0 };
      case 'moments':
        // Every thread adds up a matrix a fold (one of them is the path's); from the whole come two triangles a fold, beside it.
        return { sweeps: 0, columnPasses: 0, grams: 0, seconds: momentsStep * values * folds, matrices: matrix * ((folds - 1) * threads + 2 * folds) };
      case 'apart': {
        const each = Math.round(folds * PER_VALUE[kind] * values);
        return { sweeps: 1 + each, columnPasses: each / values, grams: each, seconds: (rows * each * (single + gramShare * gram)) / rowThreads + each * (pass + step), matrices: 0 };
      }
      case 'together': {
        const columnPasses = FOLD_LEADERS + FOLD_PASSES * folds;
        const anchors = way.road === 'lockstep' ? 0 : FOLD_ANCHORS;
        return {
          sweeps: FOLD_SWEEPS,
          columnPasses,
          grams: anchors,
          seconds: (rows * (columnPasses * many + anchors * gram)) / rowThreads + (columnPasses * values * step) / threads,
          matrices: matrix * anchors * (threads + 2),
        };
      }
    }
  })();
  const cost = {
    sweeps: path.sweeps + more.sweeps,
    columnPasses: path.columnPasses + more.columnPasses,
    grams: path.grams + more.grams,
    seconds: path.seconds + more.seconds,
    sample: path.sample,
    matrices: path.matrices + more.matrices,
  };
  const bytes = rows * sizes.bytesPerRow;
  const held = Math.min(bytes, sizes.memoryLimit);
  const program = PROGRAM + PROGRAM_THREAD * threads;
  return {
    way,
    foldsWay: ofFolds,
    sweeps: cost.sweeps,
    columnPasses: cost.columnPasses,
    grams: cost.grams,
    gramShare: way.road === 'values' || ofFolds === 'apart' ? gramShare : 1,
    memory: { rows: held, sample: cost.sample, matrices: cost.matrices, program, total: held + cost.sample + cost.matrices + program },
    spilled: bytes - held,
    swept: cost.sweeps * bytes,
    seconds: (threads === 1 ? 0 : START) + cost.seconds,
  };
}
