/** From columns to features: their names, their order, and where each is stored. */
import type { ColumnDescription, FeatureMap, MissingDescription, RowLayout } from '@scalemix/core';
import type { PredictorPlace } from './places.ts';

/** Takes the columns in file order; each gets the next features, an indicator of missing values last. */
export class FeatureBuilder {
  readonly #names: string[] = [];
  readonly #centres: number[] = [];
  readonly #dense: Int32Array;
  readonly #codes: Int32Array[];
  #sparse = new Int32Array(0);

  constructor(layout: RowLayout) {
    this.#dense = new Int32Array(layout.dense);
    this.#codes = Array.from({ length: layout.codes }, () => new Int32Array(0));
  }

  numeric(place: PredictorPlace, centre: number, missing: MissingDescription): ColumnDescription {
    const first = this.#add(place.name, centre);
    this.#dense[place.index] = first;
    const features = [first, 1 + this.#indicator(place, missing)] as const;
    return { name: place.name, type: 'numeric', levels: null, dropFirst: false, missing, features };
  }

  categorical(place: PredictorPlace, levels: readonly string[], dropFirst: boolean, missing: MissingDescription): ColumnDescription {
    const own = dropFirst ? levels.slice(1) : levels;
    const first = this.#names.length;
    this.#codes[place.index] = Int32Array.from(own, (level) => this.#add(`${place.name}=${level}`, 0));
    const features = [first, own.length + this.#indicator(place, missing)] as const;
    return { name: place.name, type: 'categorical', levels, dropFirst, missing, features };
  }

  sparse(place: PredictorPlace, width: number, missing: MissingDescription): ColumnDescription {
    const first = this.#names.length;
    this.#sparse = Int32Array.from({ length: width }, (_, index) => this.#add(String(index + 1), 0));
    return { name: place.name, type: 'sparse', levels: null, dropFirst: false, missing, features: [first, width] };
  }

  #indicator(place: PredictorPlace, missing: MissingDescription): number {
    if (!missing.indicator) return 0;
    this.#codes[place.indicator] = Int32Array.of(this.#add(`${place.name}=missing`, 0));
    return 1;
  }

  #add(name: string, centre: number): number {
    this.#centres.push(centre);
    return this.#names.push(name) - 1;
  }

  finish(): { names: readonly string[]; centres: Float64Array; map: FeatureMap } {
    return {
      names: this.#names,
      centres: Float64Array.from(this.#centres),
      map: { count: this.#names.length, dense: this.#dense, codes: this.#codes, sparse: this.#sparse },
    };
  }
}
