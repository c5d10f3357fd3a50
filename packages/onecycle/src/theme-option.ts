import { type Command, Option } from 'commander'

/** Gives each command that draws, here or into a file, an option for what it draws on. */
export function addThemes(program: Command): void {
  for (const command of program.commands) {
    const out = command.options.find(({ long }) => long === '--out')
    if (out && /picture|plots/.test(out.description))
      command.addOption(
        new Option('--theme <name>', 'what pictures are drawn on; pages are as their reader wants them').choices([
          'light',
          'dark',
        ]),
      )
    addThemes(command)
  }
}

/** Draws all plots of this process so, where it was asked for. */
export async function useTheme(command: Command): Promise<void> {
  const { theme } = command.opts<{ theme?: 'light' | 'dark' }>()
  if (theme) (await import('@onecycle/plot')).Plot.theme = theme
}
