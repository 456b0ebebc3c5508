// Preloaded into a process (atPoint.ts): it signals itself in the middle of its work, however fast or slow it is.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';

const { file, after, signal, told } = JSON.parse(process.env.SCALEMIX_TEST_POINT);
const { openSync, writeSync } = fs;
const descriptors = new Set();
let signalled = false;

/** How much of what is to be written is written before the signal; null: all, without one. */
function reached(data, length, position) {
  if (typeof after === 'string') return String(data).includes(after) ? Infinity : null;
  return position + length > after ? Math.ceil(length / 2) : null;
}

fs.openSync = (path, ...rest) => {
  const descriptor = openSync(path, ...rest);
  if (basename(String(path)).includes(file)) descriptors.add(descriptor);
  return descriptor;
};

fs.writeSync = (descriptor, data, offset, length, position) => {
  const part = signalled || !descriptors.has(descriptor) ? null : reached(data, length, position);
  if (part === null) return writeSync(descriptor, data, offset, length, position);
  signalled = true;
  const done = part === Infinity ? writeSync(descriptor, data, offset, length, position) : writeSync(descriptor, data, offset, part, position);
  if (told !== undefined) fs.writeFileSync(told, '');
  process.kill(process.pid, signal);
  return done;
};

syncBuiltinESMExports();
