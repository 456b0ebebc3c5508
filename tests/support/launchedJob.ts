import type { Job } from '@scalemix/coordinator/launch';

/** A job as submit makes it, of an engine's plan. */
export function launchedJob(changes: Partial<Job> & Pick<Job, 'engine'>): Job {
  return {
    format: 'scalemix.job/1',
    id: 'path-20260102-101500-1a2b',
    nativeId: null,
    submitted: '2026-01-02T10:15:00.000Z',
    folder: '/home/a b/.scalemix/path-20260102-101500-1a2b',
    command: ['path', 'data.parquet', '--response', 'y', '-o', "o'clock.json"],
    workerOptions: ['--threads', '2'],
    resumeOptions: ['-o', "o'clock.json"],
    checkpoint: '/home/a b/.scalemix/path-20260102-101500-1a2b/replay.log',
    workingFolder: '/home/a b',
    program: ['/usr/bin/node', '/opt/scale mix/bin/scalemix.js'],
    dataRoot: '/home/a b',
    port: 0,
    ...changes,
  };
}
