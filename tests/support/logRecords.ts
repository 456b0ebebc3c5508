/** Where each record of a log begins; the first is its header. */
export function recordStarts(log: Buffer): number[] {
  const starts: number[] = [];
  for (let at = log.indexOf('\n') + 1; at < log.length; at += 12 + log.readUInt32LE(at)) starts.push(at);
  return starts;
}
