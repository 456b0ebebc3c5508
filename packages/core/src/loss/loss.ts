/**
 * A loss l(y, psi): everything the program needs to know of it. A new loss is
 * one file that exports such an object and one line in loss/index.ts.
 *
 * The mean-loss objective is (1/W) sum_i w_i l(y_i, psi_i). Weights
 * and kappa: Polson and Scott (2013); Polson and Sokolov, arXiv 2602.14280.
 */
export interface Loss {
  readonly name: string;
  /** What a response must be; also decides how predictions are shown. */
  readonly response: 'numeric' | 'probability';
  /** l(y, psi). */
  value(y: number, psi: number): number;
  /** l'(psi). Never formed as a difference of nearly equal numbers. */
  derivative(y: number, psi: number): number;
  /** l''(psi) >= 0: the Newton weight. */
  curvature(y: number, psi: number): number;
  /** w(psi) = (l'(psi) + kappa) / (psi - m): the E-step's expected precision; (y, psi) -> w > 0. */
  weight(y: number, psi: number): number;
  /** sup over psi of l'': a uniform bound, Infinity where there is none. */
  readonly maxCurvature: number;
  /** l*(a) = sup_psi a psi - l(y, psi); Infinity outside its domain. */
  conjugate(y: number, a: number): number;
  /** inf over psi of l(y, psi). */
  saturated(y: number): number;
  /** Mean of y given psi. */
  mean(psi: number): number;
  /** The constant psi that fits a response of weighted mean `mean` best. */
  startingValue(mean: number): number;
  /** null where y is a valid response, else what is wrong with it. */
  check(y: number): string | null;
  /** Whether the gap's loss part for the dual point s(l' - c) is exact and quadratic (squared loss) or needs the chi-square bound. */
  readonly quadratic: boolean;
  /** Whether l(y, psi) is -y psi plus a function of psi alone: then l' = mean(psi) - y, and the moments hold all there is to know of a constant psi. */
  readonly linearInResponse: boolean;
}

/** A loss by name with its parameters, as requests, models and logs carry it. */
export interface LossSpec {
  readonly name: string;
  readonly parameters: Readonly<Record<string, number>>;
}
