/** What runs on a host over ssh: it takes the worker's credentials from standard input and keeps them only while the worker lives. */
import { NODE_FILES } from '../credentialFiles.ts';
import type { JobCredentials } from '../credentialFiles.ts';
import type { Job } from '../job.ts';
import { shellWord, shellWords } from '../shellWords.ts';
import { workerWords } from '../words.ts';

/** A line of its own ends each file; no line of PEM or token looks like it. */
const END = '.';

/** Stands for the folder made on the host. */
const FOLDER = '@credentials@';

/**
 * Reads NODE_FILES, then starts the worker on the rest of standard input. When the connection goes, standard input
 * closes and the worker ends, and after it the script, which removes the credentials.
 */
export function remoteScript(job: Job): string {
  const worker = [...workerWords(job, FOLDER), '--ends-with-stdin'].map((word) => (word.startsWith(FOLDER) ? `"$d"${shellWord(word.slice(FOLDER.length))}` : shellWord(word)));
  const script = [
    'umask 077',
    'd=$(mktemp -d) || exit 1',
    `trap 'rm -rf "$d"' EXIT`,
    "trap 'exit 143' HUP INT TERM",
    `for f in ${shellWords(NODE_FILES)}; do while IFS= read -r l && [ "$l" != ${END} ]; do printf '%s\\n' "$l"; done > "$d/$f" || exit 1; done`,
    worker.join(' '),
    // Without a command after the worker some shells would take its place and remove nothing.
    'exit $?',
  ].join('\n');
  return `exec sh -c ${shellWord(script)}`;
}

/** What goes to its standard input. */
export function credentialInput(credentials: Pick<JobCredentials, (typeof NODE_FILES)[number]>): string {
  return NODE_FILES.map((name) => `${credentials[name].trimEnd()}\n${END}\n`).join('');
}
