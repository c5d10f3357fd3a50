import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * A folder of an installed npm package that holds data, looked for first from the program's working directory and then from here.
 *
 * @throws Error that says how to install it.
 */
export function packageFolder(name: string, folder: string): string {
  for (const start of [pathToFileURL(join(process.cwd(), 'package.json')), import.meta.url]) {
    try {
      return join(dirname(createRequire(start).resolve(`${name}/package.json`)), folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    }
  }
  throw new Error(`The data comes from the npm package ${name}, which is not installed. Run: npm install ${name}`)
}
