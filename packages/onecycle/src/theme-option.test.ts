import { Plot } from '@onecycle/plot'
import { Command } from 'commander'
import { afterEach, expect, it } from 'vitest'
import { addThemes, useTheme } from './theme-option.js'

afterEach(() => {
  Plot.theme = undefined
})

const parsed = async (args: string[]) => {
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeErr() {} })
    .hook('preAction', (_, command) => useTheme(command))
  const runs = program.command('runs')
  let theme: unknown
  const action = () => {
    theme = Plot.theme
  }
  runs.command('plot').option('--out <file>', 'write the picture').action(action)
  runs.command('list').option('--out <file>', 'write the table').action(action)
  addThemes(program)
  await program.parseAsync(args, { from: 'user' })
  return theme
}

it('is an option of what draws, and of nothing else', async () => {
  expect(await parsed(['runs', 'plot'])).toBeUndefined()
  expect(await parsed(['runs', 'plot', '--theme', 'dark'])).toBe('dark')
  await expect(parsed(['runs', 'plot', '--theme', 'darkish'])).rejects.toThrow(/light, dark/)
  await expect(parsed(['runs', 'list', '--theme', 'dark'])).rejects.toThrow(/unknown option/)
})
