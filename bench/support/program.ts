/** The command line in a process of its own. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../packages/cli/bin/scalemix.js', import.meta.url));
const REPORT = new URL('./reportPeak.ts', import.meta.url).href;
/** Exit codes with an answer: all values certified, or not all. */
const ANSWERED = [0, 4];

/** Runs `scalemix ARGS`; the most bytes that it had resident. */
export function runScalemix(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', REPORT, PROGRAM, ...args], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
    let report = '';
    child.stdio[3]!.on('data', (chunk: Buffer) => (report += chunk.toString()));
    child.on('error', reject);
    child.on('close', (status) => {
      if (ANSWERED.includes(status!)) resolve(Number(report));
      else reject(new Error(`scalemix ended with exit code ${status}`));
    });
  });
}
