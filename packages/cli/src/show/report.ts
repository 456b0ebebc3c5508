import type { ModelDocument } from '@scalemix/core';
import type { JobCommand } from '@scalemix/coordinator';
import type { Terminal } from '../terminal.ts';
import { fitReport } from './coefficients.ts';
import { crossValidationReport } from './crossValidation.ts';
import { pathReport } from './path.ts';

/** What the commands that fit a model print of it. */
export const reports: Readonly<Record<JobCommand, (model: ModelDocument, terminal: Terminal, all: boolean) => string>> = {
  fit: (model, terminal, all) => fitReport(model, 0, terminal, all),
  path: pathReport,
  cv: crossValidationReport,
};
