/** What submit tells the workers of a job that goes on from a log. */
import test from 'ava';
import { sampleCsv, scalemix, temporaryFolder } from '../support/commandLine.ts';

const folder = temporaryFolder({ 'few.csv': sampleCsv(200), hosts: 'a\nb\n', 'no.log': 'no log' });

async function preview(...resume: string[]): Promise<string> {
  const { code, stdout, stderr } = await scalemix(['submit', '--engine', 'ssh', '--hosts', 'hosts', '--dry-run', '--', 'resume', ...resume], { cwd: folder });
  return code === 0 ? stdout : stderr;
}

test('workers get the kernels, threads and memory of the run that wrote the log, unless resume says otherwise', async (t) => {
  const run = ['path', 'few.csv', '--response', 'y', '--columns', 'x,z', '--lambdas', '4', '--quiet'];
  await scalemix([...run, '--kernel', 'scalar', '--threads', '3', '--memory', '64MiB', '--checkpoint', 'scalar.log'], { cwd: folder });
  await scalemix([...run, '--checkpoint', 'auto.log'], { cwd: folder });
  const workers = (text: string): string[] => text.split('\n').filter((line) => / worker .*--listen/.test(line));
  const logged = workers(await preview('scalar.log'));
  t.is(logged.length, 2);
  for (const line of logged) t.regex(line, / --threads 3 --memory 67108864 --kernel scalar /);
  for (const line of workers(await preview('scalar.log', '--threads=2'))) t.regex(line, / --threads=2 --memory 67108864 --kernel scalar /);
  const auto = workers(await preview('auto.log'));
  t.is(auto.length, 2);
  for (const line of auto) t.notRegex(line, /--(threads|memory|kernel)/);
});

test('what is no log is refused before anything starts', async (t) => {
  t.regex(await preview('no.log'), /LOG_CORRUPT/);
  t.regex(await preview('none.log'), /FILE_NOT_FOUND/);
});
