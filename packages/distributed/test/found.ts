import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Whether there is a program of this name on the path. */
export function found(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(folder => existsSync(join(folder, program)))
}
