import { createRequire } from 'node:module'

/** The REPL that `node` without a program is. Its module is not loaded to see: that takes from the program how it catches errors. */
export function theRepl(): NodeJS.EventEmitter | undefined {
  const { moduleLoadList = [] } = process as { moduleLoadList?: readonly string[] }
  if (!moduleLoadList.includes('NativeModule repl')) return undefined
  return (createRequire(import.meta.url)('node:repl') as { repl?: NodeJS.EventEmitter }).repl
}
