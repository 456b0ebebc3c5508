import process from 'node:process';

const works = new Set<() => void>();
let listens = false;

/** Does `work` when the process exits, however many wait for that: one listener serves all. Returns how to undo it. */
export function atExit(work: () => void): () => void {
  if (!listens) process.on('exit', () => works.forEach((each) => each()));
  listens = true;
  works.add(work);
  return () => void works.delete(work);
}
