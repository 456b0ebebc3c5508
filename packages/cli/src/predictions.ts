/** Where predictions go: CSV, Parquet or one JSON document; never the whole of them in memory. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { UsageError } from '@scalemix/core';
import type { Predictions } from '@scalemix/coordinator';
import { beside, cannotWrite } from './files.ts';
import type { PartialFile } from './files.ts';

export interface PredictionSink {
  write(batch: Predictions): Promise<void>;
  /** Puts the whole in its place. */
  finish(): Promise<void>;
  abandon(): void;
}

const HEADER = 'psi,mean\n';

/** A row without a prediction is a line with two empty cells. */
function csvLines({ psi, mean }: Predictions): string {
  let text = '';
  for (let i = 0; i < psi.length; i++) text += Number.isNaN(psi[i]) ? ',\n' : `${psi[i]},${mean[i]}\n`;
  return text;
}

/** CSV through a function that waits where the reader is slower. */
export function csvSink(write: (text: string) => Promise<void>): PredictionSink {
  let begun = false;
  const begin = (): string => {
    const text = begun ? '' : HEADER;
    begun = true;
    return text;
  };
  return { write: (batch) => write(begin() + csvLines(batch)), finish: () => write(begin()), abandon: () => {} };
}

/** `{ ...facts, "psi": [...], "mean": [...] }`; null where there is no prediction. psi goes out at once, mean is kept until then. */
export function jsonSink(write: (text: string) => Promise<void>, facts: Readonly<Record<string, unknown>>): PredictionSink {
  const means: Float64Array[] = [];
  let before = `${JSON.stringify(facts).slice(0, -1)},"psi":[`;
  const list = (values: Float64Array): string => Array.from(values, (value) => (Number.isNaN(value) ? 'null' : String(value))).join(',');
  return {
    write: async ({ psi, mean }) => {
      if (psi.length === 0) return;
      await write(before + list(psi));
      before = ',';
      means.push(mean.slice());
    },
    finish: async () => {
      await write(before === ',' ? '],"mean":[' : `${before}],"mean":[`);
      for (const [index, mean] of means.entries()) await write((index === 0 ? '' : ',') + list(mean));
      await write(']}\n');
    },
    abandon: () => {},
  };
}

/** A file by its extension. @throws UsageError BAD_OUTPUT */
export function fileSink(path: string): PredictionSink {
  const parquet = /\.parquet$/i.test(path);
  if (!parquet && !/\.csv$/i.test(path) && /\.[a-z0-9]+$/i.test(path)) throw new UsageError('BAD_OUTPUT', `--output ${path}: predictions are written as .csv or .parquet.`);
  const file = beside(path);
  const stream = openStream(file);
  const sink = csvSink((text) => stream.write(text));
  const end = async (): Promise<void> => {
    await sink.finish();
    await stream.end();
  };
  return {
    write: sink.write,
    finish: async () => {
      await end();
      if (!parquet) return file.finish();
      const whole = beside(path);
      try {
        const { writeParquetOfCsv } = await import('@scalemix/worker');
        await writeParquetOfCsv(file.path, whole.path, ['psi', 'mean']);
        whole.finish();
      } catch (error) {
        whole.abandon();
        throw error;
      } finally {
        file.abandon();
      }
    },
    abandon: () => {
      stream.destroy();
      file.abandon();
    },
  };
}

interface OpenStream {
  write(text: string): Promise<void>;
  end(): Promise<void>;
  destroy(): void;
}

function openStream(file: PartialFile): OpenStream {
  const stream: WriteStream = createWriteStream(file.path);
  let failed: unknown;
  stream.on('error', (error) => (failed = error));
  const check = (): void => {
    if (failed !== undefined) throw cannotWrite(file.path, failed);
  };
  return {
    write: async (text) => {
      check();
      if (!stream.write(text)) await once(stream, 'drain').catch((error: unknown) => (failed = error));
      check();
    },
    end: async () => {
      stream.end();
      if (!stream.closed) await once(stream, 'close').catch((error: unknown) => (failed = error));
      check();
    },
    destroy: () => stream.destroy(),
  };
}
