import type { LossSpec } from '../loss/loss.ts';

/**
 * One round over the rows for K columns of coefficients at once:
 *   psi_k = offset + intercept_k + X b_k
 * returns each column's loss sums and gradient, and where asked for the Gram
 * X' diag(w l''(psi_k)) X of some columns at the same psi.
 */
export interface PassRequest {
  readonly kind: 'pass';
  readonly loss: LossSpec;
  /** K. */
  readonly columns: number;
  /** K vectors of p, one after the other; for stored (centred) features. */
  readonly coefficients: Float64Array;
  readonly intercepts: Float64Array;
  /** Features whose gradient is wanted, ascending; null: all. */
  readonly features: Int32Array | null;
  readonly grams: readonly GramRequest[];
}

export interface GramRequest {
  /** Which column's psi. */
  readonly column: number;
  /** Features, ascending; null: all. */
  readonly features: Int32Array | null;
}

export interface PassResult {
  /** For each column the sums of kernels.ts LOSS_SUMS, K x LOSS_SUMS.length. */
  readonly sums: Float64Array;
  /** sum_i w_i l'(psi_ik) x_ij, K vectors of the features asked for. */
  readonly gradient: Float64Array;
  readonly grams: readonly GramResult[];
}

/** Of the q features asked for, with weights u_i = w_i l''(psi_i). */
export interface GramResult {
  /** X'UX, packed upper triangle by columns: entry (i, j), i <= j, at j(j+1)/2 + i. */
  readonly packed: Float64Array;
  /** X'u. */
  readonly cross: Float64Array;
  /** sum u. */
  readonly total: number;
}
