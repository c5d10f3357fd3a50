import chalk from 'chalk'

/** The last part of a help text: commands to try, and what each does, below it where both have no room side by side. */
export function examples(...lines: readonly [command: string, what?: string][]): string {
  const width = Math.max(...lines.map(([command]) => command.length))
  const room = Math.min(process.stdout.columns || Number(process.env['COLUMNS']) || 80, 100)
  const beside = lines.every(([, what = '']) => width + what.length + 4 <= room)
  const shown = lines.map(([command, what]) => {
    if (!what) return `  ${command}`
    return beside ? `  ${command.padEnd(width)}  ${chalk.dim(what)}` : `  ${command}\n      ${chalk.dim(what)}`
  })
  return `\nExamples:\n${shown.join('\n')}`
}
