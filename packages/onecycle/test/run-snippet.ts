import { createRequire } from 'node:module'
import * as distributed from '@onecycle/distributed'
import * as tf from '@tensorflow/tfjs-core'
import * as onecycle from 'onecycle'
import ts from 'typescript'

const modules: Readonly<Record<string, unknown>> = {
  onecycle,
  '@onecycle/distributed': distributed,
  '@tensorflow/tfjs-core': tf,
}
const AsyncFunction = (async () => {}).constructor as new (...texts: string[]) => (...given: unknown[]) => Promise<unknown>

/**
 * Runs the code of a document in this process, on the modules that this process has.
 *
 * @param given what a reader has at hand, by name
 * @param result an expression of what the code declares
 * @returns its value
 */
export function runSnippet(code: string, given: Readonly<Record<string, unknown>> = {}, result = 'undefined'): Promise<unknown> {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  })
  const load = (module: string) => modules[module] ?? createRequire(import.meta.url)(module)
  const run = new AsyncFunction('exports', 'require', ...Object.keys(given), `${outputText}\nreturn ${result}`)
  return run({}, load, ...Object.values(given))
}
