/** Two sshd on loopback, each a host of its own to ssh, with keys made for the test. */
import { execFileSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './ports.ts';
import { endProcess, startProcess, until } from './processes.ts';

export const SSH_NEEDS = [
  { file: '/usr/sbin/sshd', packages: 'openssh-server' },
  { file: 'ssh', packages: 'openssh-client' },
] as const;

export interface SshHosts {
  /** For --ssh-config. */
  readonly config: string;
  /** For --hosts. */
  readonly hosts: string;
  stop(): Promise<void>;
}

export async function startSshHosts(addresses: readonly string[] = ['127.0.0.1', '127.0.0.2']): Promise<SshHosts> {
  const folder = mkdtempSync(join(tmpdir(), 'scalemix-sshd-'));
  const path = (name: string): string => join(folder, name);
  const started: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of started) await endProcess(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const key of ['host', 'user']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path(key)]);
    // Where root starts it, sshd wants this folder of the system's.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
    const ports = await freePorts(addresses.length);
    addresses.forEach((address, index) => {
      const settings = [
        `ListenAddress ${address}:${ports[index]}`,
        `HostKey ${path('host')}`,
        `AuthorizedKeysFile ${path('user.pub')}`,
        `PidFile ${path(`pid.${index}`)}`,
        'StrictModes no', 'UsePAM no', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'PermitRootLogin prohibit-password',
      ];
      writeFileSync(path(`sshd.${index}`), `${settings.join('\n')}\n`);
      started.push(startProcess('/usr/sbin/sshd', ['-D', '-E', path(`log.${index}`), '-f', path(`sshd.${index}`)]));
    });
    writeFileSync(path('config'), `Host *\n  IdentityFile ${path('user')}\n  IdentitiesOnly yes\n  UserKnownHostsFile /dev/null\n  StrictHostKeyChecking no\n  LogLevel ERROR\n`);
    writeFileSync(path('hosts'), addresses.map((address, index) => `${userInfo().username}@${address}:${ports[index]}\n`).join(''));
    for (const [index, address] of addresses.entries()) {
      await until(`ssh to ${address} works`, () => {
        try {
          execFileSync('ssh', ['-F', path('config'), '-o', 'BatchMode=yes', '-p', String(ports[index]), `${userInfo().username}@${address}`, 'true'], { stdio: 'ignore', timeout: 10_000 });
          return true;
        } catch {
          return false;
        }
      });
    }
    return { config: path('config'), hosts: path('hosts'), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
