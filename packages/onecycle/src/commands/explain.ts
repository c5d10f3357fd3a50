import { readFile } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'
import { getSystemErrorMap } from 'node:util'
import { brotliDecompressSync } from 'node:zlib'
import { plainError } from '@onecycle/platform'
import type { Entry } from '../explain/entry.js'
import { findEntries } from '../explain/find-entries.js'
import { inTerminal, listInTerminal } from '../explain/in-terminal.js'
import { UsageError } from '../usage-error.js'

/**
 * Tells what an error means, why it is thrown and what mends it; without a word, of what is piped in, or which codes there are.
 *
 * @throws UsageError where it is none of ours
 */
export async function explain(words: readonly string[], { json = false }: { json?: boolean }): Promise<void> {
  const entries = await readEntries()
  const width = Math.min(process.stdout.columns || 80, 100)
  const asked = words.length > 0 || process.stdin.isTTY ? words.join(' ') : await textOf(process.stdin)
  if (asked.trim() === '') {
    console.log(json ? JSON.stringify(entries.map(({ code }) => code)) : listInTerminal(entries, width))
    return
  }
  const [first, ...others] = findEntries(entries, asked)
  if (!first) throw new UsageError('unknown-code', refusal(asked.trim()))
  const { messages: _, ...told } = first
  console.log(json ? JSON.stringify({ ...told, others: others.map(({ code }) => code) }) : inTerminal(first, width))
  if (!json && others.length > 0) console.log(`\nOr else: ${others.map(({ code }) => `onecycle explain ${code}`).join(', ')}`)
}

/** The entries of docs/errors, which come with this package in one compressed file. */
async function readEntries(): Promise<readonly Entry[]> {
  const packed = await readFile(new URL('../explain/entries.json.br', import.meta.url)).catch(cause => {
    throw plainError('not-built', 'What errors mean comes with the build of this package: run npm run build.', { cause })
  })
  return JSON.parse(brotliDecompressSync(packed).toString('utf8'))
}

function refusal(asked: string): string {
  const ofSystem = [...getSystemErrorMap().values()].find(([code]) => code === asked)
  if (ofSystem) return `${asked} is an error of the system, ${ofSystem[1]}: what it was of, the message says.`
  return 'This is no error of onecycle, or one of another version. onecycle explain lists the codes there are; what others throw, they explain.'
}
