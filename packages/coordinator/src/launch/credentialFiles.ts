/** The secrets of one job: they hold for it alone and go when it ends. */
import { join } from 'node:path';
import { issue, makeAuthority, makeToken, TOKEN_FILE } from '../credentials/index.ts';

/** A job's certificates outlive any job that a person waits for. */
const DAYS = 90;

/** The names of the files, by who gets them. */
export const NODE_FILES = ['ca.crt', 'node.crt', 'node.key', TOKEN_FILE] as const;
export const COORDINATOR_FILES = ['ca.crt', 'coordinator.crt', 'coordinator.key', TOKEN_FILE] as const;

export type JobCredentials = Readonly<Record<(typeof NODE_FILES)[number] | (typeof COORDINATOR_FILES)[number], string>>;

/** The authority's own key is forgotten: nothing more is signed for the job. */
export async function makeJobCredentials(): Promise<JobCredentials> {
  const authority = await makeAuthority(DAYS);
  const [node, coordinator] = await Promise.all([issue(authority, 'node', 'node', DAYS), issue(authority, 'coordinator', 'coordinator', DAYS)]);
  return {
    'ca.crt': authority.certificate,
    'node.crt': node.certificate,
    'node.key': node.key,
    'coordinator.crt': coordinator.certificate,
    'coordinator.key': coordinator.key,
    token: `${makeToken()}\n`,
  };
}

/** The flags of worker and coordinator that name the files in `folder`. */
export function credentialFlags(part: 'node' | 'coordinator', folder: string): string[] {
  return ['--tls-ca', join(folder, 'ca.crt'), '--tls-cert', join(folder, `${part}.crt`), '--tls-key', join(folder, `${part}.key`), '--token-file', join(folder, TOKEN_FILE)];
}
