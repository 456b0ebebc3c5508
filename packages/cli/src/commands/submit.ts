import { ScalemixError } from '@scalemix/core';
import type { Engine, Job } from '@scalemix/coordinator/launch';
import { defineCommand } from '../command.ts';
import type { Call } from '../command.ts';
import { EXIT, tell } from '../failure.ts';
import { launchOptions } from '../options/launch.ts';
import { counted } from '../show/numbers.ts';

/** Milliseconds that the workers may take to end. */
const PATIENCE = 20_000;

const options = launchOptions;
type SubmitCall = Call<typeof options>;

export const submitCommand = defineCommand({
  name: 'submit',
  positionals: [],
  takesCommand: true,
  patience: PATIENCE,
  describe: 'Run a command on many machines, started by Slurm, ssh or Kubernetes',
  options,
  examples: [
    ['submit --engine slurm -N 8 -- path flights.parquet --response late --loss logistic -o late.json', 'prints the id of the job'],
    ['submit --engine ssh --hosts hosts.txt -- path flights.parquet --response late -o late.json', 'here, in the foreground'],
    ['submit --engine kubernetes -N 4 --image registry.example/scalemix --volume data:/data -- path /data/a.parquet --response y -o /data/a.json', ''],
    ['submit --engine slurm -N 8 --dry-run -- path a.parquet --response y', 'the batch script, and nothing else'],
  ],
  epilogue: 'Certificates and a token are made for each job and go when it ends. scalemix status, logs and cancel take the id.',
  run,
});

async function run(call: SubmitCall): Promise<number> {
  const { settings, output, program, words } = call;
  const [{ launchJob }, { engines }] = await Promise.all([import('../launchJob.ts'), import('@scalemix/coordinator/launch')]);
  const job = await launchJob(words, settings, program);
  const engine = engines[job.engine];
  if (settings['dry-run'] === true) {
    await output.result(engine.preview(job));
    return EXIT.converged;
  }
  const begun = await begin(engine, job);
  if (job.engine === 'ssh') return foreground(begun, call);
  if (settings.wait === true) return wait(engine, begun, call);
  if (settings.json === true) await output.result(`${JSON.stringify({ id: begun.id, engine: begun.engine, nativeId: begun.nativeId, folder: begun.folder }, null, 2)}\n`);
  else await output.result(`${begun.id}\n`);
  if (settings.quiet !== true) output.note(`${accepted(begun)}: scalemix status, logs or cancel ${begun.id}.\n`);
  return EXIT.converged;
}

/** A job that is not accepted leaves nothing behind. */
async function begin(engine: Engine, job: Job): Promise<Job> {
  const { beginJob, createJob, discardJob } = await import('@scalemix/coordinator/launch');
  createJob(job);
  try {
    return beginJob(job, await engine.submit(job));
  } catch (error) {
    discardJob(job);
    throw error;
  }
}

function accepted({ engine, nativeId }: Job): string {
  return engine === 'slurm' ? `Slurm has taken it as job ${nativeId}` : `Kubernetes has taken it as ${nativeId}`;
}

async function foreground(job: Job, { settings, output, program, signal }: SubmitCall): Promise<number> {
  const { runOnWorkers, sshHosts } = await import('@scalemix/coordinator/launch');
  const note = settings.quiet === true ? () => {} : output.note;
  note(`Job ${job.id} on ${counted(job.ssh!.hosts.length, 'host')}, kept in ${job.folder}.\n`);
  return runOnWorkers(job, sshHosts, { run: program.run, exitCodeOf: (error) => tell(error, signal).exitCode, note, signal });
}

/** @throws ScalemixError JOB_LOST */
async function wait(engine: Engine, job: Job, { settings, output, signal }: SubmitCall): Promise<number> {
  const note = settings.quiet === true ? () => {} : output.note;
  note(`${accepted(job)}; its id is ${job.id}.\n`);
  signal.addEventListener('abort', () => note(`The job goes on: scalemix status, logs or cancel ${job.id}.\n`), { once: true });
  const { state, exitCode, detail } = await engine.follow(job, output, signal);
  if (exitCode === null) throw new ScalemixError('cluster', 'JOB_LOST', `The job ${job.id} is ${state}: ${detail}. What it said is in ${job.folder}; scalemix submit ... -- resume ${job.checkpoint} goes on with what was computed.`);
  return exitCode;
}
