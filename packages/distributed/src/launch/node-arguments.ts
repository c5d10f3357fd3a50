import { createRequire } from 'node:module'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { plainError } from '@onecycle/platform'

/** What Node needs to be told to run a program as it is written: TypeScript by the tsx of its project, or by Node's own stripping of types. */
export function nodeArguments(program: string): string[] {
  if (!/^\.[cm]?tsx?$/.test(extname(program))) return []
  const tsx = [program, resolve('x.js')].map(tsxFor).find(Boolean)
  if (tsx) return ['--enable-source-maps', '--import', pathToFileURL(tsx).href]
  const { typescript } = process.features as { typescript?: false | string }
  if (typescript) return ['--disable-warning=ExperimentalWarning']
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 6)) return ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']
  throw plainError(
    'needs-tsx',
    `TypeScript needs tsx on Node ${process.version}: npm install --save-dev tsx. Node 22.6 and later can do without.`,
  )
}

function tsxFor(from: string): string | undefined {
  try {
    return createRequire(resolve(from)).resolve('tsx')
  } catch {
    return undefined
  }
}
