import { randomBytes } from 'node:crypto';

/** 256 random bits, as text that passes through any file, Secret or header. */
export function makeToken(): string {
  return randomBytes(32).toString('base64url');
}
