/** Nodes for benchmarks: `scalemix worker` processes on this machine. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClusterRequest } from '@scalemix/coordinator';

const PROGRAM = fileURLToPath(new URL('../../packages/cli/bin/scalemix.js', import.meta.url));

/** Nodes of one thread each, while `use` runs; they end with this process, however it ends. */
export async function withWorkers<Result>(count: number, use: (cluster: ClusterRequest) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'scalemix-bench-'));
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, randomBytes(32).toString('hex'), { mode: 0o600 });
  const children: ChildProcess[] = [];
  try {
    const addresses = await Promise.all(Array.from({ length: count }, async () => {
      const child = spawn(process.execPath, [PROGRAM, 'worker', '--listen', '127.0.0.1:0', '--token-file', tokenFile, '--threads', '1', '--quiet', '--ends-with-stdin'], { stdio: ['pipe', 'pipe', 'inherit'] });
      children.push(child);
      const [said] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
      return /listening on (\S+)/.exec(said)![1]!;
    }));
    return await use({ nodes: addresses.join(','), tokenFile });
  } finally {
    await Promise.all(children.map(async (child) => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }));
    rmSync(folder, { recursive: true });
  }
}
