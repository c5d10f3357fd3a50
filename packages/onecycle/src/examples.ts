import chalk from 'chalk'

/** The last part of a help text: commands to try, and what each does. */
export function examples(...lines: readonly [command: string, what?: string][]): string {
  const width = Math.max(...lines.map(([command]) => command.length))
  const shown = lines.map(([command, what = '']) => `  ${command.padEnd(width)}  ${chalk.dim(what)}`.trimEnd())
  return `\nExamples:\n${shown.join('\n')}`
}
