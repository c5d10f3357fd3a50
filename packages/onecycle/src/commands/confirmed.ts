import { createInterface } from 'node:readline/promises'

/** Whether who sits at the terminal says y, or yes, to a question; anything else is a no. */
export async function confirmed(question: string): Promise<boolean> {
  const asked = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await asked.question(`${question} [y/N] `).finally(() => asked.close())
  return /^y(es)?$/i.test(answer.trim())
}
