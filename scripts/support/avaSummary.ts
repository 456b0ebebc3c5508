import { stripVTControlCharacters } from 'node:util';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Counts from what ava printed. Its closing summary leaves out the passed tests where one failed, so those are counted
 * by their lines; whatever else made it exit with an error (a file that crashed, nothing to run) counts as one failure.
 */
export function summarize(output: string, exitCode: number): TestCounts {
  const lines = stripVTControlCharacters(output)
    .split('\n')
    .map((line) => line.trim());
  const summary = lines.slice(lines.lastIndexOf('─') + 1);
  const sum = (pattern: RegExp): number =>
    summary.reduce((total, line) => total + Number(pattern.exec(line)?.[1] ?? 0), 0);
  const failed = sum(
    /^(\d+) (?:hooks? failed|tests? failed|unhandled rejections?|uncaught exceptions?|tests? remained pending|known failures?)/,
  );
  const passed = sum(/^(\d+) tests? passed/) || lines.filter((line) => line.startsWith('✔ ')).length;
  return {
    passed,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: sum(/^(\d+) tests? skipped/),
  };
}

export function countsLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
