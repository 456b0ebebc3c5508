import { relative } from 'node:path';
import { defineCommand } from '../command.ts';
import type { Call } from '../command.ts';
import { EXIT } from '../failure.ts';
import { names, number, text } from '../options/option.ts';
import { commonOptions } from '../options/tables.ts';

const security = 'Certificates';

const options = {
  output: text('DIR', { group: security, letter: 'o', describe: 'The folder to write to (default: certs)' }),
  nodes: names({ group: security, describe: 'Names of the nodes, a certificate each (default: node, which all of them may share)' }),
  days: number({ expected: 'a whole number of days, 1 or more', accepts: (value) => Number.isSafeInteger(value) && value >= 1 && value <= 36_500 }, { group: security, describe: 'How long they hold (default: 365)' }),
  ...commonOptions,
};

export const certsCommand = defineCommand({
  name: 'certs',
  positionals: [],
  describe: 'Make a certificate authority, certificates and a token for a cluster',
  options,
  examples: [
    ['certs', 'ca, node, coordinator and token in the folder certs'],
    ['certs --output certs --nodes a,b,c', 'a certificate for each node; run again later to add more'],
  ],
  epilogue: 'A node gets ca.crt, its own .crt and .key, and token; the coordinator ca.crt, coordinator.crt, coordinator.key and token. ca.key stays where it is: it signs more.',
  run,
});

async function run({ settings, output }: Call<typeof options>): Promise<number> {
  const { writeCertificates } = await import('@scalemix/coordinator/launch');
  const folder = settings.output ?? 'certs';
  const days = settings.days ?? 365;
  const files = await writeCertificates({ folder, nodes: settings.nodes ?? ['node'], days });
  const report = `Wrote to ${folder}, to hold for ${days} days:\n${files.map((file) => `  ${relative(folder, file)}\n`).join('')}`;
  await output.result(settings.json === true ? `${JSON.stringify({ folder, days, files }, null, 2)}\n` : settings.quiet === true ? '' : report);
  return EXIT.converged;
}
