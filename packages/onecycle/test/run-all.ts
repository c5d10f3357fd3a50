import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { javaScriptOf, root, runNode } from './run-program.js'
import { documentOf, fileNameOf, type Snippet } from './snippets.js'

/** What came of a program: its output, and the error that ended it. */
export interface Ran {
  where: string
  said: string
  error?: string
}

/** Runs programs that lie beside it, one after the other, and writes what came of them as it goes. */
const runner = `
import { appendFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
// As a page has it.
globalThis.Worker = Worker
let said = ''
for (const stream of [process.stdout, process.stderr])
  stream.write = (text, ...rest) => {
    said += text
    rest.find(each => typeof each === 'function')?.()
    return true
  }
for (const [folder, file] of JSON.parse(process.argv[2])) {
  process.chdir(folder)
  said = ''
  const error = await import(file).then(() => undefined, error => String(error?.stack ?? error))
  appendFileSync(process.argv[3], JSON.stringify({ said, error }) + '\\n')
}
process.exit()`

/**
 * Runs programs in one process, in their order, on what is built: to start one for each takes longer than most of them. Those of a
 * document run in a folder of their own, where they find what those before them have written. One that begins with its name,
 * `// train.ts`, lies there as `train.js`, and is run only where no other one of the document names that file.
 */
export async function runAll(programs: readonly Snippet[]): Promise<Ran[]> {
  await mkdir(join(root, 'runs'), { recursive: true })
  const all = await mkdtemp(join(root, 'runs/test-'))
  try {
    const results = join(all, 'results')
    const documents = [...new Set(programs.map(documentOf))].map(
      document => [document, programs.filter(program => documentOf(program) === document)] as const,
    )
    const order: { where: string; folder: string; file: string }[] = []
    for (const [document, own] of documents) {
      const folder = join(all, document.replaceAll('/', '-'))
      await mkdir(folder)
      for (const [i, { where, code }] of own.entries()) {
        const name = fileNameOf(code)
        const file = join(folder, `${name ?? `program-${i}`}.js`)
        await writeFile(file, await javaScriptOf(code))
        if (!name || !own.some(other => other.code.includes(`'./${name}.js'`))) order.push({ where, folder, file })
      }
    }
    await writeFile(join(all, 'runner.js'), runner)
    const { stderr, code } = await runNode([
      join(all, 'runner.js'),
      JSON.stringify(order.map(({ folder, file }) => [folder, file])),
      results,
    ])
    const lines = (await readFile(results, 'utf8').catch(() => '')).trim().split('\n')
    return order.map(({ where }, i) => ({
      where,
      ...(lines[i] ? JSON.parse(lines[i]) : { said: '', error: `the process ended with ${code}: ${stderr}` }),
    }))
  } finally {
    await rm(all, { recursive: true })
  }
}
