import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Took } from './turns.js'

/** A program in Python that does one piece of work for each line it gets, and answers with what it took and did as JSON. */
export interface PythonServer {
  /** @throws Error where it ended, with its last words */
  ask(request: object): Promise<Took & { count: number }>
  end(): void
}

/** Starts a program that lies beside this one; undefined where Python cannot import what it needs, which is said. */
export async function startPython(file: string): Promise<PythonServer | undefined> {
  const child = spawn('python3', [fileURLToPath(new URL(file, import.meta.url))], { stdio: ['pipe', 'pipe', 'pipe'] })
  let complaint = ''
  child.stderr.on('data', chunk => {
    complaint += chunk
  })
  child.on('error', error => {
    complaint = error.message
  })
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(complaint.trim().split('\n').at(-1) || 'it ended')
    return JSON.parse(value)
  }
  try {
    await answer()
  } catch (error) {
    console.log(`PyTorch: left out (${(error as Error).message})`)
    return undefined
  }
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      return answer()
    },
    end: () => void child.stdin.end(),
  }
}
