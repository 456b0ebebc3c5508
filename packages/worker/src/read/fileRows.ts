/** How many rows each file had, as far as they have been read: what turns a row number into a place. */
export class FileRows {
  private readonly names: readonly string[];
  private readonly counts: number[] = [];

  /** @param names of the files, in order */
  constructor(names: readonly string[]) {
    this.names = names;
  }

  /** @param index of the file */
  set(index: number, rows: number): void {
    this.counts[index] = rows;
  }

  /** Rows in all, null where a file has not been counted. */
  total(): number | null {
    let sum = 0;
    for (let index = 0; index < this.names.length; index++) {
      const rows = this.counts[index];
      if (rows === undefined) return null;
      sum += rows;
    }
    return sum;
  }

  /** @param row 0-based, over all files */
  locate(row: number): { file: string; row: number } {
    let before = 0;
    let index = 0;
    while (index < this.names.length - 1 && this.counts[index] !== undefined && row >= before + this.counts[index]!) {
      before += this.counts[index]!;
      index++;
    }
    return { file: this.names[index]!, row: row - before + 1 };
  }
}
