import { commands } from './commands/index.ts';

/**
 * What may stand in place of `current`, the last word of the command line.
 * Nothing where a file name or free text is wanted: the shell then offers files.
 */
export function completeWord(current: string, parsed: Readonly<Record<string, unknown>>): string[] {
  const words = (parsed['_'] as unknown[]).map(String).filter((word) => word !== 'scalemix');
  const line = process.argv.slice(process.argv.indexOf('--get-yargs-completions') + 1);
  const name = line.slice(1).find((word) => commands.some((command) => command.name === word));
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) return words.length <= 1 ? [...commands.map((candidate) => candidate.name), 'completion'].filter((word) => word.startsWith(current)) : [];
  const previous = line.at(-2) ?? '';
  const option = command.options[previous.replace(/^--/, '')];
  if (previous.startsWith('--') && option !== undefined && option.isSwitch !== true) return (option.choices ?? []).filter((choice) => choice.startsWith(current));
  if (!current.startsWith('-')) return [];
  const flags = Object.entries(command.options).flatMap(([flag, { isSwitch, describe }]) => (isSwitch === true && describe.includes('(default: yes)') ? [`--no-${flag}`] : [`--${flag}`]));
  return [...flags, '--help'].filter((flag) => flag.startsWith(current) && !line.slice(0, -1).includes(flag));
}
