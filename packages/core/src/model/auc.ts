/**
 * Weighted area under the ROC curve, by the rank statistic
 *   sum_ij p_i q_j (1{s_i > s_j} + 1/2 1{s_i = s_j}) / (sum p  sum q)
 * where row i counts as positive with weight p_i = w_i y_i and as negative with
 * q_i = w_i (1 - y_i), so that fractional responses take part as both.
 * Sorts: n log n comparisons, 12 n bytes beside the inputs.
 * NaN where there are no positives or no negatives.
 */
export function weightedAuc(scores: Float64Array, y: Float64Array, w: Float64Array): number {
  const order = sortedOrder(scores);
  let positives = 0;
  let negatives = 0;
  let above = 0;
  for (let start = 0; start < order.length; ) {
    const score = scores[order[start]!]!;
    let tiedPositive = 0;
    let tiedNegative = 0;
    let end = start;
    for (; end < order.length && scores[order[end]!] === score; end++) {
      const i = order[end]!;
      tiedPositive += w[i]! * y[i]!;
      tiedNegative += w[i]! * (1 - y[i]!);
    }
    above += tiedPositive * (negatives + tiedNegative / 2);
    positives += tiedPositive;
    negatives += tiedNegative;
    start = end;
  }
  return above / (positives * negatives);
}

/** Rows by ascending score. */
function sortedOrder(scores: Float64Array): Uint32Array {
  const order = new Uint32Array(scores.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return order.sort((a, b) => scores[a]! - scores[b]!);
}
