import type { Command } from '../command.ts';
import { certsCommand } from './certs.ts';
import { cvCommand } from './cv.ts';
import { describeCommand } from './describe.ts';
import { doctorCommand } from './doctor.ts';
import { evaluateCommand } from './evaluate.ts';
import { fitCommand } from './fit.ts';
import { pathCommand } from './path.ts';
import { planCommand } from './plan.ts';
import { predictCommand } from './predict.ts';
import { resumeCommand } from './resume.ts';
import { workerCommand } from './worker.ts';

/** In the order of help. */
export const commands: readonly Command[] = [pathCommand, fitCommand, cvCommand, resumeCommand, planCommand, predictCommand, evaluateCommand, describeCommand, workerCommand, certsCommand, doctorCommand];
