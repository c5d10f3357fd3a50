import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run-program.js'

/** A piece of code of a document, and where it stands. */
export interface Snippet {
  where: string
  code: string
}

/** The TypeScript of a Markdown file, block by block. */
export function blocksOf(file: string): Snippet[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(match => ({
    where: `${file}:${text.slice(0, match.index).split('\n').length + 1}`,
    code: match[1]!,
  }))
}

/** The file that it stands in. */
export function documentOf({ where }: Pick<Snippet, 'where'>): string {
  return where.split(':')[0]!
}

/** What others of its document import it as, where it begins with its name: `// train.ts`. */
export function fileNameOf(code: string): string | undefined {
  return /^\/\/ ([\w-]+)\.ts\n/.exec(code)?.[1]
}
