/** Where keys come from; `process.stdin` is one. */
export interface TerminalInput {
  /** Whether keys come one by one already: then they do afterwards, too. */
  readonly isRaw?: boolean | undefined
  /** Whether somebody reads it already, as a REPL does: then it is not paused afterwards. */
  readonly readableFlowing?: boolean | null | undefined
  setRawMode?(raw: boolean): unknown
  on(event: 'data', hear: (keys: Uint8Array | string) => void): unknown
  off(event: 'data', hear: (keys: Uint8Array | string) => void): unknown
  resume?(): unknown
  pause?(): unknown
}

/** Who has a whole terminal. */
export interface TerminalHearer {
  /** A key was pressed. */
  key(key: string): void
  resized(): void
  /** The program wrote something, which is not shown. */
  written(text: string): void
  /** The terminal is given back: at once. @param forGood whether the process is about to end, and what is to stay there must be written now */
  leave(forGood: boolean): void
  /** It is ours again. */
  back(): void
}

/** A whole terminal. */
export interface FullTerminal {
  /** Writes to it, beside the program's own output. */
  write(text: string): unknown
  /** Whether keys are heard: not where standard input is no terminal. */
  readonly hasKeys: boolean
  /** Columns and rows, as they are now. */
  readonly size: readonly [columns: number, rows: number]
  /** Gives it back, for good. */
  release(): void
}
