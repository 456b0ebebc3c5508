/** The command line: yargs splits it, our own tables read it. */
import { basename } from 'node:path';
import process from 'node:process';
import yargs from 'yargs';
import type { Argv } from 'yargs';
import { UsageError, nearNames } from '@scalemix/core';
import type { Call, Checked, Command, Program } from './command.ts';
import { commands } from './commands/index.ts';
import { completeWord } from './completion.ts';
import { hideDash, restoreDash } from './options/dash.ts';
import type { Option, Options } from './options/option.ts';
import { readSettings } from './options/settings.ts';
import { output } from './output.ts';
import { version } from './version.ts';

/** What yargs has and its types do not declare. */
interface Usage {
  usageConfiguration(configuration: { readonly 'hide-types': boolean }): Argv;
}

type Parsed = Readonly<Record<string, unknown>>;

/** @returns the exit code @throws ScalemixError */
export async function runProgram(args: readonly string[], signal: AbortSignal): Promise<number> {
  let code = 0;
  await parse(args, signal, async (command, call) => {
    code = await command.run(call);
  });
  return code;
}

async function checkProgram(args: readonly string[]): Promise<Checked> {
  let checked: Checked | undefined;
  await parse(args, new AbortController().signal, async (command, { inputs, log, settings }) => {
    checked = { command, inputs, log, settings };
  });
  if (checked === undefined) throw new UsageError('MISSING_COMMAND', `There is no command in ${JSON.stringify(args.join(' '))}. There are ${commands.map(({ name }) => name).join(', ')}.`);
  return checked;
}

const self: Program = { check: checkProgram, run: runProgram };

/** The words before and after the `--` that separates a command's own words from those it takes. */
function split(args: readonly string[]): { own: readonly string[]; words: readonly string[] } {
  const name = args.find((word) => !word.startsWith('-'));
  const at = args.indexOf('--');
  const takes = commands.some((command) => command.name === name && command.takesCommand === true);
  return takes && at >= 0 ? { own: args.slice(0, at), words: args.slice(at + 1) } : { own: args, words: [] };
}

/** Hands the command line, read and checked, to `carry`; prints help or version where that is asked for. */
async function parse(all: readonly string[], signal: AbortSignal, carry: (command: Command, call: Call<Options>) => Promise<void>): Promise<void> {
  const { own: args, words: after } = split(all);
  checkCompletion(args);
  const width = Math.min(110, process.stdout.columns || 100);
  const words = args.map(hideDash);
  const program = (yargs(words) as Argv & Usage)
    // The types of options say nothing here: every value is text.
    .usageConfiguration({ 'hide-types': true })
    .scriptName('scalemix')
    .locale('en')
    .usage('Certified penalty paths for regularized linear models on large data.\n\n  $0 COMMAND ...')
    .version(version)
    .help()
    .alias('help', 'h')
    .wrap(width)
    .parserConfiguration({
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'short-option-groups': false,
      'greedy-arrays': false,
    })
    .exitProcess(false)
    .fail((message, error: Error | undefined) => {
      throw error === undefined || error.name === 'YError' ? usageProblem(message ?? error?.message ?? '', args) : error;
    });
  for (const command of commands) {
    register(program, command, async (parsed) => {
      checkSwitches(command, args);
      checkPositionals(command, parsed);
      const call = {
        inputs: asTexts(parsed['files']),
        model: asTexts(parsed['model'])[0] ?? '',
        log: asTexts(parsed['log'])[0] ?? '',
        job: asTexts(parsed['job'])[0] ?? '',
        settings: readSettings(command.options, parsed, command.name, owners),
        output,
        signal,
        words: after,
        program: self,
      };
      await carry(command, call as Call<Options>);
    });
  }
  program
    .completion('completion', 'Print a script for shell completion: scalemix completion >> ~/.bashrc', completeWord)
    .example('$0 path flights.parquet --response late --loss logistic -o path.json', '')
    .example('$0 predict path.json new.csv --at 12 -o predictions.csv', '')
    .example('$0 COMMAND --help', 'options and examples of a command')
    .command('$0', false, {}, (parsed) => {
      const [word] = parsed['_'] as string[];
      if (word === 'completion') return void program.showCompletionScript();
      if (word !== undefined) throw unknownCommand(String(word));
      const stray = Object.keys(parsed).find((key) => key !== '_' && key !== '$0');
      if (stray !== undefined) throw new UsageError('MISSING_COMMAND', `--${stray} needs a command before it: ${commands.map(({ name }) => name).join(', ')}.`);
      program.showHelp('log');
    });
  // With a callback yargs hands over what it would print: help, version, completion.
  let printed = '';
  await program.parseAsync(words, {}, (_error: unknown, _parsed: unknown, text: string) => {
    printed = text;
  });
  if (printed !== '') await output.result(`${printed.replace(/ +$/gm, '')}\n`);
}

/** Milliseconds that the command of a command line may take to end after a signal. */
export function patienceOf(args: readonly string[]): number {
  return commands.find(({ name }) => name === args[0])?.patience ?? 3000;
}

/** Commands by the name of each option. */
const owners = new Map<string, string[]>();
for (const command of commands) for (const name of Object.keys(command.options)) owners.set(name, [...(owners.get(name) ?? []), command.name]);

function register(program: Argv, command: Command, handler: (parsed: Parsed) => Promise<void>): void {
  const signature = [command.name, ...command.positionals.map(({ name, many }) => (many ? `<${name}..>` : `<${name}>`))].join(' ');
  program.command(
    signature,
    command.describe,
    (builder) => {
      builder.usage(`$0 ${signature.replace('<files..>', 'DATA...').replace('<model>', 'MODEL').replace('<log>', 'LOG').replace('<job>', 'JOB')}${command.takesCommand === true ? ' [OPTIONS] -- COMMAND ...' : ''}\n\n${command.describe}.`);
      for (const { name, describe } of command.positionals) builder.positional(name, { type: 'string', describe });
      for (const [name, option] of Object.entries(command.options)) builder.option(name, yargsOption(option));
      for (const [example, what] of command.examples) builder.example(`$0 ${example}`, what);
      if (command.epilogue !== undefined) builder.epilogue(command.epilogue);
      return builder;
    },
    handler,
  );
}

/** yargs only splits: every value stays text, and is read by the option itself. */
function yargsOption(option: Option<unknown>): Record<string, unknown> {
  const choices = option.choices === undefined ? '' : `: ${option.choices.join(', ')}`;
  const shown = { group: `${option.group}:`, describe: option.describe.replace(/(?= \(default)|$/, choices) };
  if (option.isSwitch === true) return { ...shown, type: 'boolean' };
  return { ...shown, type: 'string', requiresArg: true, ...(option.letter !== undefined && { alias: option.letter }) };
}

/** What yargs lets pass: a switch given both ways, and one with a value that is neither. */
function checkSwitches(command: Command, args: readonly string[]): void {
  const seen = new Map<string, boolean>();
  for (const word of args.slice(0, args.includes('--') ? args.indexOf('--') : args.length)) {
    const [, no, name, value] = /^--(no-)?([a-z0-9-]+?)(?:=(.*))?$/.exec(word) ?? [];
    if (name === undefined || command.options[name]?.isSwitch !== true) continue;
    if (value !== undefined && value !== 'true' && value !== 'false') throw new UsageError('BAD_OPTION_VALUE', `--${name} is true or, as --no-${name}, false; ${JSON.stringify(value)} was given.`);
    const state = (no === undefined) === (value !== 'false');
    if (seen.has(name) && seen.get(name) !== state) throw new UsageError('CONTRADICTORY_OPTIONS', `--${name} and --no-${name} contradict each other. Give one of them.`);
    seen.set(name, state);
  }
}

function asTexts(value: unknown): string[] {
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map((word) => restoreDash(String(word)));
}

/** yargs prints the script whatever stands behind the word. */
function checkCompletion([name, ...rest]: readonly string[]): void {
  const extra = rest.find((word) => !['--help', '-h', '--version'].includes(word));
  if (name !== 'completion' || extra === undefined) return;
  throw new UsageError('UNEXPECTED_ARGUMENT', `completion does not know what to do with ${JSON.stringify(extra)}: it prints the script of the shell that $SHELL names, and takes nothing more.`);
}

function checkPositionals(command: Command, parsed: Parsed): void {
  const extra = (parsed['_'] as unknown[]).slice(1);
  if (extra.length === 0) return;
  const hint = command.takesCommand === true ? ` The command that it shall run stands after --, such as scalemix ${command.examples[0]![0]}.` : '';
  throw new UsageError('UNEXPECTED_ARGUMENT', `${command.name} does not know what to do with ${JSON.stringify(restoreDash(String(extra[0])))}.${hint}`);
}

/** What yargs found wrong, in our codes. */
function usageProblem(message: string, args: readonly string[]): UsageError {
  const value = /^Not enough arguments following: (.*)$/.exec(message)?.[1];
  if (value !== undefined) return new UsageError('MISSING_VALUE', `${value.length === 1 ? '-' : '--'}${value} needs a value after it.`);
  if (message.startsWith('Not enough non-option arguments')) return new UsageError('MISSING_ARGUMENT', `The command line is not complete: ${missingArgument(args)}`);
  return new UsageError('USAGE', message);
}

function missingArgument(args: readonly string[]): string {
  const name = args.find((word) => commands.some((command) => command.name === word)) ?? '';
  const command = commands.find((candidate) => candidate.name === name);
  const wanted = command?.positionals.map(({ name: positional }) => (positional === 'files' ? 'DATA' : positional.toUpperCase())).join(' ') ?? '';
  return `it is scalemix ${name} ${wanted}. See scalemix ${name} --help.`;
}

function unknownCommand(word: string): UsageError {
  const known = commands.map(({ name }) => name);
  const list = `There are ${known.join(', ')}.`;
  const [near] = nearNames(word, known);
  return new UsageError('UNKNOWN_COMMAND', `There is no command ${JSON.stringify(basename(word))}. ${near === undefined ? list : `Did you mean ${near}?`}`);
}
