/**
 * The kernel contract: every hot loop of scalemix, over one linear memory.
 *
 * A kernel set is bound to one `WebAssembly.Memory` (an arena). Matrices are
 * named by byte address; sizes and leading dimensions count elements unless a
 * name ends in `Stride`, which counts bytes. Everything is float64 unless the
 * name ends in 32. Addresses of float64 data are multiples of 8.
 *
 * The scalar twin (scalar.ts) and the WebAssembly build implement this same
 * interface; tests compare them method by method. Row weights w are >= 0;
 * w = 0 (null) means unit weights, and a row of weight 0 is left out, whatever
 * it holds. The first ARENA_RESERVED bytes of an arena belong to the kernels.
 *
 * Panels. K coefficient columns lie in ceil(K/8) panels of 8: element (row i,
 * column c of panel q) of a matrix M is at  M + q * stride + i * 64 + c * 8.
 * Unused columns of the last panel are present and harmless.
 *
 * Padding. A psi or residual panel has its row count rounded up to a multiple
 * of 4, a coefficient or gradient panel its feature count; kernels may write
 * garbage into the padding and may read up to 64 bytes beyond a matrix.
 */
export interface Kernels {
  readonly id: KernelId;
  readonly memory: WebAssembly.Memory;

  /* Dense rows: x is n x p, row-major, leading dimension ldx. */

  /** psi[i] += sum_j x[i,j] b[j]. 2np flops; bound by reading x. */
  psiColumn(n: number, p: number, x: number, ldx: number, b: number, psi: number): void;
  /** g[j] += sum_i x[i,j] r[i]. 2np flops; bound by reading x. */
  gradientColumn(n: number, p: number, x: number, ldx: number, r: number, g: number): void;
  /** psi[i, :] = start + offset[i], panels of 8 columns: start has 8 numbers a panel; offset = 0 (null) means none. */
  startPanels(n: number, panels: number, start: number, offset: number, psi: number, psiStride: number): void;
  /**
   * Moments of the columns in one read: sum[j] += sum_i w[i] x[i,j], cross[j] += sum_i r[i] x[i,j] and, where square
   * is not 0 (null), square[j] += sum_i w[i] x[i,j]^2. 7np flops, 4np without squares; bound by reading x.
   */
  momentColumns(n: number, p: number, x: number, ldx: number, w: number, r: number, sum: number, cross: number, square: number): void;
  /** psi += X B, panels of 8 columns. 16 np flops a panel. */
  psiPanels(n: number, p: number, panels: number, x: number, ldx: number, b: number, bStride: number, psi: number, psiStride: number): void;
  /** g += X' R, panels of 8 columns. 16 np flops a panel. */
  gradientPanels(n: number, p: number, panels: number, x: number, ldx: number, r: number, rStride: number, g: number, gStride: number): void;
  /**
   * G += X' diag(w) X: the entries (i, j) with i <= j are valid, others garbage.
   * G is square with leading dimension ldg, a multiple of 8 and at least p rounded up to 8 (so are its rows).
   * n <= GRAM_ROWS; workspace has gramWorkspaceBytes(p) bytes. n p (p+1) flops.
   */
  gram(n: number, p: number, x: number, ldx: number, w: number, g: number, ldg: number, workspace: number): void;
  /** As gram, from float32 rows: products and sums over the tile in float32, added to G in float64. ldg and rows multiples of 16. */
  gram32(n: number, p: number, x32: number, ldx: number, w: number, g: number, ldg: number, workspace: number): void;
  /** As gram32, from float64 rows, rounded to float32 once they are multiplied by sqrt(w). */
  gramCoarse(n: number, p: number, x: number, ldx: number, w: number, g: number, ldg: number, workspace: number): void;
  /** out[i, c] = x[i, index[c]], c < count; index is uint32, or 0 (null) for the first `count` columns; out has leading dimension ldo. */
  gatherColumns(n: number, x: number, ldx: number, index: number, count: number, out: number, ldo: number): void;
  /** As gatherColumns, from float32 rows to float64. */
  gatherColumns32(n: number, x32: number, ldx: number, index: number, count: number, out: number, ldo: number): void;
  /** out[i] = row index[i] of x; rows have `bytes` bytes, a multiple of 4, and lie one after the other, here as there. index is uint32. */
  gatherRows(n: number, bytes: number, x: number, index: number, out: number): void;
  /** out[i] = row index[i] of x, p float32, as float64. */
  gatherRows32(n: number, p: number, x32: number, index: number, out: number): void;
  /** out[i] = sum_j scale[j] (x[i,j] - centre[j])^2. 4np flops; bound by reading x. */
  squaredDistances(n: number, p: number, x: number, ldx: number, centre: number, scale: number, out: number): void;
  /** As squaredDistances, of float32 rows; all else is float64. */
  squaredDistances32(n: number, p: number, x32: number, ldx: number, centre: number, scale: number, out: number): void;

  /* Categorical columns: codes are uint32, one a row; code c owns slot c of b, g and G. Slot 0 is 'no feature'. */

  /** psi[i] += b[code[i]] */
  codesPsiColumn(n: number, codes: number, b: number, psi: number): void;
  /** g[code[i]] += r[i] */
  codesGradientColumn(n: number, codes: number, r: number, g: number): void;
  /** psi[i, :] += b[code[i], :], panel by panel */
  codesPsiPanels(n: number, codes: number, panels: number, b: number, bStride: number, psi: number, psiStride: number): void;
  /** g[code[i], :] += r[i, :], panel by panel */
  codesGradientPanels(n: number, codes: number, panels: number, r: number, rStride: number, g: number, gStride: number): void;
  /** G[codeA[i], codeB[i]] += w[i]; G has leading dimension ldg. */
  codesGram(n: number, codesA: number, codesB: number, w: number, g: number, ldg: number): void;
  /** G[code[i], j] += w[i] x[i, j], j < p */
  codesDenseGram(n: number, p: number, codes: number, x: number, ldx: number, w: number, g: number, ldg: number): void;
  /** out[i] = map[codes[i]]; map and out are uint32. */
  translateCodes(n: number, codes: number, map: number, out: number): void;

  /*
   * Sparse rows (CSR): indptr is uint32, n + 1 entries that index `indices` (uint32, ascending in a row) and
   * `values`. Index c owns slot c of b, g and G.
   */

  /** psi[i] += sum_e values[e] b[indices[e]] */
  sparsePsiColumn(n: number, indptr: number, indices: number, values: number, b: number, psi: number): void;
  /** g[indices[e]] += values[e] r[i] */
  sparseGradientColumn(n: number, indptr: number, indices: number, values: number, r: number, g: number): void;
  sparsePsiPanels(n: number, indptr: number, indices: number, values: number, panels: number, b: number, bStride: number, psi: number, psiStride: number): void;
  sparseGradientPanels(n: number, indptr: number, indices: number, values: number, panels: number, r: number, rStride: number, g: number, gStride: number): void;
  /** G[indices[e], indices[f]] += w[i] values[e] values[f] for f <= e in row i (the lower triangle). */
  sparseGram(n: number, indptr: number, indices: number, values: number, w: number, g: number, ldg: number): void;
  /** G[indices[e], j] += w[i] values[e] x[i, j], j < p */
  sparseDenseGram(n: number, p: number, indptr: number, indices: number, values: number, x: number, ldx: number, w: number, g: number, ldg: number): void;
  /** G[indices[e], code[i]] += w[i] values[e] */
  sparseCodesGram(n: number, indptr: number, indices: number, values: number, codes: number, w: number, g: number, ldg: number): void;
  /** Keeps the entries with map[index] != 0 under their new index map[index] (ascending map); writes a new CSR. */
  selectSparse(n: number, indptr: number, indices: number, values: number, map: number, outIndptr: number, outIndices: number, outValues: number): void;

  /* Linear algebra of M-steps: square row-major matrices of which the upper triangle counts. */

  /**
   * A = U'U in place: the upper triangle of A becomes U; what is below it is garbage before and after. n^3/3 flops.
   * lda and the rows there are: multiples of 8. workspace has choleskyWorkspaceBytes(n) bytes.
   * Returns n, or the number of the first pivot that is not above `floor` times its diagonal (or is no number): A is not
   * positive definite, to rounding, and what it holds is of no use.
   */
  cholesky(n: number, a: number, lda: number, floor: number, workspace: number): number;
  /**
   * Minimises over u, from u = b and in its place,
   *   1/2 (u-b)' H (u-b) + g'(u-b) + sum_j ( l1[j] |u[j]| + l2[j] u[j]^2 / 2 ),
   * H positive semidefinite, by coordinate descent with exact zeros and the linear systems of what is not zero, until no
   * optimality condition is violated by more than `tolerance`, `relative` times the worst violation at b, or rounding. About
   * n^2 flops a cycle, s^3/3 a system of s unknowns. H becomes H + diag(l2), g the gradient of the smooth part at u.
   * Returns the rounds it took; -1 where a system is not positive definite, to rounding, or 100 rounds were not enough: u
   * is then of no use. Vectors have room for n rounded up to 8 numbers; workspace has penalisedStepWorkspaceBytes(n) bytes.
   */
  penalisedStep(n: number, h: number, ldh: number, g: number, u: number, l1: number, l2: number, tolerance: number, relative: number, workspace: number): number;

  /**
   * The elementwise part of a pass, by loss name. A loss without an entry is
   * computed by the generic loop of loss/elementwise.ts from its scalar functions.
   */
  readonly losses: Readonly<Record<string, LossKernels>>;
}

/**
 * y, w and offset are float64 vectors of n; offset = 0 (null) means none. psi includes the offset. For each column the
 * sums over the rows are ADDED to `sums`, with a = l'(psi), c = l''(psi) >= 0
 * (per unit weight) and t = psi - offset, in the order of LOSS_SUMS:
 *
 *   loss  sum w l(psi)       gradient   sum w a        alignment  sum w a t
 *   curvature sum w c        curvatureAlignment sum w c t
 *   pearson   sum w a^2 / c  curvatureSquare    sum w c^2
 *
 * A row with w = 0 adds nothing to any sum, whatever its other values.
 * a must not be formed as a difference of nearly equal numbers.
 */
export interface LossKernels {
  /** residual[i] = w a (residual may be the same address as psi); curvature[i] = w c where curvature is not 0 (null). sums: LOSS_SUMS.length float64. */
  column(n: number, psi: number, offset: number, y: number, w: number, residual: number, curvature: number, sums: number): void;
  /** In place: psi[i, :] becomes w a. sums: panel q, sum s, column c at sums + q * sumsStride + s * 64 + c * 8. */
  panels(n: number, panels: number, psi: number, psiStride: number, offset: number, y: number, w: number, sums: number, sumsStride: number): void;
  /** The loss alone, of rows whose derivatives nobody asks for: panel q, column c at losses + q * 64 + c * 8. psi is spent. */
  lossPanels(n: number, panels: number, psi: number, psiStride: number, y: number, w: number, losses: number): void;
}

export const LOSS_SUMS = ['loss', 'gradient', 'alignment', 'curvature', 'curvatureAlignment', 'pearson', 'curvatureSquare'] as const;

/** Rows of one Gram tile: the packed tile stays in cache. */
export const GRAM_ROWS = 208;
/** Rows of one tile of a many-column pass (psi stays in cache between the two products): those of a Gram tile, which is one of them. */
export const PANEL_ROWS = 208;
/** Columns of a panel. */
export const PANEL = 8;

/** Bytes of the workspace `gram`, `gram32` and `gramCoarse` need: the packed tile, in panels padded against cache conflicts. */
export function gramWorkspaceBytes(p: number): number {
  return (Math.ceil(p / 16) * 2 + 2) * (GRAM_ROWS * 64 + 64);
}

/** Bytes of the workspace that `cholesky` needs: the diagonal, and a packed tile. */
export function choleskyWorkspaceBytes(n: number): number {
  return Math.ceil(n / 8) * 64 + gramWorkspaceBytes(n);
}

/** Bytes of the workspace that `penalisedStep` needs: some vectors, a system, and the workspace of its factorisation. */
export function penalisedStepWorkspaceBytes(n: number): number {
  const vector = Math.ceil(n / 8) * 64;
  return 64 + 5 * vector + vector * Math.ceil(n / 8) * 8 + choleskyWorkspaceBytes(n);
}

export type KernelFamily = 'wasm-fma' | 'wasm-separate' | 'scalar';

/**
 * What arithmetic a kernel set does. Two sets with the same id give the same
 * bits for the same request; a model and a log carry it.
 */
export interface KernelId {
  readonly family: KernelFamily;
  readonly precision: 'f64' | 'f32';
  /** Tile constants that change the order of additions, e.g. 'k192'. */
  readonly tile: string;
  /** Of the results of the known product that the start-up self-test computes. */
  readonly hash: string;
}

export function kernelIdText(id: KernelId): string {
  return `${id.family}/${id.precision}/${id.tile}/${id.hash}`;
}
