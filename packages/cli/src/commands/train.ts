/** What fit, path and cv do: run the job, show how it goes, print or write the model. */
import { existsSync } from 'node:fs';
import { ScalemixError, UsageError, hasConverged } from '@scalemix/core';
import type { ModelDocument } from '@scalemix/core';
import type { JobCommand, JobEvent } from '@scalemix/coordinator';
import type { Call } from '../command.ts';
import { EventFile } from '../eventFile.ts';
import { EXIT } from '../failure.ts';
import { checkOutput, checkSeparate, writeWhole } from '../files.ts';
import { checkFoldSettings, checkModelSettings } from '../options/applies.ts';
import type { Options, Settings } from '../options/option.ts';
import { clusterRequest, jobRequest } from '../options/request.ts';
import type { TrainSettings } from '../options/request.ts';
import type { commonOptions, modelOutputOptions, showAllOption } from '../options/tables.ts';
import { Explanation } from '../show/explanation.ts';
import { Progress } from '../show/progress.ts';
import { reports } from '../show/report.ts';

type TrainCall = Pick<Call<Options>, 'inputs' | 'output' | 'signal'>;

export async function train(command: JobCommand, call: TrainCall, settings: TrainSettings): Promise<number> {
  const { inputs } = call;
  const { checkpoint } = settings;
  checkModelSettings(command, settings);
  checkFoldSettings(settings);
  checkOutput(checkpoint, '--checkpoint', inputs);
  checkSeparate({ '--output': settings.output, '--events': settings.events, '--checkpoint': checkpoint });
  return carryOut(call, settings, checkpoint, async (watch) => {
    const { runJob } = await import('@scalemix/coordinator');
    const model = await runJob(jobRequest(command, inputs, settings), { ...watch, ...clusterRequest(settings), ...(checkpoint !== undefined && { checkpoint: { path: checkpoint, command } }) });
    return { command, model };
  });
}

/** What a job is given to be ended and followed. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly onEvent: (event: JobEvent) => void;
}

type OutputSettings = Settings<typeof modelOutputOptions & typeof showAllOption & typeof commonOptions>;

/** @param log what goes on should the job be cut off */
export async function carryOut(
  { inputs, output, signal }: TrainCall, settings: OutputSettings, log: string | undefined, job: (watch: Watch) => Promise<{ readonly command: JobCommand; readonly model: ModelDocument }>,
): Promise<number> {
  if (settings.all === true && settings.json === true) throw new UsageError('INAPPLICABLE_OPTION', '--all does not apply: it belongs to the table, and --json prints the whole document.');
  checkOutput(settings.output, '--output', inputs);
  checkOutput(settings.events, '--events', inputs);
  const quiet = settings.quiet === true;
  if (quiet && settings.explain === true) throw new UsageError('CONTRADICTORY_OPTIONS', '--explain and --quiet contradict each other: the explanation goes to standard error, which --quiet keeps empty.');
  const explanation = settings.explain === true ? new Explanation() : null;
  const progress = new Progress({ terminal: output.stderr, write: output.note, quiet });
  const events = settings.events === undefined ? null : new EventFile(settings.events);
  let command: JobCommand;
  let model: ModelDocument;
  let text: string;
  try {
    const { saveModel } = await import('@scalemix/core');
    ({ command, model } = await job({
      signal,
      onEvent: (event) => {
        progress.onEvent(event);
        explanation?.onEvent(event);
        events?.write(event);
      },
    }));
    text = saveModel(model);
    signal.throwIfAborted();
  } catch (error) {
    progress.clear();
    if (log !== undefined && !quiet && goesOn(error, signal) && existsSync(log)) output.note(`What was computed is in ${log}; scalemix resume ${log} goes on from there.\n`);
    throw error;
  } finally {
    progress.clear();
    events?.close();
  }
  if (settings.output !== undefined) writeWhole(settings.output, text);
  await output.result(settings.json === true ? text : reports[command](model, output.stdout, settings.all === true));
  if (explanation !== null) output.note(explanation.text(output.stderr));
  if (settings.output !== undefined && !quiet) output.note(`Wrote ${settings.output}.\n`);
  return hasConverged(model) ? EXIT.converged : EXIT.notConverged;
}

/** Whether a run that ended so can be gone on with: it was not wrong in itself, and nobody else is at it. */
function goesOn(error: unknown, signal: AbortSignal): boolean {
  if (error instanceof ScalemixError && error.code === 'LOG_IN_USE') return false;
  return signal.aborted || (error instanceof ScalemixError && (error.kind === 'failure' || error.kind === 'cluster'));
}
