// Stands in for `scalemix worker` where only its life matters: fakeWorker.mjs MODE ... --token-file FILE
import { appendFileSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';

const [mode, notes, ...rest] = process.argv.slice(2);
const after = (flag) => rest[rest.indexOf(flag) + 1];
if (mode === 'refuses') {
  console.error('this worker refuses');
  process.exit(2);
}
const credentials = dirname(after('--token-file') ?? notes);
const server = createServer().listen(0, '127.0.0.1', () => {
  const files = Object.fromEntries(readdirSync(credentials).map((name) => [name, readFileSync(`${credentials}/${name}`, 'utf8')]));
  appendFileSync(notes, `${JSON.stringify({ pid: process.pid, credentials, mode: statSync(credentials).mode & 0o777, ...(rest.includes('--token-file') && { files }) })}\n`);
  console.log(`scalemix worker listening on 127.0.0.1:${server.address().port}`);
});
process.stdin.resume().on('end', () => process.exit(0));
