/** What a cell left behind, as notebook files have it (nbformat 4.5). */
export type Output =
  | { readonly output_type: 'stream'; readonly name: 'stdout' | 'stderr'; text: string }
  | {
      readonly output_type: 'execute_result'
      readonly execution_count: number
      readonly data: MimeBundle
      readonly metadata: object
    }
  | { readonly output_type: 'display_data'; readonly data: MimeBundle; readonly metadata: object }
  | { readonly output_type: 'error'; readonly ename: string; readonly evalue: string; readonly traceback: readonly string[] }

/** One thing in several forms: bytes in base64, all else as text, JSON as it is. */
export type MimeBundle = Readonly<Record<string, unknown>>

export interface CodeCell {
  readonly cell_type: 'code'
  readonly id: string
  readonly metadata: { readonly name?: string }
  readonly source: string
  /** Null for one that did not run. */
  readonly execution_count: number | null
  readonly outputs: readonly Output[]
}

interface MarkdownCell {
  readonly cell_type: 'markdown'
  readonly id: string
  readonly metadata: { readonly name?: string }
  readonly source: string
}

export interface Notebook {
  readonly cells: readonly (CodeCell | MarkdownCell)[]
  readonly metadata: object
  readonly nbformat: 4
  readonly nbformat_minor: 5
}

/** For Deno's kernel, in which cells run as they stand. */
export const metadata = {
  kernelspec: { display_name: 'Deno', language: 'typescript', name: 'deno' },
  language_info: { name: 'typescript', file_extension: '.ts', mimetype: 'text/x.typescript', pygments_lexer: 'typescript' },
}
