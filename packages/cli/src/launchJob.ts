/** From a command line of submit to a job. */
import { join, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '@scalemix/core';
import { checkVolumes, loggedMachine, newJobId, readHosts } from '@scalemix/coordinator/launch';
import type { EngineName, Job } from '@scalemix/coordinator/launch';
import type { Program } from './command.ts';
import { resumeCommand } from './commands/resume.ts';
import { checkFoldSettings, checkModelSettings } from './options/applies.ts';
import { keptOptions } from './options/kept.ts';
import { checkLaunch, DEFAULT_JOBS } from './options/launch.ts';
import type { LaunchSettings } from './options/launch.ts';
import type { Options } from './options/option.ts';
import { machineOptions } from './options/tables.ts';

/** Where the image of our Dockerfile has it. */
const PROGRAM_OF_IMAGE = ['node', '/opt/scalemix/node_modules/scalemix/bin/scalemix.js'];
const POD_PORT = 7077;
const POD_DATA = '/data';

/** Commands that run on a cluster. */
const COMMANDS = ['path', 'fit', 'cv', 'resume'];

/** What the launcher itself gives the coordinator. */
const OURS = ['cluster', 'token-file', 'tls-ca', 'tls-cert', 'tls-key', 'insecure', 'checkpoint'] as const;

/** @throws UsageError: those of the command, of submit's options, of hosts and volumes */
export async function launchJob(words: readonly string[], settings: LaunchSettings, program: Program): Promise<Job> {
  const engine = checkLaunch(settings);
  const { command, log, resumeOptions, workerOptions } = await checkCommand(words, program);
  const inPods = engine === 'kubernetes';
  if (settings.kernel !== undefined && log === null) throw new UsageError('INAPPLICABLE_OPTION', `--kernel of submit does not apply: it is for the workers of a resume. Give it to ${command}, after --: it then holds for all.`);
  const logged = log === null || inPods ? [] : machineWords(resolve(log), workerOptions);
  const id = settings.name ?? newJobId(command);
  const folder = resolve(settings.jobs ?? DEFAULT_JOBS, id);
  if (engine === 'slurm' && /["\\\n]/.test(folder + process.cwd())) throw new UsageError('BAD_OPTION_VALUE', `The folder ${JSON.stringify(folder)} has a quote, a backslash or a new line in its name, which a batch script cannot write. Submit from another, or give another --jobs.`);
  const volumes = checkVolumes(settings.volume ?? []);
  const workingFolder = inPods ? (volumes[0]?.path ?? POD_DATA) : process.cwd();
  const kept = inPods ? (volumes[0] === undefined ? '/tmp/scalemix' : posix.join(volumes[0].path, '.scalemix', id)) : folder;
  return {
    format: 'scalemix.job/1',
    id,
    engine,
    nativeId: null,
    submitted: new Date().toISOString(),
    folder,
    command: words,
    resumeOptions,
    workerOptions: [...workerOptions, ...(inPods ? podWords(settings, workerOptions) : logged)],
    checkpoint: log === null ? join(kept, 'replay.log') : inPods ? posix.resolve(workingFolder, log) : resolve(log),
    workingFolder,
    dataRoot: dataRootOf(engine, settings['data-root'], volumes),
    program: settings.program?.trim().split(/\s+/) ?? ownProgram(engine),
    port: settings.port ?? (inPods ? POD_PORT : 0),
    ...planOf(engine, settings, volumes),
  };
}

/** What workers are told of the machine that a log was begun on, as far as the command line of `resume` does not say it. */
function machineWords(log: string, given: readonly string[]): string[] {
  const { threads, memory, kernel } = loggedMachine(log);
  return Object.entries({ threads, memory, kernel }).flatMap(([name, value]) => (value === undefined || says(given, name) ? [] : [`--${name}`, String(value)]));
}

/** A pod may use all cores of its machine, and shall use those it asks for; into a log that only pods see nobody looks here. */
function podWords({ cpus, kernel }: LaunchSettings, given: readonly string[]): string[] {
  return [...(cpus === undefined || says(given, 'threads') ? [] : ['--threads', String(cpus)]), ...(kernel === undefined ? [] : ['--kernel', kernel])];
}

function says(words: readonly string[], name: string): boolean {
  return words.some((word) => word === `--${name}` || word.startsWith(`--${name}=`));
}

/** A folder that is not there ends a worker: without being told so none is expected on hosts of which nothing is known. */
function dataRootOf(engine: EngineName, given: string | undefined, volumes: ReturnType<typeof checkVolumes>): string | null {
  if (engine === 'kubernetes') return given ?? volumes[0]?.path ?? null;
  if (engine === 'ssh' && given === undefined) return null;
  return resolve(given ?? '.');
}

function planOf(engine: EngineName, settings: LaunchSettings, volumes: ReturnType<typeof checkVolumes>): Pick<Job, EngineName> {
  const nodes = settings.nodes ?? 1;
  const cpus = settings.cpus ?? null;
  if (engine === 'slurm') return { slurm: { nodes, cpus, directives: settings.sbatch ?? [] } };
  if (engine === 'ssh') return { ssh: { hosts: readHosts(settings.hosts!), config: settings['ssh-config'] === undefined ? null : resolve(settings['ssh-config']) } };
  return { kubernetes: { nodes, cpus, image: settings.image!, namespace: settings.namespace ?? null, volumes, memory: settings['node-memory'] ?? null } };
}

/** Node itself and our own file: what npx leaves behind would not get a signal. */
function ownProgram(engine: EngineName): string[] {
  return engine === 'kubernetes' ? PROGRAM_OF_IMAGE : [process.execPath, fileURLToPath(new URL('../bin/scalemix.js', import.meta.url))];
}

interface CheckedCommand {
  readonly command: string;
  readonly log: string | null;
  readonly resumeOptions: string[];
  readonly workerOptions: string[];
}

async function checkCommand(words: readonly string[], program: Program): Promise<CheckedCommand> {
  if (words.length === 0) throw new UsageError('MISSING_ARGUMENT', 'submit needs a command after --, such as scalemix submit --engine slurm -N 8 -- path data.parquet --response y.');
  if (!COMMANDS.includes(words[0]!)) throw new UsageError('INAPPLICABLE_OPTION', `submit runs ${COMMANDS.join(', ')}, and ${JSON.stringify(words[0])} is none of them. The command's name comes first after --.`);
  const { command, inputs, log, settings } = await program.check(words);
  if (command.name !== 'resume') checkModelSettings(command.name as 'path' | 'fit' | 'cv', settings);
  checkFoldSettings(settings);
  if (inputs.includes('-')) throw new UsageError('UNEXPECTED_ARGUMENT', 'A submitted job has no standard input: give files instead of -.');
  const ours = OURS.find((name) => settings[name] !== undefined);
  if (ours !== undefined) throw new UsageError('INAPPLICABLE_OPTION', `--${ours} does not apply to a submitted command: submit gives it.`);
  if (settings['config'] !== undefined) throw new UsageError('INAPPLICABLE_OPTION', '--config does not apply to a submitted command: write its options out.');
  const kept = (other: Options): string[] => keptOptions(words.slice(1), command.options, other);
  const { threads, memory, kernel } = machineOptions;
  return { command: command.name, log: command.name === 'resume' ? log : null, resumeOptions: kept(resumeCommand.options), workerOptions: kept({ threads, memory, kernel }) };
}
