/** Loaded before a program: at its end it writes to descriptor 3 the most bytes that the process had resident. */
import { writeSync } from 'node:fs';
import { peakMemory } from './peakMemory.ts';

process.on('exit', () => writeSync(3, String(peakMemory())));
