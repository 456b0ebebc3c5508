import { existsSync, readFileSync } from 'node:fs';

const STATUS = '/proc/self/status';

/** Most bytes that this process has had resident. What getrusage tells, which other systems than Linux have alone, includes what the parent had when it started this one. */
export function peakMemory(): number {
  const kibibytes = existsSync(STATUS) ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(STATUS, 'utf8'))?.[1] : undefined;
  return (kibibytes === undefined ? process.resourceUsage().maxRSS : Number(kibibytes)) * 1024;
}
