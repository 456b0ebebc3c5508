/** Slurm on one machine: munge, a controller and three nodes, without systemd, cgroups or a configuration of the machine's own. */
import { randomBytes } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './ports.ts';
import { endProcess, processesWith, startProcess, until } from './processes.ts';

export const SLURM_NEEDS = [
  { file: '/usr/sbin/slurmctld', packages: 'slurmctld' },
  { file: '/usr/sbin/slurmd', packages: 'slurmd slurm-client' },
  { file: '/usr/sbin/munged', packages: 'munge slurm-wlm-basic-plugins' },
] as const;

export interface Slurm {
  /** What its programs need to find it. */
  readonly env: Readonly<Record<string, string>>;
  readonly slurmd: ReadonlyMap<string, ChildProcess>;
  /** Starts the slurmd of a node, again where it was killed. */
  startNode(name: string): void;
  run(file: string, ...args: string[]): string;
  stop(): Promise<void>;
}

export async function startSlurm(): Promise<Slurm> {
  const folder = mkdtempSync(join(tmpdir(), 'scalemix-slurm-'));
  chmodSync(folder, 0o755);
  const started: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of started.toReversed()) await endProcess(child);
    for (const pid of stepsWritingTo(folder)) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const socket = startMunge(folder, started);
    const nodes = ['n1', 'n2', 'n3'];
    const [controller, ...ports] = await freePorts(1 + nodes.length);
    mkdirSync(join(folder, 'state'));
    writeFileSync(join(folder, 'cgroup.conf'), 'CgroupAutomount=no\n');
    writeFileSync(join(folder, 'slurm.conf'), configuration(folder, socket, controller!, nodes.map((name, index) => [name, ports[index]!])));
    const env = { SLURM_CONF: join(folder, 'slurm.conf') };
    const options = { env: { ...process.env, ...env } };
    const run = (file: string, ...args: string[]): string => execFileSync(file, args, { ...options, encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'pipe'] });
    await until('munge answers', () => succeeds(() => execFileSync('munge', ['--no-input', '--socket', socket], { stdio: 'ignore' })));
    started.push(startProcess('/usr/sbin/slurmctld', ['-D', '-c'], options));
    const slurmd = new Map<string, ChildProcess>();
    const startNode = (name: string): void => {
      const child = startProcess('/usr/sbin/slurmd', ['-D', '-N', name], options);
      slurmd.set(name, child);
      started.push(child);
    };
    for (const name of nodes) {
      mkdirSync(join(folder, `spool.${name}`));
      startNode(name);
    }
    await until('three nodes of Slurm are idle', () => succeeds(() => run('sinfo', '--noheader', '--states=idle', '--format=%D').trim() === '3'));
    return { env, slurmd, startNode, run, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Managers of steps: they outlive a slurmd that is killed, and wait for a controller that is gone. */
function stepsWritingTo(folder: string): number[] {
  return processesWith('slurmstepd').filter((pid) => {
    const files = `/proc/${pid}/fd`;
    return succeeds(() => readdirSync(files).some((file) => readlinkSync(join(files, file)).startsWith(`${folder}/`)));
  });
}

/** A munged of our own, with its own key and socket. */
function startMunge(folder: string, started: ChildProcess[]): string {
  const own = join(folder, 'munge');
  mkdirSync(own, { mode: 0o755 });
  writeFileSync(join(own, 'key'), randomBytes(128), { mode: 0o600 });
  const path = (name: string): string => join(own, name);
  started.push(startProcess('/usr/sbin/munged', ['--foreground', '--force', `--key-file=${path('key')}`, `--socket=${path('socket')}`, `--pid-file=${path('pid')}`, `--log-file=${path('log')}`, `--seed-file=${path('seed')}`]));
  return path('socket');
}

function configuration(folder: string, socket: string, controller: number, nodes: readonly (readonly [string, number])[]): string {
  const settings = {
    ClusterName: 'test',
    SlurmctldHost: `${hostname()}(127.0.0.1)`,
    SlurmctldPort: controller,
    SlurmUser: userInfo().username,
    SlurmdUser: userInfo().username,
    AuthType: 'auth/munge',
    AuthInfo: `socket=${socket}`,
    CredType: 'cred/munge',
    StateSaveLocation: join(folder, 'state'),
    SlurmdSpoolDir: join(folder, 'spool.%n'),
    SlurmctldPidFile: join(folder, 'slurmctld.pid'),
    SlurmdPidFile: join(folder, 'slurmd.%n.pid'),
    SlurmctldLogFile: join(folder, 'slurmctld.log'),
    SlurmdLogFile: join(folder, 'slurmd.%n.log'),
    ProctrackType: 'proctrack/linuxproc',
    TaskPlugin: 'task/none',
    JobAcctGatherType: 'jobacct_gather/none',
    AccountingStorageType: 'accounting_storage/none',
    MpiDefault: 'none',
    SelectType: 'select/cons_tres',
    SelectTypeParameters: 'CR_Core',
    SlurmdParameters: 'config_overrides',
    ReturnToService: 2,
    SlurmdTimeout: 10,
    KillWait: 5,
    InactiveLimit: 0,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const nodeLines = nodes.map(([name, port]) => `NodeName=${name} NodeHostname=${hostname()} NodeAddr=127.0.0.1 Port=${port} CPUs=2 RealMemory=1000`);
  return `${[...lines, ...nodeLines, 'PartitionName=all Nodes=ALL Default=YES State=UP'].join('\n')}\n`;
}

function succeeds(body: () => unknown): boolean {
  try {
    return body() !== false;
  } catch {
    return false;
  }
}
