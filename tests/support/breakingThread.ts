/**
 * A pool's thread that breaks: each file in the folder SCALEMIX_BREAK is one
 * statistic that goes wrong, in the way the file's name begins with.
 */
import { readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import run from '../../packages/worker/src/threads/thread.ts';
import type { Reply, Task } from '../../packages/worker/src/threads/tasks.ts';

export default function breaking(task: Task): Reply {
  const folder = process.env['SCALEMIX_BREAK']!;
  const reply = run(task);
  if (reply.type === 'done' && task.type === 'chunk' && task.request.kind !== 'sample') {
    const fault = takeOne(folder);
    if (fault?.startsWith('exit')) process.exit(1);
    if (fault?.startsWith('throw')) {
      queueMicrotask(() => {
        throw new Error('thrown where nobody catches it');
      });
    }
    // What a lost task may leave behind: half a result.
    if (fault?.startsWith('spoil')) {
      task.out?.fill(NaN, 0, task.out.length / 2);
      process.exit(1);
    }
    // The planted fault: a number off by one part in 10^12.
    if (fault?.startsWith('wrong')) {
      const values = task.out ?? (reply.value as Float64Array);
      values[1] = values[1]! * (1 + 1e-12);
    }
  }
  return reply;
}

function takeOne(folder: string): string | undefined {
  for (const name of readdirSync(folder)) {
    try {
      unlinkSync(join(folder, name));
      return name;
    } catch {
      // Another thread took it.
    }
  }
  return undefined;
}
