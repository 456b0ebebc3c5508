/**
 * What a fitted value says, put in order for a reader: features by the size of
 * their coefficient on the standardized scale (b_j s_j), the levels of a
 * category together.
 */
import type { ModelDocument } from '@scalemix/core';

export interface Effect {
  readonly feature: string;
  /** The level, for a category's feature; else the feature's own name. */
  readonly label: string;
  readonly coefficient: number;
  /** Coefficient times the feature's standard deviation. */
  readonly standardized: number;
}

export interface EffectGroup {
  readonly column: string;
  readonly categorical: boolean;
  /** Nonzero coefficients, largest first. */
  readonly effects: readonly Effect[];
  /** Features of the column, zero ones included. */
  readonly features: number;
  /** Largest |standardized|. */
  readonly size: number;
}

/** The nonzero coefficients of value k by column, the weightiest column first. */
export function effectGroups(model: ModelDocument, k: number): EffectGroup[] {
  const coefficients = model.coefficients[k]!;
  const groups = model.columns.map((column): EffectGroup => {
    const [first, count] = column.features;
    const effects = Array.from({ length: count }, (_, offset): Effect => {
      const j = first + offset;
      const feature = model.features[j]!;
      const coefficient = coefficients[j]!;
      return { feature, label: column.type === 'categorical' ? feature.slice(column.name.length + 1) : feature, coefficient, standardized: coefficient * model.featureScales[j]! };
    })
      .filter(({ coefficient }) => coefficient !== 0)
      .sort(byWeight);
    return { column: column.name, categorical: column.type === 'categorical', effects, features: count, size: Math.abs(effects[0]?.standardized ?? 0) };
  });
  return groups.filter(({ effects }) => effects.length > 0).sort((a, b) => b.size - a.size);
}

/** Nonzero features of value k by weight, whatever their column. */
export function effects(model: ModelDocument, k: number): Effect[] {
  return effectGroups(model, k).flatMap((group) => group.effects).sort(byWeight);
}

function byWeight(a: Effect, b: Effect): number {
  return Math.abs(b.standardized) - Math.abs(a.standardized) || Math.abs(b.coefficient) - Math.abs(a.coefficient);
}
