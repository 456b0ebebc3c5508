/** What a launcher knows of a job: kept as job.json in the job's folder, without secrets. */

export type EngineName = 'slurm' | 'ssh' | 'kubernetes';

export const JOB_FORMAT = 'scalemix.job/1';

export interface Job {
  readonly format: typeof JOB_FORMAT;
  readonly id: string;
  readonly engine: EngineName;
  /** The engine's own name of the job; null until it has accepted it. */
  readonly nativeId: string | null;
  readonly submitted: string;
  /** The job's folder: absolute, and for Slurm seen by every machine under this path. */
  readonly folder: string;
  /** What runs, as on a command line: `path data.parquet --response y`. */
  readonly command: readonly string[];
  /** What of it holds for `resume` too: where the answer goes, and how it is shown. */
  readonly resumeOptions: readonly string[];
  /** What of it holds for workers too: threads, memory, kernels. */
  readonly workerOptions: readonly string[];
  /** The replay log, with which a job begun again goes on. */
  readonly checkpoint: string;
  readonly workingFolder: string;
  /** The words that start scalemix on every machine. */
  readonly program: readonly string[];
  /** Where workers read data files by themselves; null for none. */
  readonly dataRoot: string | null;
  /** Port that workers listen on; 0 lets each pick a free one. */
  readonly port: number;
  readonly slurm?: SlurmPlan;
  readonly ssh?: SshPlan;
  readonly kubernetes?: KubernetesPlan;
}

export interface SlurmPlan {
  readonly nodes: number;
  /** Cores a worker gets; null takes whole nodes. */
  readonly cpus: number | null;
  /** Further options of sbatch, as its own directives write them. */
  readonly directives: readonly string[];
}

export interface SshPlan {
  readonly hosts: readonly SshHost[];
  /** A file for `ssh -F`, or null for the user's own. */
  readonly config: string | null;
}

export interface SshHost {
  /** As in the hosts file, and for people. */
  readonly name: string;
  /** Where ssh goes: a host or user@host. */
  readonly destination: string;
  /** Port of its sshd; null leaves it to ssh. */
  readonly sshPort: number | null;
  /** Where the coordinator reaches its worker. */
  readonly address: string;
}

export interface KubernetesPlan {
  readonly nodes: number;
  readonly image: string;
  /** null is the one that kubectl has chosen. */
  readonly namespace: string | null;
  readonly volumes: readonly Volume[];
  /** Cores a worker asks for; null asks for nothing. */
  readonly cpus: number | null;
  /** Bytes of memory a worker may take; null sets no limit. */
  readonly memory: number | null;
}

/** A PersistentVolumeClaim, mounted in every pod: workers only read there. */
export interface Volume {
  readonly claim: string;
  readonly path: string;
}
