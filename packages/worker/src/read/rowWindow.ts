const LINE_FEED = 10;

/**
 * The bytes of a file that are at hand: those not yet parsed, [start, end), with
 * a line feed behind them that is not part of the data and stops every scan.
 */
export class RowWindow {
  bytes: Buffer = Buffer.alloc(1, LINE_FEED);
  start = 0;
  end = 0;

  /** Adds a chunk behind what is not yet parsed. */
  append(chunk: Buffer): void {
    const rest = this.end - this.start;
    const needed = rest + chunk.length + 1;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * rest));
      this.bytes.copy(larger, 0, this.start, this.end);
      this.bytes = larger;
    } else {
      this.bytes.copyWithin(0, this.start, this.end);
    }
    chunk.copy(this.bytes, rest);
    this.start = 0;
    this.end = needed - 1;
    this.bytes[this.end] = LINE_FEED;
  }
}
