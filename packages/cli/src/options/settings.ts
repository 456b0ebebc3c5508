/** From what yargs parsed and what a config file says to the settings of a command. */
import { UsageError, nearNames } from '@scalemix/core';
import { readConfig } from './config.ts';
import { restoreDash } from './dash.ts';
import { laterOptions } from './later.ts';
import { badValue } from './option.ts';
import type { Option, Options, Settings } from './option.ts';

/** What a flag or a config key was given as, before it is read. */
export type Given = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the options of `table` from the parsed command line and the config
 * file it names; what the command line says wins.
 * @param command for messages
 * @param everything the options of all commands, to tell a stray option from an unknown one
 * @throws UsageError UNKNOWN_OPTION, INAPPLICABLE_OPTION, NOT_AVAILABLE, DUPLICATE_OPTION, BAD_OPTION_VALUE, BAD_CONFIG
 */
export function readSettings<Table extends Options>(table: Table, parsed: Readonly<Record<string, unknown>>, command: string, everything: ReadonlyMap<string, readonly string[]>): Settings<Table> {
  const flags = flagsGiven(table, parsed, command, everything);
  const path = flags.get('config')?.[0];
  const configured = path === undefined ? new Map<string, readonly string[]>() : readConfig(path);
  for (const key of configured.keys()) {
    if (!Object.hasOwn(table, key) || key === 'config') throw strayOption(key, `${key} in ${path}`, command, Object.keys(table), everything);
  }
  const settings: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) {
    const texts = flags.get(name) ?? configured.get(name);
    settings[name] = texts === undefined ? undefined : readOption(name, option, texts);
  }
  return settings as Settings<Table>;
}

function readOption(name: string, option: Option<unknown>, texts: readonly string[]): unknown {
  if (texts.length > 1 && option.repeatable !== true) throw new UsageError('DUPLICATE_OPTION', `--${name} was given ${texts.length} times; give it once.`);
  if (option.isSwitch === true && texts[0] !== 'true' && texts[0] !== 'false') throw badValue(`--${name}`, texts[0]!, 'true or false');
  return option.read(texts, `--${name}`);
}

/** Keys that yargs itself keeps. */
const OWN_KEYS = new Set(['_', '$0', 'help', 'version']);

function flagsGiven(table: Options, parsed: Readonly<Record<string, unknown>>, command: string, everything: ReadonlyMap<string, readonly string[]>): Map<string, readonly string[]> {
  const given = new Map<string, readonly string[]>();
  const letters = new Set(Object.values(table).map(({ letter }) => letter));
  for (const [key, value] of Object.entries(parsed)) {
    if (OWN_KEYS.has(key) || value === undefined || positionals.has(key)) continue;
    // yargs gives an alias beside its option.
    if (letters.has(key)) continue;
    if (!Object.hasOwn(table, key)) throw strayOption(key, flagText(key), command, Object.keys(table), everything);
    const values = Array.isArray(value) ? value : [value];
    if (table[key]!.isSwitch !== true) {
      for (const item of values) if (typeof item === 'boolean') throw badValue(`--${key}`, '', `followed by ${table[key]!.placeholder ?? 'a value'}`);
    }
    given.set(key, values.map((item) => restoreDash(String(item))));
  }
  return given;
}

/** Names of positional arguments in the commands' signatures. */
export const positionals = new Set(['files', 'model', 'log', 'job']);

function flagText(key: string): string {
  return key.length === 1 ? `-${key}` : `--${key}`;
}

function strayOption(key: string, shown: string, command: string, known: readonly string[], everything: ReadonlyMap<string, readonly string[]>): UsageError {
  const owners = everything.get(key === 'o' ? 'output' : key);
  if (owners !== undefined) return new UsageError('INAPPLICABLE_OPTION', `${shown} does not apply to ${command}; it belongs to ${owners.join(', ')}.`);
  if (laterOptions.includes(key)) return new UsageError('NOT_AVAILABLE', `${shown} is not in this release. See scalemix ${command} --help.`);
  const [near] = nearNames(key, known);
  const hint = near === undefined ? `See scalemix ${command} --help.` : `Did you mean --${near}?`;
  return new UsageError('UNKNOWN_OPTION', `${shown} is no option of ${command}. ${hint}`);
}
