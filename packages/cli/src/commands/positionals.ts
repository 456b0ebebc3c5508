import type { Positional } from '../command.ts';

export const dataInput: Positional = { name: 'files', describe: 'Data files, globs of them, or - for standard input', many: true };

export const modelInput: Positional = { name: 'model', describe: 'The file that fit or path wrote', many: false };

export const logInput: Positional = { name: 'log', describe: 'The file that --checkpoint named', many: false };

export const jobInput: Positional = { name: 'job', describe: 'The id that submit printed, or the engine\'s own', many: false };
