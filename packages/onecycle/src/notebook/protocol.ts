import type { MimeBundle } from './nbformat.js'

/** What the process that runs a notebook is told first, and once. */
export interface Begin {
  /** The address of the notebook: what it imports is found from there. */
  readonly url: string
  /** The module that it became. */
  readonly program: string
}

/** What it tells, of a cell by its number; of none before the first. */
export type Told =
  | { readonly begin: number }
  | { readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly result: MimeBundle }
  | { readonly error: { readonly name: string; readonly message: string; readonly stack: string; readonly exitCode?: number } }
  | { readonly done: true }

/** The name by which a program reaches what runs it. */
export const runnerName = '__onecycleNotebook'
