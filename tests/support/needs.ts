import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import test from 'ava';
import type { Implementation, SerialFn, TestFn } from 'ava';

/** A program or file that npm does not bring, and the Debian package that does, where one does. */
export interface Need {
  /** A name looked up on the PATH, or an absolute path. */
  readonly file: string;
  /** Debian packages, as given to apt-get install. @default none: a part of the system itself */
  readonly packages?: string;
}

type Declare<Context> = (title: string, implementation: Implementation<[], Context>) => void;

/**
 * Declares tests that need something installed: `const slurmTest = needs([{ file: 'slurmctld', packages: 'slurmctld' }])`.
 * Where it is missing they are skipped and the reason is printed, once a file; with SCALEMIX_CI_STRICT=1 they fail.
 */
export function needs<Context = unknown>(wanted: readonly Need[], declare: TestFn<Context> | SerialFn<Context> = test as TestFn<Context>): Declare<Context> {
  const absent = missing(wanted);
  if (absent.length === 0) return (title, implementation) => declare(title, implementation);
  const packages = absent.flatMap(({ packages }) => packages ?? []);
  const reason = `needs ${absent.map(({ file }) => file).join(', ')}${packages.length === 0 ? '' : `: apt-get install ${packages.join(' ')}`}`;
  if (process.env['SCALEMIX_CI_STRICT'] === '1') return (title) => declare(title, (t) => t.fail(reason));
  let told = false;
  return (title, implementation) => {
    if (!told) console.log(`Skipped: ${reason}`);
    told = true;
    declare.skip(title, implementation);
  };
}

export function missing(wanted: readonly Need[]): Need[] {
  return wanted.filter(({ file }) => !present(file));
}

function present(file: string): boolean {
  const places = file.startsWith('/') ? [file] : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, file));
  return places.some((place) => {
    try {
      accessSync(place, constants.R_OK);
      return true;
    } catch {
      return false;
    }
  });
}
