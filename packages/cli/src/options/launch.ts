/** The options of submit, and which of them belong to which engine. */
import { UsageError } from '@scalemix/core';
import type { EngineName } from '@scalemix/coordinator/launch';
import { readMemory } from './memory.ts';
import { choice, custom, names, number, text, toggle } from './option.ts';
import type { Settings } from './option.ts';
import { commonOptions } from './tables.ts';

const engine = 'Engine';
const nodes = 'Nodes';
const output = 'Output';

const whole = (least: number, most: number) => ({ expected: `a whole number from ${least} to ${most}`, accepts: (value: number) => Number.isInteger(value) && value >= least && value <= most });

export const DEFAULT_JOBS = '.scalemix';

export const jobsOption = {
  jobs: text('DIR', { group: engine, describe: `The folder that jobs are kept in (default: ${DEFAULT_JOBS})` }),
};

export const launchOptions = {
  engine: choice(['slurm', 'ssh', 'kubernetes'], { group: engine, describe: 'What starts the job (required)' }),
  nodes: number(whole(1, 10_000), { group: engine, letter: 'N', describe: 'Slurm, Kubernetes: machines or pods, a worker each (default: 1)' }),
  hosts: text('FILE', { group: engine, describe: 'ssh: the hosts, one a line: host, user@host or user@host:port' }),
  'ssh-config': text('FILE', { group: engine, describe: 'ssh: a configuration file instead of your own' }),
  sbatch: custom('OPTION', (texts) => [...texts], { group: engine, repeatable: true, describe: 'Slurm: an option for sbatch, such as --sbatch=--partition=long; may be given again' }),
  image: text('IMAGE', { group: engine, describe: 'Kubernetes: the image, made from the Dockerfile that scalemix ships (required)' }),
  namespace: text('NAME', { group: engine, describe: 'Kubernetes: the namespace (default: the one kubectl has chosen)' }),
  volume: names({ group: engine, describe: 'Kubernetes: CLAIM:/PATH, a PersistentVolumeClaim and where the pods see it; the first holds the replay log, and relative paths start there' }),
  'data-root': text('DIR', { group: nodes, describe: 'Where workers read data files by themselves (default: Slurm, this folder; ssh, none; Kubernetes, the first volume)' }),
  cpus: number(whole(1, 4096), { group: nodes, describe: 'Slurm, Kubernetes: cores of a worker (default: whole machines; what Kubernetes gives)' }),
  'node-memory': custom('SIZE', readMemory, { group: nodes, describe: 'Kubernetes: memory of a worker, such as 16GiB' }),
  kernel: choice(['auto', 'wasm', 'scalar'], { group: nodes, describe: 'Kubernetes: kernels of the workers of a resume: those that its log was begun with (default: auto)' }),
  port: number(whole(0, 65_535), { group: nodes, describe: 'Port of the workers (default: any that is free; Kubernetes: 7077)' }),
  program: text('WORDS', { group: nodes, describe: 'What starts scalemix on the nodes, such as "node /opt/scalemix/bin/scalemix.js" (default: as here)' }),
  name: text('NAME', { group: engine, describe: 'The id of the job (default: made from the command and the time)' }),
  ...jobsOption,
  wait: toggle({ group: output, describe: 'Pass the job\'s output on until it ends, and end with its exit code' }),
  'dry-run': toggle({ group: output, describe: 'Show what would be handed to the engine, without secrets, and do nothing' }),
  ...commonOptions,
};

export type LaunchSettings = Settings<typeof launchOptions>;

const BELONG: Readonly<Partial<Record<keyof LaunchSettings, readonly EngineName[]>>> = {
  nodes: ['slurm', 'kubernetes'],
  cpus: ['slurm', 'kubernetes'],
  sbatch: ['slurm'],
  hosts: ['ssh'],
  'ssh-config': ['ssh'],
  image: ['kubernetes'],
  namespace: ['kubernetes'],
  volume: ['kubernetes'],
  'node-memory': ['kubernetes'],
  kernel: ['kubernetes'],
};

/** A name that Slurm, Kubernetes and a file system all accept. */
const NAME = /^[a-z]([-a-z0-9]{0,48}[a-z0-9])?$/;

/** @throws UsageError MISSING_OPTION, INAPPLICABLE_OPTION, BAD_OPTION_VALUE, CONTRADICTORY_OPTIONS */
export function checkLaunch(settings: LaunchSettings): EngineName {
  const { engine: chosen } = settings;
  if (chosen === undefined) throw new UsageError('MISSING_OPTION', 'submit needs --engine: slurm, ssh or kubernetes.');
  for (const [name, engines] of Object.entries(BELONG)) {
    if (settings[name as keyof LaunchSettings] !== undefined && !engines.includes(chosen)) throw new UsageError('INAPPLICABLE_OPTION', `--${name} does not apply: it belongs to --engine ${engines.join(' and ')}, and the engine is ${chosen}.`);
  }
  if (chosen === 'ssh' && settings.hosts === undefined) throw new UsageError('MISSING_OPTION', '--engine ssh needs --hosts: a file that names a host a line.');
  if (chosen === 'kubernetes') {
    if (settings.image === undefined) throw new UsageError('MISSING_OPTION', '--engine kubernetes needs --image: an image made from the Dockerfile that scalemix ships.');
    if (settings.port === 0) throw new UsageError('BAD_OPTION_VALUE', '--port 0 lets each worker pick a port, and pods need to know it: give one from 1 to 65535, or leave it out.');
    if (settings['data-root']?.startsWith('/') === false) throw new UsageError('BAD_OPTION_VALUE', `--data-root ${settings['data-root']} is a folder inside the pods: give a path from /.`);
  }
  for (const option of settings.sbatch ?? []) {
    if (!/^-[^\n]+$/.test(option)) throw new UsageError('BAD_OPTION_VALUE', `--sbatch ${JSON.stringify(option)} is no option of sbatch: write it with its dashes, as --sbatch=--partition=long.`);
  }
  if (settings.name !== undefined && !NAME.test(settings.name)) throw new UsageError('BAD_OPTION_VALUE', `--name ${JSON.stringify(settings.name)}: give small letters, digits and dashes, a letter first, 50 at most.`);
  if (settings.wait === true && settings['dry-run'] === true) throw new UsageError('CONTRADICTORY_OPTIONS', '--wait and --dry-run contradict each other: a dry run starts nothing.');
  return chosen;
}
