import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { plainError } from '@onecycle/platform'
import { packageRoots } from './roots.js'

/** An npm package on this machine. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly directory: string
}

/** Looks for a package as Node would, without loading it. */
export function findPackage(name: string): InstalledPackage | undefined {
  const manifest = packageRoots()
    .map(root => manifestOf(name, createRequire(root)))
    .find(file => file !== undefined)
  if (!manifest) return undefined
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string }
  return { name, version: version ?? 'unknown', directory: dirname(manifest) }
}

/** Not every package lets its manifest be asked for, and not every package lies in a folder: Yarn and Deno have other places. */
function manifestOf(name: string, { resolve }: NodeJS.Require): string | undefined {
  try {
    return resolve(`${name}/package.json`)
  } catch {
    const files = (resolve.paths(name) ?? []).map(modules => join(modules, name, 'package.json'))
    return files.find(file => existsSync(file))
  }
}

/**
 * Imports an optional package. Its name is not written in an import, so that building and type-checking do not need it.
 *
 * @throws Error when it is not installed, or whatever its loading throws.
 */
export async function importPackage(name: string): Promise<Record<string, unknown>> {
  const found = findPackage(name)
  if (!found) throw plainError('package-missing', `${name} is not installed`)
  // From inside its own directory a package finds itself by path, whatever this library can see.
  const entry = createRequire(join(found.directory, 'package.json')).resolve(found.directory)
  return (await import(pathToFileURL(entry).href)) as Record<string, unknown>
}
