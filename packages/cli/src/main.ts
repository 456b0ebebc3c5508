import process from 'node:process';
import { dirname } from 'node:path';
import { EXIT, Interrupted, errorText, tell } from './failure.ts';
import { abandonAll } from './files.ts';
import { endOnClosedPipe, flush, output } from './output.ts';
import { patienceOf, runProgram } from './program.ts';
import { painter } from './terminal.ts';

/** Runs the command line and ends the process with its exit code. */
export async function main(args: readonly string[]): Promise<void> {
  enterUserFolder();
  const controller = new AbortController();
  const say = (error: unknown): number => {
    const told = tell(error, controller.signal);
    output.note(errorText(told, args.includes('--json'), painter(output.stderr)));
    return told.exitCode;
  };
  endOnClosedPipe(abandonAll, say);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupt(controller, signal, patienceOf(args)));
  let code: number;
  try {
    code = await runProgram(args, controller.signal);
  } catch (error) {
    code = say(error);
  }
  abandonAll();
  await flush();
  process.exit(code);
}

/**
 * The first signal aborts in good order, the second at once.
 * @param patience milliseconds that an abort may take before the process is ended all the same
 */
function interrupt(controller: AbortController, signal: 'SIGINT' | 'SIGTERM', patience: number): void {
  const leave = (): void => {
    abandonAll();
    process.exit(signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated);
  };
  if (controller.signal.aborted) leave();
  controller.abort(new Interrupted(signal));
  setTimeout(leave, patience).unref();
}

/**
 * A package script runs in the package's folder; relative paths on its command
 * line mean the folder that its user stands in.
 */
function enterUserFolder(): void {
  const { INIT_CWD: folder, npm_package_json: manifest, npm_lifecycle_event: script } = process.env;
  if (folder === undefined || script === undefined) return;
  const inPackage = manifest === undefined ? script === 'scalemix' : dirname(manifest) === process.cwd();
  if (inPackage) process.chdir(folder);
}
