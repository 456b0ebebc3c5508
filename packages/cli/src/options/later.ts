/** What later releases bring, so that asking for it now is answered by name. */

export const laterOptions = [
  'groups', 'quantile', 'delta', 'df', 'scale', 'size', 'power', 'gamma', 'method',
];

export const laterLosses = ['multinomial', 'quantile', 'absolute', 'hinge', 'squared-hinge', 'huber', 'pseudo-huber', 'log-cosh', 'student', 'negative-binomial', 'poisson'];

export const laterPenalties = ['group-lasso', 'mcp', 'scad', 'bridge', 'double-pareto', 'normal-gamma', 'student', 'cauchy', 'horseshoe-like'];
