/** What a node has done, for its metrics. */
export class NodeCounters {
  readonly started = Date.now();
  passes = 0;
  subtrees = 0;
  computeSeconds = 0;
  bytesSent = 0;
  blocksReceived = 0;
  bytesReceived = 0;
  refused = 0;
}
