import type { Command } from '../command.ts';
import { cancelCommand } from './cancel.ts';
import { certsCommand } from './certs.ts';
import { cvCommand } from './cv.ts';
import { describeCommand } from './describe.ts';
import { doctorCommand } from './doctor.ts';
import { evaluateCommand } from './evaluate.ts';
import { fitCommand } from './fit.ts';
import { logsCommand } from './logs.ts';
import { pathCommand } from './path.ts';
import { planCommand } from './plan.ts';
import { predictCommand } from './predict.ts';
import { resumeCommand } from './resume.ts';
import { statusCommand } from './status.ts';
import { submitCommand } from './submit.ts';
import { superviseCommand } from './supervise.ts';
import { workerCommand } from './worker.ts';

/** In the order of help. */
export const commands: readonly Command[] = [pathCommand, fitCommand, cvCommand, resumeCommand, planCommand, predictCommand, evaluateCommand, describeCommand, workerCommand, certsCommand, submitCommand, statusCommand, logsCommand, cancelCommand, superviseCommand, doctorCommand];
