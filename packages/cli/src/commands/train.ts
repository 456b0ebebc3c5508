/** What fit and path do: run the job, show how it goes, print or write the model. */
import { UsageError } from '@scalemix/core';
import type { ModelDocument } from '@scalemix/core';
import type { Call } from '../command.ts';
import { EventFile } from '../eventFile.ts';
import { EXIT } from '../failure.ts';
import { checkOutput, writeWhole } from '../files.ts';
import { checkModelSettings } from '../options/applies.ts';
import type { Options } from '../options/option.ts';
import { jobRequest } from '../options/request.ts';
import type { TrainSettings } from '../options/request.ts';
import { Progress } from '../show/progress.ts';
import type { Terminal } from '../terminal.ts';

type Report = (model: ModelDocument, terminal: Terminal) => string;

export async function train(command: 'fit' | 'path', call: Pick<Call<Options>, 'inputs' | 'output' | 'signal'>, settings: TrainSettings, report: Report): Promise<number> {
  const { inputs, output, signal } = call;
  checkModelSettings(command, settings);
  if (settings.all === true && settings.json === true) throw new UsageError('INAPPLICABLE_OPTION', '--all does not apply: it belongs to the table, and --json prints the whole document.');
  checkOutput(settings.output, '--output', inputs);
  checkOutput(settings.events, '--events', inputs);
  const quiet = settings.quiet === true;
  const progress = new Progress({ terminal: output.stderr, write: output.note, quiet });
  const events = settings.events === undefined ? null : new EventFile(settings.events);
  let model: ModelDocument;
  let text: string;
  try {
    const [{ runJob }, { saveModel }] = await Promise.all([import('@scalemix/coordinator'), import('@scalemix/core')]);
    model = await runJob(jobRequest(command, inputs, settings), {
      signal,
      onEvent: (event) => {
        progress.onEvent(event);
        events?.write(event);
      },
    });
    text = saveModel(model);
  } finally {
    progress.clear();
    events?.close();
  }
  signal.throwIfAborted();
  if (settings.output !== undefined) writeWhole(settings.output, text);
  await output.result(settings.json === true ? text : report(model, output.stdout));
  if (settings.output !== undefined && !quiet) output.note(`Wrote ${settings.output}.\n`);
  return model.converged.every(Boolean) ? EXIT.converged : EXIT.notConverged;
}
