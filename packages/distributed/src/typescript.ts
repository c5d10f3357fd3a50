import { createRequire } from 'node:module'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { plainError } from '@onecycle/platform'

/**
 * What Node is started with so that it runs a module: of TypeScript, by the tsx that is installed beside it or where the program was started; Node itself does it
 * from 22.18 on.
 *
 * @throws Error where nothing runs TypeScript
 */
export function typescriptArguments(module: string): string[] {
  if (!/^\.[mc]?tsx?$/.test(extname(module))) return []
  const tsx = installedTsx(module)
  if (tsx) return ['--import', pathToFileURL(tsx).href]
  if ((process.features as { typescript?: unknown }).typescript) return []
  throw plainError(
    'needs-tsx',
    `${module} is of TypeScript, which needs tsx on Node ${process.version}: npm install --save-dev tsx. Node 22.18 and later can do without.`,
  )
}

/** The module of the tsx that is installed beside a program, or where this one was started; undefined where there is none. */
export function installedTsx(program: string): string | undefined {
  for (const from of [program, resolve('x.js')]) {
    try {
      return createRequire(from).resolve('tsx')
    } catch {
      // Perhaps from the other place.
    }
  }
  return undefined
}
