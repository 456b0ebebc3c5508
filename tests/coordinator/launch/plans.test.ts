/** What is read from users before anything starts: hosts, volumes, options; and what is written for Slurm. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { checkVolumes, readHosts } from '@scalemix/coordinator/launch';
import { keptOptions } from '../../../packages/cli/src/options/kept.ts';
import { pathCommand } from '../../../packages/cli/src/commands/path.ts';
import { resumeCommand } from '../../../packages/cli/src/commands/resume.ts';
import { GrowingFile } from '../../../packages/coordinator/src/launch/outputFiles.ts';
import { shellWords } from '../../../packages/coordinator/src/launch/shellWords.ts';
import { batchScript } from '../../../packages/coordinator/src/launch/slurm/script.ts';
import { launchedJob } from '../../support/launchedJob.ts';

const folder = mkdtempSync(join(tmpdir(), 'scalemix-plans-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

function hostsFile(text: string): string {
  const path = join(folder, `hosts.${files++}`);
  writeFileSync(path, text);
  return path;
}

test('a hosts file names hosts, users, ports and addresses', (t) => {
  t.deepEqual(readHosts(hostsFile('# ours\na\nme@b.example:2222  # the large one\n\n10.0.0.3 address=192.168.0.3\n[fe80::1]:22\n')), [
    { name: 'a', destination: 'a', sshPort: null, address: 'a' },
    { name: 'me@b.example:2222', destination: 'me@b.example', sshPort: 2222, address: 'b.example' },
    { name: '10.0.0.3', destination: '10.0.0.3', sshPort: null, address: '192.168.0.3' },
    { name: '[fe80::1]:22', destination: 'fe80::1', sshPort: 22, address: 'fe80::1' },
  ]);
});

for (const [what, text] of Object.entries({ 'no host': '# none\n', 'a host twice': 'a\nb\na\n', 'an option for ssh': '-oProxyCommand=touch\n', 'an option behind a user': 'me@-oProxyCommand\n', 'a port too large': 'a:70000\n', 'a word too many': 'a b\n' })) {
  test(`a hosts file with ${what} is refused`, (t) => {
    t.throws(() => readHosts(hostsFile(text)), { code: 'BAD_HOSTS' });
  });
}

test('a hosts file that is not there is named', (t) => {
  t.throws(() => readHosts(join(folder, 'nowhere')), { code: 'BAD_HOSTS', message: /nowhere cannot be read/ });
});

test('volumes are a claim and a folder', (t) => {
  t.deepEqual(checkVolumes(['data:/data/', 'out:/mnt/out']), [{ claim: 'data', path: '/data' }, { claim: 'out', path: '/mnt/out' }]);
  for (const wrong of ['data', 'data:relative', 'DATA:/data', 'data:/', 'data:/tmp', 'data:/a:ro', 'data:/x/../etc']) t.throws(() => checkVolumes([wrong]), { code: 'BAD_VOLUME' }, wrong);
  t.throws(() => checkVolumes(['a:/data', 'b:/data/']), { code: 'BAD_VOLUME' });
});

/** Ends each word that the shell prints. */
const END = '\u0001';

test('a word reaches a program through the shell as it is', (t) => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }).filter((word) => word.isWellFormed() && !word.includes('\0') && !word.includes(END)), { minLength: 1, maxLength: 4 }), (words) => {
      const shown = execFileSync('/bin/sh', ['-c', `for w in ${shellWords(words)}; do printf '%s\\001' "$w"; done`], { encoding: 'utf8' });
      t.deepEqual(shown.split(END).slice(0, -1), words);
    }),
    { numRuns: 40, seed: 1, examples: [[["'", '$HOME `id` "', '', 'a b\n']]] },
  );
});

test('the batch script asks for what the plan says and gives the signals to the program', (t) => {
  const slurm = { nodes: 8, cpus: null, directives: ['--partition=long'] };
  const script = batchScript(launchedJob({ engine: 'slurm', slurm, folder: '/home/50% b' }));
  for (const line of ['--nodes=8', '--exclusive', '--no-kill', '--requeue', '--open-mode=append', '--chdir="/home/a b"', '--output="/home/50%% b/stdout"', '--partition=long']) t.true(script.includes(`#SBATCH ${line}\n`), line);
  t.regex(script, /\nexec \/usr\/bin\/node '\/opt\/scale mix\/bin\/scalemix\.js' supervise '\/home\/50% b'\n$/);
  t.regex(batchScript(launchedJob({ engine: 'slurm', slurm: { ...slurm, cpus: 6 } })), /#SBATCH --cpus-per-task=6\n/);
});

test('a job that is begun again keeps where its answer goes, and nothing that resume does not know', (t) => {
  const words = ['a.csv', '--response', 'y', '-o', 'm.json', '--lambdas=4', '--json', '--no-intercept', '--threads', '2', '--events=e.log', '--standardize', 'false', '--quiet'];
  t.deepEqual(keptOptions(words, pathCommand.options, resumeCommand.options), ['-o', 'm.json', '--json', '--threads', '2', '--events=e.log', '--quiet']);
});

test('a growing file is read on where it was left, whole characters only', (t) => {
  const path = join(folder, 'output');
  const file = new GrowingFile(path);
  t.is(file.read(), '');
  const text = Buffer.from('eins ä');
  writeFileSync(path, text.subarray(0, -1));
  t.is(file.read(), 'eins ');
  writeFileSync(path, Buffer.concat([text, Buffer.from(' zwei')]));
  t.is(file.read(), 'ä zwei');
  t.is(file.read(), '');
});
