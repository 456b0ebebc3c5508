import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What this workspace publishes, dependencies first. */
export const PACKAGES = ['core', 'worker', 'coordinator', 'cli'] as const;
export type PackageFolder = (typeof PACKAGES)[number];

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: unknown;
  readonly files?: readonly string[];
  readonly publishConfig?: { readonly exports?: unknown };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export function folderOf(name: PackageFolder): string {
  return fileURLToPath(new URL(`../../packages/${name}/`, import.meta.url));
}

export function manifestOf(name: PackageFolder): Manifest {
  return JSON.parse(readFileSync(`${folderOf(name)}package.json`, 'utf8')) as Manifest;
}
