import type { Engine } from './engine.ts';
import type { EngineName } from './job.ts';
import { kubernetes } from './kubernetes/kubernetes.ts';
import { slurm } from './slurm/slurm.ts';
import { ssh } from './ssh/ssh.ts';

export const engines: Readonly<Record<EngineName, Engine>> = { slurm, ssh, kubernetes };
