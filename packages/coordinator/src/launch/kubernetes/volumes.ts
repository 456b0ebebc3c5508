import { posix } from 'node:path';
import { UsageError } from '@scalemix/core';
import type { Volume } from '../job.ts';

/** Folders of the image and of ours. */
const TAKEN = ['/', '/tmp', '/etc', '/proc', '/sys', '/dev', '/usr', '/bin', '/lib', '/opt', '/run', '/var'];

/** `CLAIM:/path`, each path once. @throws UsageError BAD_VOLUME */
export function checkVolumes(texts: readonly string[]): Volume[] {
  const volumes = texts.map((text) => {
    const [, claim, given] = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?):(\/.*)$/.exec(text)?.filter((_, index) => index !== 2) ?? [];
    const path = given === undefined ? undefined : posix.normalize(given).replace(/(?<=.)\/$/, '');
    if (claim === undefined || path === undefined || path.includes(':') || TAKEN.includes(path)) throw new UsageError('BAD_VOLUME', `--volume ${text}: write CLAIM:/PATH, the name of a PersistentVolumeClaim and a folder that the image does not use, such as data:/data.`);
    return { claim, path };
  });
  const twice = volumes.find(({ path }, index) => volumes.findIndex((other) => other.path === path) !== index);
  if (twice !== undefined) throw new UsageError('BAD_VOLUME', `--volume names the folder ${twice.path} twice.`);
  return volumes;
}
