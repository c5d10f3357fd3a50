/** Where text is written; `process.stdout` is one. */
export interface OutputStream {
  /** Whether a line can be drawn over. */
  readonly isTTY?: boolean | undefined
  /** Characters in a line of a terminal, read before each; 80 when missing or 0, as some terminals say that do not know. */
  readonly columns?: number | undefined
  /** Columns and rows as they are now; the others are what they were when the program last heard of it. */
  getWindowSize?(): readonly number[]
  write(text: string, done?: () => void): unknown
  /** Rows of a terminal. */
  readonly rows?: number | undefined
  on?(event: 'error' | 'resize', listener: (error: Error) => void): unknown
  off?(event: 'resize', listener: () => void): unknown
  listenerCount?(event: 'error'): number
}
