import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

let folder: string | undefined

/**
 * Lets optional packages come from the project that a folder lies in, too: the nearest folder from there upwards with a package.json. The
 * command line calls it with the working directory, as npx and npm do; a library never.
 */
export function lookInProject(from: string): void {
  folder = projectOf(resolve(from))
}

/** The folder of that project; undefined where nobody asked for one, or there is none. */
export function projectFolder(): string | undefined {
  return folder
}

function projectOf(from: string): string | undefined {
  if (existsSync(join(from, 'package.json'))) return from
  const above = dirname(from)
  return above === from ? undefined : projectOf(above)
}
