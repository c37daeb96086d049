import type { Command } from 'commander';

/** Adds `help [command...]`. commander's own answers a command that there is not with the general help, and no word about it. */
export function addHelpCommand(parent: Command): void {
  parent.helpCommand(false);
  parent
    .command('help')
    .description('print the help of a command')
    .argument('[command...]')
    .action((names: string[]) => showHelp(parent, names));
}

function showHelp(parent: Command, [name, ...names]: readonly string[]): void {
  if (name === undefined || parent.commands.length === 0) parent.help();
  const command = parent.commands.find((each) => each.name() === name || each.aliases().includes(name));
  if (command !== undefined) showHelp(command, names);
  // Parsed as if it had been called, it is refused as an unknown command is, suggestion included.
  else parent.parse(['--', name], { from: 'user' });
}
