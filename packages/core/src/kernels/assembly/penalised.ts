import { addMultiple, choleskyNarrow, choleskyWide } from './cholesky';

/** Share of its diagonal at or below which a pivot means that the column depends on earlier ones. */
const DEPENDENT: f64 = 1e-13;
/** Share of the largest gradient that is rounding. */
const ROUNDING: f64 = 1e-15;
/** Rounds of coordinate descent and linear systems before it gives up. */
const MOST_ROUNDS: i32 = 100;
/** Cycles over what is not zero between two systems: one, and one more for so many unknowns of the system, which costs as their cube; at most. */
const UNKNOWNS_A_CYCLE: i32 = 16;
const MOST_CYCLES: i32 = 12;
/** Share of the tolerance to which those are solved. */
const INNER_SHARE: f64 = 0.1;

/** A step: H with l2 on its diagonal, r the gradient at u, and what lies in the workspace. */
@unmanaged
class Step {
  wide: bool;
  n: i32;
  h: usize;
  /** Bytes from one row of H to the next. */
  row: usize;
  r: usize;
  u: usize;
  l1: usize;
  /** The step along the support's system. */
  d: usize;
  /** u and r before it. */
  u0: usize;
  r0: usize;
  /** Unknowns: all, and those of the system; 32 bits each. */
  all: usize;
  support: usize;
  /** The system, and what its factorisation needs. */
  matrix: usize;
  rest: usize;
}

@inline
function sign(value: f64): f64 {
  return value > 0 ? 1 : value < 0 ? -1 : 0;
}

/** u_j += by. */
@inline
function move(s: Step, j: usize, by: f64): void {
  addMultiple(s.n, by, s.h + j * s.row, s.r);
}

/** Largest violation of the optimality conditions. */
function violation(s: Step): f64 {
  let worst: f64 = 0;
  const bytes = <usize>s.n << 3;
  for (let at: usize = 0; at < bytes; at += 8) {
    const u = load<f64>(s.u + at), r = load<f64>(s.r + at), l1 = load<f64>(s.l1 + at);
    const here = u > 0 ? Math.abs(r + l1) : u < 0 ? Math.abs(r - l1) : Math.abs(r) - l1;
    if (here > worst) worst = here;
  }
  return worst;
}

/** One cycle of coordinate descent over `count` unknowns; returns the largest change of the gradient's own coordinate. */
function cycle(s: Step, list: usize, count: i32): f64 {
  let largest: f64 = 0;
  for (const end = list + (<usize>count << 2); list < end; list += 4) {
    const j = <usize>load<u32>(list);
    const at = j << 3;
    const curvature = load<f64>(s.h + j * (s.row + 8));
    const old = load<f64>(s.u + at), r = load<f64>(s.r + at), l1 = load<f64>(s.l1 + at);
    if (!(curvature > 0)) {
      // Nothing but the penalty depends on it.
      if (Math.abs(r) <= l1) store<f64>(s.u + at, 0);
      continue;
    }
    const z = old * curvature - r;
    const next = z > l1 ? (z - l1) / curvature : z < -l1 ? (z + l1) / curvature : 0;
    if (next == old) continue;
    largest = Math.max(largest, Math.abs(next - old) * curvature);
    store<f64>(s.u + at, next);
    move(s, j, next - old);
  }
  return largest;
}

/** Lists what is not zero, and what no l1 penalises where `free`. */
function list(s: Step, to: usize, free: bool): i32 {
  let count = 0;
  for (let j = 0; j < s.n; j++) {
    const at = <usize>j << 3;
    if (load<f64>(s.u + at) == 0 && !(free && load<f64>(s.l1 + at) == 0)) continue;
    store<u32>(to + (<usize>count << 2), j);
    count++;
  }
  return count;
}

/** Solves U'U x = b in place of b; both have zeros up to the next multiple of 8. */
function solve(n: i32, a: usize, lda: i32, b: usize): void {
  const row = <usize>lda << 3;
  for (let i = 0; i < n; i++) {
    const from = a + <usize>i * row;
    const value = load<f64>(b + (<usize>i << 3)) / load<f64>(from + (<usize>i << 3));
    store<f64>(b + (<usize>i << 3), value);
    let j = i + 1;
    for (; j < n && (j & 7); j++) {
      const at = <usize>j << 3;
      store<f64>(b + at, load<f64>(b + at) - value * load<f64>(from + at));
    }
    if (j < n) addMultiple(n - j, -value, from + (<usize>j << 3), b + (<usize>j << 3));
  }
  for (let i = n - 1; i >= 0; i--) {
    const from = a + <usize>i * row;
    let sum = load<f64>(b + (<usize>i << 3));
    let j = i + 1;
    for (; j < n && (j & 7); j++) sum -= load<f64>(from + (<usize>j << 3)) * load<f64>(b + (<usize>j << 3));
    let s0 = f64x2.splat(0), s1 = s0;
    for (; j < n; j += 4) {
      const at = <usize>j << 3;
      s0 = f64x2.relaxed_madd(v128.load(from + at), v128.load(b + at), s0);
      s1 = f64x2.relaxed_madd(v128.load(from + at, 16), v128.load(b + at, 16), s1);
    }
    const s = f64x2.add(s0, s1);
    sum -= f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
    store<f64>(b + (<usize>i << 3), sum / load<f64>(from + (<usize>i << 3)));
  }
}

/**
 * Solves the linear system of what is not zero; where a penalised coefficient would change its sign, goes as far as the
 * first zero, drops it and solves again. Returns whether the systems were positive definite.
 */
function polish(s: Step): bool {
  for (let tries = 0; tries <= s.n; tries++) {
    const count = list(s, s.support, true);
    if (count == 0) return true;
    const lda = (count + 7) & ~7;
    let slope: f64 = 0;
    for (let i = 0; i < lda; i++) {
      const row = s.matrix + (<usize>(i * lda) << 3);
      if (i >= count) {
        store<f64>(s.d + (<usize>i << 3), 0);
        continue;
      }
      const j = <usize>load<u32>(s.support + (<usize>i << 2));
      const from = s.h + j * s.row;
      for (let k = i; k < count; k++) store<f64>(row + (<usize>k << 3), load<f64>(from + (<usize>load<u32>(s.support + (<usize>k << 2)) << 3)));
      for (let k = count; k < lda; k++) store<f64>(row + (<usize>k << 3), 0);
      const at = j << 3;
      store<f64>(s.d + (<usize>i << 3), -(load<f64>(s.r + at) + load<f64>(s.l1 + at) * sign(load<f64>(s.u + at))));
    }
    const done = s.wide ? choleskyWide(count, s.matrix, lda, DEPENDENT, s.rest) : choleskyNarrow(count, s.matrix, lda, DEPENDENT, s.rest);
    if (done != count) return false;
    memory.copy(s.u0, s.u, <usize>s.n << 3);
    memory.copy(s.r0, s.r, <usize>s.n << 3);
    solve(count, s.matrix, lda, s.d);
    let length: f64 = 1;
    let first = -1;
    for (let i = 0; i < count; i++) {
      const at = <usize>load<u32>(s.support + (<usize>i << 2)) << 3;
      const d = load<f64>(s.d + (<usize>i << 3));
      if (load<f64>(s.l1 + at) == 0 || d == 0) continue;
      const toZero = -load<f64>(s.u + at) / d;
      if (toZero > 0 && toZero < length) {
        length = toZero;
        first = i;
      }
    }
    for (let i = 0; i < count; i++) {
      const j = <usize>load<u32>(s.support + (<usize>i << 2));
      const at = j << 3;
      const old = load<f64>(s.u + at);
      const next = i == first ? 0 : old + length * load<f64>(s.d + (<usize>i << 3));
      store<f64>(s.u + at, next);
      move(s, j, next - old);
    }
    // The slopes at both ends: the objective falls along a quadratic where their sum is below zero.
    for (let i = 0; i < count; i++) {
      const at = <usize>load<u32>(s.support + (<usize>i << 2)) << 3;
      slope += load<f64>(s.d + (<usize>i << 3)) * (load<f64>(s.r0 + at) + load<f64>(s.r + at) + 2 * load<f64>(s.l1 + at) * sign(load<f64>(s.u0 + at)));
    }
    if (!(slope < 0)) {
      memory.copy(s.u, s.u0, <usize>s.n << 3);
      memory.copy(s.r, s.r0, <usize>s.n << 3);
      return true;
    }
    if (first < 0) return true;
  }
  return true;
}

function penalisedStep(wide: bool, n: i32, h: usize, ldh: i32, g: usize, u: usize, l1: usize, l2: usize, tolerance: f64, relative: f64, workspace: usize): i32 {
  // The step itself takes one line of the workspace, each vector its numbers rounded up to 8.
  const s = changetype<Step>(workspace);
  const vector = <usize>((n + 7) & ~7) << 3;
  s.wide = wide;
  s.n = n;
  s.h = h;
  s.row = <usize>ldh << 3;
  s.r = g;
  s.u = u;
  s.l1 = l1;
  s.d = workspace + 64;
  s.u0 = s.d + vector;
  s.r0 = s.u0 + vector;
  s.all = s.r0 + vector;
  s.support = s.all + vector;
  s.matrix = s.support + vector;
  s.rest = s.matrix + vector * <usize>((n + 7) & ~7);
  let largest: f64 = 0;
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 3;
    store<u32>(s.all + (<usize>i << 2), i);
    for (let k = i + 1; k < n; k++) store<f64>(h + <usize>k * s.row + at, load<f64>(h + <usize>i * s.row + (<usize>k << 3)));
    const diagonal = h + <usize>i * (s.row + 8);
    store<f64>(diagonal, load<f64>(diagonal) + load<f64>(l2 + at));
    const r = load<f64>(g + at) + load<f64>(l2 + at) * load<f64>(u + at);
    store<f64>(g + at, r);
    largest = Math.max(largest, Math.abs(r));
  }
  const allowed = Math.max(tolerance, Math.max(ROUNDING * largest, relative * violation(s)));
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    cycle(s, s.all, n);
    if (violation(s) <= allowed) return round;
    const active = list(s, s.support, false);
    const cycles = min(MOST_CYCLES, 1 + active / UNKNOWNS_A_CYCLE);
    for (let c = 0; c < cycles; c++) if (cycle(s, s.support, active) <= INNER_SHARE * allowed) break;
    if (!polish(s)) return -1;
    if (violation(s) <= allowed) return round;
  }
  return -1;
}

export function penalisedStepWide(n: i32, h: usize, ldh: i32, g: usize, u: usize, l1: usize, l2: usize, tolerance: f64, relative: f64, workspace: usize): i32 {
  return penalisedStep(true, n, h, ldh, g, u, l1, l2, tolerance, relative, workspace);
}

export function penalisedStepNarrow(n: i32, h: usize, ldh: i32, g: usize, u: usize, l1: usize, l2: usize, tolerance: f64, relative: f64, workspace: usize): i32 {
  return penalisedStep(false, n, h, ldh, g, u, l1, l2, tolerance, relative, workspace);
}
